"""What a study's protocols measure is predicted, from the truth alone, before they run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from moeviz.charts.lines import curve_traces
from moeviz.charts.palette import THEMES, style
from moeviz.charts.printed import printed
from moeviz.study import PRESETS, Result, assemble, plan, run_block
from moeviz.study.completed import lacks_predictions, with_predictions
from moeviz.study.trusted import TRUSTED


def build(preset, **more):
    alone = {"untrained": "none", "unfinished": 0, "losses": ("paper",)}
    return PRESETS[preset].build({**alone, **more})


def run(spec, kinds=("fits", "information")):
    blocks = [block for block in plan(spec).blocks if block.kind in kinds]
    return assemble(spec, {b.id: run_block(spec, b) for b in blocks}, 1.0, "cpu")


SMALL = {"sizes": (300, 3000), "replicates": 24, "start_scale": 0.02, "candidates": 8}
MODEL = {"routers": ("perturbed-cosine",), "gauges": ("pinned",), "estimators": ("sgd",), **SMALL}

EM_ENDS = {
    "mean": {},
    "total": {"em_tolerance": 1e-2},
    "relative": {"em_tolerance": 1e-4},
    "parameters": {"em_tolerance": 1e-2},
    "none": {"em_steps": 3},
}

STUDIES = {
    "starts and batches": ("cosine-exact", {**MODEL, "rate": 0.2}),
    "full batches from the truth": ("cosine-exact", {**MODEL, "start_scale": 0.0, "batch": 0}),
    "batches from the truth": ("cosine-exact", {**MODEL, "start_scale": 0.0, "rate": 0.05}),
    "an over-specified fit": ("cosine-over", {**MODEL, "start_scale": 0.05}),
    **{
        f"EM, {rule}": (
            "gaussian-exact",
            {**SMALL, "estimators": ("em",), "sizes": (1000, 10_000), "em_rule": rule, **more},
        )
        for rule, more in EM_ENDS.items()
    },
    "a density": ("gaussian-exact", {**SMALL, "estimators": ("sgd",), "rate": 0.001}),
    "at the best approximation": (
        "softmax-against-sigmoid",
        {**SMALL, "estimators": ("sgd",), "rate": 0.01, "start_scale": 0.01},
    ),
}


@pytest.mark.parametrize("study", STUDIES)
def test_measured_means_are_predicted_within_a_fifth(study):
    preset, more = STUDIES[study]
    result = run(build(preset, **more))
    for curve in result.curves:
        assert len(curve.trusted_protocol) == len(curve.mean)
        assert None not in curve.trusted_protocol
        assert curve.trusted_protocol == pytest.approx(curve.mean, rel=0.2)


def test_starts_around_points_that_are_no_truth_drift_as_predicted():
    """Atoms that share a true one and do not share its weight."""
    more = {**SMALL, "routers": ("linear",), "estimators": ("sgd",), "sizes": (300, 1000)}
    more |= {"start_weight": "true"}
    for curve in run(build("multinomial-over", **more)).curves:
        assert curve.trusted_protocol == pytest.approx(curve.mean, rel=0.2)


def test_full_batches_from_the_truth_draw_one_half_whatever_the_model():
    spec = build(
        "cosine-exact", **{**MODEL, "start_scale": 0.0, "batch": 0, "sizes": (10**3, 10**5)}
    )
    (curve,) = run(spec, kinds=("information",)).curves
    first, last = curve.predicted_protocol
    assert last / first == pytest.approx(0.1, rel=1e-3)


@pytest.fixture(scope="module")
def result():
    return run(build("cosine-exact", **{**MODEL, "replicates": 2}))


def test_it_is_there_at_all_sizes_before_a_fit_has_ended(result):
    early = run(result.spec, kinds=("information",))
    assert early.curves[0].n == ()
    assert early.curves[0].predicted_protocol == result.curves[0].predicted_protocol
    assert len(early.curves[0].predicted_protocol) == 2


def test_it_goes_into_json_and_comes_back(result):
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result
    said = printed(result)["curves"][0]
    assert said["predicted_protocol"] == list(result.curves[0].predicted_protocol)
    assert said["protocol_rate"] == result.curves[0].protocol_rate < 2
    data = result.to_json()
    for name in ("predicted_protocol", "protocol_shift", "protocol_rate"):
        del data["curves"][0][name]
    older = Result.from_json(json.loads(json.dumps(data))).curves[0]
    assert older.predicted_protocol is None
    assert older.trusted_protocol == ()


def test_information_of_before_has_none_and_the_rest_is_as_it_was(result):
    spec = result.spec
    found = {block.id: run_block(spec, block) for block in plan(spec).blocks}
    for block in found.values():
        block.pop("protocol", None)
    (curve,) = assemble(spec, found, 1.0, "cpu").curves
    none = {"predicted_protocol": None, "protocol_shift": None, "protocol_rate": None}
    assert curve == replace(result.curves[0], **none)


def test_a_result_of_before_gets_it_without_a_fit(result):
    none = {"predicted_protocol": None, "protocol_shift": None, "protocol_rate": None}
    older = replace(result, curves=tuple(replace(curve, **none) for curve in result.curves))
    assert lacks_predictions(older)
    assert not lacks_predictions(result)
    assert with_predictions(older) == result


def test_it_is_drawn_dashed_where_it_is_trusted(result):
    curve = result.curves[0]
    look = style(0, THEMES["light"])

    def drawn(one):
        traces = curve_traces(result.spec, one, 0, look, result.spec["sizes"], 1.0)
        return [trace for trace in traces if trace["meta"]["part"] == "protocol"]

    (line,) = drawn(curve)
    assert line["y"] == list(curve.predicted_protocol)
    assert line["x"] == [300, 3000]
    (broken,) = drawn(replace(curve, protocol_shift=(0.0, 2 * TRUSTED)))
    assert broken["y"] == [curve.predicted_protocol[0], None]
    assert drawn(replace(curve, protocol_shift=(None, 1.0))) == []


def test_a_rate_that_diverges_is_said_and_not_drawn():
    more = {"rate": 10.0, "epochs": 100, "sizes": (3000,), "routers": ("cosine", "linear")}
    result = run(build("cosine-exact", **{**MODEL, **more}), kinds=("information",))
    for curve in result.curves:
        assert curve.protocol_rate > 2
        assert curve.trusted_protocol == (None,)
    assert {curve.router for curve in result.curves} == {"cosine", "linear"}


@pytest.mark.parametrize(
    "more", [{"estimators": ("converged",)}, {"start": "random"}, {"starts": 2}]
)
def test_nothing_is_predicted_of_what_is_no_protocol_near_a_point(more):
    spec = build("cosine-exact", **{**MODEL, **more, "sizes": (300,)})
    (curve,) = run(spec, kinds=("information",)).curves
    assert curve.predicted_protocol is curve.protocol_shift is curve.protocol_rate is None
