"""Specifications: identity, round trips, and refusals that say what was expected."""

from __future__ import annotations

import json

import pytest

from moeviz.errors import LimitError, MoevizError, SpecificationError, UnknownNameError
from moeviz.model import SCORES
from moeviz.study import FIELDS, PRESETS, Specification, plan, split

PRESET = PRESETS["cosine-exact"]


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_specification_survives_json_and_keeps_its_hash(name):
    spec = PRESETS[name].build({})
    again = Specification.from_json(json.loads(json.dumps(spec.to_json())))
    assert again == spec
    assert again.hash == spec.hash
    assert len(spec.hash) == 16


def test_the_hash_is_the_identity_of_the_numbers_not_of_the_name():
    values = PRESET.defaults
    assert Specification.make("a", values).hash == Specification.make("b", values).hash
    for name, value in {"seed": 2, "noise": 0.2, "experts": ["tanh"], "sizes": [10, 20]}.items():
        assert PRESET.build({name: value}).hash != PRESET.build({}).hash


def test_equal_values_in_other_words_have_one_hash():
    texts = {
        "noise": "1e-1",
        "sizes": "100000, 1000,3162,10000,31623",
        "routers": "cosine,perturbed-cosine",
    }
    assert PRESET.build(PRESET.parse(texts)).hash == PRESET.build({}).hash


@pytest.mark.parametrize("name", list(FIELDS))
def test_every_field_reads_back_what_it_writes(name):
    field = FIELDS[name]
    assert field.read(field.write(field.default)) == field.default
    assert field.help.endswith(".")


def test_a_link_holds_what_differs_from_the_defaults():
    spec = PRESET.build({"seed": 9, "noise": 0.25, "sizes": [50, 500]})
    changed = PRESET.changed(spec)
    assert set(changed) == {"seed", "noise", "sizes"}
    assert PRESET.build(PRESET.parse(changed)) == spec


BAD_TEXTS = [
    ("sizes", "0", "between 10 and 1e+07"),
    ("sizes", "1000000000000", "between 10 and 1e+07"),
    ("sizes", "1e12", "between 10 and 1e+07"),
    ("sizes", "", "whole numbers"),
    ("sizes", "nan", "whole number"),
    ("sizes", "1000;2000", "whole number"),
    ("sizes", ",".join("1000" for _ in range(400)), "at most 1800 characters"),
    ("tau1", "-0.5", "between 0.001 and 100"),
    ("tau2", "-1", "between 0 and 100"),
    ("noise", "nan", "a number between"),
    ("noise", "inf", "a number between"),
    ("noise", "__import__('os')", "a number"),
    ("replicates", "2.5", "whole number"),
    ("replicates", "1", "between 2 and 400"),
    ("seed", "0x10", "whole number"),
    ("experts", "rellu", "one of linear, polynomial"),
    ("routers", "cosine,banana", "one of linear, cosine"),
    ("routers", "", "at least one"),
    ("gauges", "all", "one of pinned"),
    ("colour", "red", "one of the fields"),
    ("atoms", "1e400", "whole number"),
]


@pytest.mark.parametrize(("name", "text", "words"), BAD_TEXTS)
def test_bad_text_is_refused_with_one_sentence(name, text, words):
    with pytest.raises(SpecificationError) as refusal:
        PRESET.build(PRESET.parse({name: text}))
    message = str(refusal.value)
    assert words in message
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 500


def test_fields_that_contradict_each_other_are_refused():
    with pytest.raises(SpecificationError, match=r"k >= k\* = 3"):
        PRESET.build({"true_atoms": 3, "atoms": 2})
    with pytest.raises(SpecificationError, match="at least 2 input dimensions"):
        PRESET.build({"dimension": 1})
    with pytest.raises(SpecificationError, match="window_from"):
        PRESET.build({"window_from": 10**6})
    with pytest.raises(SpecificationError, match="sparse to be at most"):
        PRESET.build({"sparse": 3})
    with pytest.raises(SpecificationError, match="below the greatest"):
        PRESET.build({"low": 1.0, "high": 1.0})
    with pytest.raises(SpecificationError, match="weights sum to 1"):
        PRESET.build({"output": "gaussian", "gates": ["sigmoid"]})
    with pytest.raises(SpecificationError, match="Expected a density for the estimator 'em'"):
        PRESET.build({"estimators": ["em"]})
    with pytest.raises(SpecificationError, match="Expected a density for the distance 'tv'"):
        PRESET.build({"losses": ["tv"]})
    with pytest.raises(SpecificationError, match="design 'multinomial'"):
        PRESET.build({"design": "multinomial"})


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_size_of_a_preset_can_be_built(name):
    preset = PRESETS[name]
    for size in preset.sizes:
        preset.build(preset.at_size(size))
    with pytest.raises(SpecificationError, match="one of the sizes live"):
        preset.at_size("huge")


def test_studies_beyond_the_limits_are_refused_before_any_work():
    with pytest.raises(LimitError, match="smaller n or dimension"):
        PRESET.build({"sizes": [10**7], "dimension": 8})
    with pytest.raises(LimitError, match="fewer candidates"):
        PRESET.build({"dimension": 32, "true_atoms": 8, "atoms": 8, "candidates": 2048})
    every = {"losses": ("paper", "mass", "gate"), "gauges": ("pinned", "offset", "quotient")}
    every |= {"experts": ("relu", "tanh", "gelu", "linear"), "estimators": ("converged", "sgd")}
    with pytest.raises(LimitError, match="at most 500 curves"):
        PRESETS["lab"].build({**every, "routers": tuple(SCORES)})
    with pytest.raises(LimitError, match="hours on one core"):
        PRESET.build({"sizes": [10**6], "replicates": 400, "starts": 32, "atoms": 3})
    with pytest.raises(LimitError, match="order of the sample for every start"):
        PRESET.build({"sizes": [10**6], "replicates": 2, "starts": 32, "estimators": ["sgd"]})


@pytest.mark.parametrize(
    "data",
    [
        None, 3, "x", [], {}, {"schema": 2}, {"schema": 2, "fields": []},
        {"schema": 99, "preset": "lab", "fields": {}},
        {"schema": 2, "preset": "lab", "fields": {}},
        {"schema": 2, "preset": 5, "fields": PRESET.defaults},
        {"schema": 2, "preset": "lab", "fields": {**PRESET.defaults, "sizes": None}},
        {"schema": 2, "preset": "lab", "fields": {**PRESET.defaults, "seed": True}},
        {"schema": 2, "preset": "lab", "fields": {**PRESET.defaults, "noise": "0.1"}},
        {"schema": 2, "preset": "lab", "fields": {**PRESET.defaults, "extra": 1}},
        {"schema": 2, "preset": "lab", "fields": {**PRESET.defaults, "noise": float("nan")}},
        {"schema": 2, "preset": "lab", "fields": {**PRESET.defaults, "routers": [["cosine"]]}},
    ],
)  # fmt: skip
def test_broken_specifications_are_refused(data):
    with pytest.raises(SpecificationError, match=r"^Expected .*\.$"):
        Specification.from_json(data)


def test_unknown_presets_are_refused():
    with pytest.raises(UnknownNameError, match="cosine-exact"):
        PRESETS["nope"]
    assert issubclass(UnknownNameError, MoevizError)


@pytest.mark.parametrize("name", list(PRESETS))
def test_blocks_cover_every_replicate_once(name):
    spec = PRESETS[name].build({})
    blocks = [b for b in split(spec) if b.kind == "fits"]
    fits = len(spec["routers"]) * len(spec["gates"]) * len(spec["experts"])
    for fit in range(fits * len(spec["estimators"])):
        for n in spec["sizes"]:
            covered = [
                r for b in blocks if (b.fit, b.n) == (fit, n) for r in range(b.first, b.last)
            ]
            assert covered == list(range(spec["replicates"]))
    assert len({b.id for b in split(spec)}) == len(split(spec))
    assert [b.n for b in blocks] == sorted(b.n for b in blocks)


def test_blocks_stay_small_enough_for_memory():
    spec = PRESETS["lab"].build(
        {"sizes": [1000, 100_000], "dimension": 8, "true_atoms": 4, "atoms": 4, "replicates": 20}
    )
    for block in split(spec):
        numbers = (block.last - block.first) * block.n * (3 * 8 + 4)
        assert 8 * numbers <= 96e6


def test_the_cosine_router_is_split_into_length_and_direction():
    labels = [curve.label for curve in plan(PRESET.build({})).curves]
    assert any("radial" in label for label in labels)
    assert any("angular" in label for label in labels)
    assert len(labels) == len(set(labels)) == 6
