"""Two versions: links and documents of earlier fields are migrated, older numbers are marked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from moeviz.charts.notices import older_words
from moeviz.cli.study_text import study_text
from moeviz.errors import SpecificationError
from moeviz.model import SCORES, Constant
from moeviz.model.scores import LinearScore
from moeviz.study import (
    FIELDS,
    FIELDS_VERSION,
    NUMBERS_VERSION,
    PRESETS,
    Specification,
    assemble,
    migrate,
    run_block,
    split,
)
from moeviz.study.versions import FIRST_FIELDS, MIGRATIONS

SPEC = PRESETS["cosine-exact"].build({"sizes": (100, 200), "replicates": 2})

HASHES = {
    "cosine-exact": "160a453322274def",
    "cosine-over": "a596b0c2923ec025",
    "multinomial-regime2": "6303f1f538454247",
    "softmax-against-sigmoid": "8de044b4d074baa1",
}
"""Identities of full sizes under the second arithmetic, as links to their jobs name them."""


class Bent(LinearScore):
    """A router that came later, with a constant of its own."""

    name = "bent"
    constants = (Constant("bend", "", "How far it is bent.", 0.0, 1.0, 0.25),)


@pytest.fixture
def bent():
    SCORES.add("bent", Bent)
    yield "bent"
    SCORES.remove("bent")


@pytest.mark.parametrize("name", HASHES)
def test_identities_are_what_they_always_were(name):
    preset = PRESETS[name]
    spec = preset.build(preset.at_size(preset.sizes[-1]))
    assert replace(spec, numbers=2).hash == HASHES[name] != spec.hash


LATER = {
    "untrained",
    "unfinished",
    "start_power",
    "start_unit",
    "start_weight",
    "em_rule",
    "statistic",
    "bars",
    "moving",
    "moving_scale",
    "moving_power",
    "moving_start",
}


def test_the_first_fields_are_there_and_texts_and_a_few_others_came_later():
    assert set(FIELDS) >= FIRST_FIELDS
    texts = {name for name, field in FIELDS.items() if field.kind == "text"}
    assert {name for name in FIELDS if name not in FIRST_FIELDS} == texts | LATER


def test_a_field_that_came_later_is_named_where_it_leaves_its_default(bent):
    before = Specification.from_json(json.loads(json.dumps(SPEC.to_json())))
    assert before["bend"] == 0.25
    assert before.hash == SPEC.hash
    values = dict(before.fields)
    assert Specification.make("lab", {**values, "bend": 0.5}).hash != SPEC.hash
    del values["bend"]
    assert Specification.make("lab", values).hash == SPEC.hash


def test_a_first_field_is_part_of_the_identity_also_where_it_does_not_apply():
    assert SPEC["estimators"] == ("converged",)
    assert PRESETS["cosine-exact"].build({**SPEC.fields, "epochs": 3}).hash != SPEC.hash


def test_every_earlier_version_has_a_way_to_this_one():
    assert set(MIGRATIONS) == set(range(1, FIELDS_VERSION))
    assert migrate(FIELDS_VERSION, {"seed": 3}) == {"seed": 3}


def test_a_link_of_version_1_is_migrated():
    assert migrate(1, {"gate": "softmax", "expert": "tanh", "seed": "3"}, texts=True) == {
        "gates": "softmax",
        "experts": "tanh",
        "seed": "3",
    }


def test_a_document_of_version_1_is_migrated():
    fields = {"gate": "softmax", "expert": "tanh", "seed": 3, "routers": ["cosine"]}
    spec = Specification.from_json({"schema": 1, "preset": "lab", "fields": fields})
    assert (spec["gates"], spec["experts"], spec["seed"]) == (("softmax",), ("tanh",), 3)
    assert spec["losses"] == ("paper",)
    assert spec.numbers == 1
    assert spec.of_today().numbers == NUMBERS_VERSION


@pytest.mark.parametrize("version", [0, -1, FIELDS_VERSION + 1, "2", 2.0, None, True])
def test_versions_that_nobody_wrote_are_refused(version):
    with pytest.raises(SpecificationError, match=r"^Expected fields of version 1 to .*\.$"):
        Specification.from_json({**SPEC.to_json(), "schema": version})
    wrong = NUMBERS_VERSION + 1 if version == FIELDS_VERSION + 1 else version
    with pytest.raises(SpecificationError, match=r"^Expected numbers of version 1 to .*\.$"):
        Specification.from_json({**SPEC.to_json(), "numbers": wrong})


def test_a_study_of_older_numbers_keeps_its_identity_and_is_marked():
    older = Specification.from_json({**SPEC.to_json(), "numbers": 1})
    assert older.fields == SPEC.fields
    assert older.hash == replace(SPEC, numbers=1).hash != SPEC.hash
    assert Specification.from_json(older.to_json()) == older
    assert older.of_today() == SPEC
    assert "older arithmetic (version 1;" in older_words(older)
    assert older_words(SPEC) == ""
    result = assemble(older, {}, 0.0, "cpu")
    assert older_words(older) in study_text(result)
    assert result.to_json()["spec"]["numbers"] == 1


def test_a_study_of_older_numbers_is_not_run():
    older = replace(SPEC, numbers=1)
    with pytest.raises(SpecificationError, match="can be shown and no longer run"):
        run_block(older, split(older)[0])
