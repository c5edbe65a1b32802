"""Results: every kept one round-trips, and what is no result is refused with one sentence."""

from __future__ import annotations

import copy
import json

import pytest

from moeviz.charts.left_words import WHAT
from moeviz.charts.printed import printed
from moeviz.charts.sentences import way_words
from moeviz.cli.study_text import study_text
from moeviz.errors import MoevizError, SpecificationError
from moeviz.kernels import KERNEL
from moeviz.study import PRESETS, Result, assemble, plan, run_block, split
from moeviz.study.curve_kinds import APART, FITS, STARTS, UNFINISHED
from moeviz.study.kept import kept_folder, kept_names, kept_result
from moeviz.text import json_text

SENTENCES = ("in_words", "notices")


def written(name):
    """A kept result as it stands in its file."""
    return json.loads((kept_folder() / f"{name}.json").read_text("utf-8"))["result"]


@pytest.fixture(scope="module")
def small():
    fields = {"sizes": (100, 200, 300), "replicates": 2, "candidates": 2, "data_router": "linear"}
    spec = PRESETS["cosine-exact"].build(fields)
    return assemble(spec, {b.id: run_block(spec, b) for b in split(spec)}, 1.0, "cpu")


def without_sentences(data):
    return {key: value for key, value in data.items() if key not in SENTENCES}


@pytest.mark.parametrize("name", kept_names())
def test_a_kept_result_says_what_its_file_says(name):
    """All but claims and what papers print, which are of today, and sentences, which it lacks."""
    before, after = written(name), kept_result(name).result.to_json()
    assert before["spec"]["fields"].items() <= after["spec"]["fields"].items()
    for key in ("hash", "device", "seconds", "complete", "truth"):
        assert before[key] == after[key]
    for old, new in zip(before["curves"], after["curves"], strict=True):
        for key in set(old) - {"in_words", "theory", "published"}:
            assert old[key] == new[key], key


@pytest.mark.parametrize("name", kept_names())
def test_a_kept_result_is_the_same_after_another_trip(name):
    result = kept_result(name).result
    again = Result.from_json(json.loads(json_text(result.to_json())))
    assert again == result
    assert printed(again) == printed(result)


@pytest.mark.parametrize("name", kept_names())
def test_sentences_of_a_kept_result_are_made_anew(name):
    result = kept_result(name).result
    data = printed(result)
    for curve, said in zip(result.curves, data["curves"], strict=True):
        of_fits = ("Between n", "Two sample sizes", "No slope", "The loss")
        of_kind = {FITS: of_fits, STARTS: "Nobody trained these", UNFINISHED: WHAT, APART: "No fit"}
        assert said["in_words"].startswith(of_kind[curve.kind])
        assert curve.claim == plan(result.spec).curves[result.curves.index(curve)].claim
        if curve.slope is not None and curve.trained:
            assert curve.claim.source in said["in_words"]


def test_a_result_survives_json_and_holds_no_sentence(small):
    data = small.to_json()
    assert Result.from_json(json.loads(json.dumps(data, allow_nan=False))) == small
    assert not set(SENTENCES) & (set(data) | set(data["curves"][0]))
    assert without_sentences(printed(small)).keys() == data.keys()


@pytest.mark.parametrize(
    ("chosen", "kernels", "said"),
    [("", ("fused",), "compiled"), ("torch", ("torch",), "tensor by tensor")],
)
def test_a_result_says_which_way_its_passes_went(chosen, kernels, said, monkeypatch):
    monkeypatch.setenv(KERNEL, chosen)
    spec = PRESETS["cosine-exact"].build({"sizes": (100,), "replicates": 2, "candidates": 2})
    block = next(block for block in split(spec) if block.kind == "fits")
    result = assemble(spec, {block.id: run_block(spec, block)}, 1.0, "cpu")
    assert result.kernels == Result.from_json(result.to_json()).kernels == kernels
    assert study_text(result).splitlines()[0].endswith(said)


def test_a_result_of_before_there_were_two_ways_says_none(small):
    data = small.to_json()
    del data["kernels"]
    before = Result.from_json(data)
    assert before.kernels == ()
    assert way_words(before.kernels) == ""


def test_a_curve_that_the_plan_no_longer_has_is_kept(small):
    data = small.to_json()
    strange = {**data["curves"][0], "loss_name": "mass", "fit": 0}
    again = Result.from_json({**data, "curves": [strange]})
    (curve,) = again.curves
    assert curve.key[-3:] == ("mass", strange["gauge"], "")
    assert list(curve.mean) == strange["mean"]
    assert curve.label != strange["label"]


WRONG = {
    "nothing": lambda data: None,
    "a list": lambda data: [data],
    "no specification": lambda data: data.pop("spec"),
    "a hash that is a number": lambda data: data.update(hash=3),
    "seconds that are a text": lambda data: data.update(seconds="1"),
    "complete as a number": lambda data: data.update(complete=1),
    "no curves": lambda data: data.pop("curves"),
    "a curve that is a text": lambda data: data["curves"].append("x"),
    "a mean that is a text": lambda data: data["curves"][0]["mean"].append("x"),
    "a size that is no whole number": lambda data: data["curves"][0].update(n=[100.5]),
    "an unknown router": lambda data: data["curves"][0].update(router="banana"),
    "an unknown end": lambda data: data["curves"][0]["status"][0].update(lost=1),
    "an unknown reason": lambda data: data["curves"][0].update(slope=None, no_slope="tired"),
    "half a window": lambda data: data["curves"][0]["slope"].update(window=[100]),
    "atoms that are no rows": lambda data: data["truth"]["fits"][0].update(atoms=[1.0]),
    "a projection that is a list": lambda data: data["truth"]["fits"][0].update(projection=[1]),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_no_result_is_refused_with_one_sentence(small, how):
    data = copy.deepcopy(small.to_json())
    changed = WRONG[how](data)
    whole = changed if how in ("nothing", "a list") else data
    with pytest.raises(MoevizError, match=r"^Expected .*\.$") as refusal:
        Result.from_json(whole)
    assert "\n" not in str(refusal.value)


def test_an_error_names_the_value(small):
    data = small.to_json()
    data["curves"][1]["mean"] = [None, "x"]
    with pytest.raises(SpecificationError, match=r"a number for result\.curves\[1\]\.mean\[1\]"):
        Result.from_json(data)


@pytest.mark.parametrize("path", ["seconds", "curves.0.slope.low", "curves.0.fit"])
def test_a_number_that_no_float_holds_is_refused(path):
    """Also one of so many digits that Python would not write it."""
    for huge in (10**400, -(10**5000)):
        data = written("cosine-exact")
        *above, last = path.split(".")
        part = data
        for step in above:
            part = part[int(step) if step.isdigit() else step]
        part[last] = huge
        with pytest.raises(SpecificationError, match=r"one of about [0-9]+ digits"):
            Result.from_json(data)
