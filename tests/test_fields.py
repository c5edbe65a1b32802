"""Fields: which of a study's matter beside the others, and what a table of them is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from moeviz.errors import SpecificationError
from moeviz.fields import Field, Table, read_texts
from moeviz.model import SCORES, Constant
from moeviz.model.settings import constants_of
from moeviz.study import FIELDS, PRESETS

USUAL = PRESETS["lab"].defaults


def applying(**changes):
    values = {**USUAL, "routers": ("linear",), **changes}
    return {name for name, field in FIELDS.items() if field.applies(values)}


@pytest.mark.parametrize(
    ("changes", "shown", "hidden"),
    [
        ({}, {"noise", "max_steps", "data_router", "data_gate"}, {"tau1", "classes", "epochs"}),
        ({"routers": ("linear", "perturbed-cosine")}, {"tau1", "tau2"}, {"power"}),
        ({"data_router": "perturbed-cosine"}, {"tau1", "tau2"}, {"score_formula"}),
        ({"routers": ("custom",)}, {"score_formula"}, {"expert_formula", "tau1"}),
        ({"experts": ("custom",)}, {"expert_formula"}, {"score_formula", "hidden"}),
        ({"output": "categorical"}, {"classes"}, {"noise"}),
        ({"gates": ("top-softmax",)}, {"top"}, set()),
        ({"data_gate": "top-sigmoid"}, {"top"}, set()),
        ({"estimators": ("em",)}, {"em_steps", "em_tolerance", "em_rule"}, {"max_steps", "rate"}),
        ({"estimators": ("em",), "em_rule": "none"}, {"em_steps", "em_rule"}, {"em_tolerance"}),
        ({"estimators": ("converged", "sgd")}, {"epochs", "rate", "batch", "max_steps"}, set()),
        ({}, {"start_scale", "start_power", "start_unit"}, {"start_weight", "em_rule"}),
        ({"atoms": 3}, {"start_weight"}, set()),
        ({"start_scale": 0.0}, {"start_scale"}, {"start_power", "start_unit"}),
        ({"start": "random", "atoms": 3}, set(), {"start_scale", "start_power", "start_weight"}),
        ({"design": "cosine"}, set(), {"candidates"}),
    ],
    ids=lambda value: ",".join(sorted(map(str, value))) or "none",
)
def test_a_field_says_when_it_matters(changes, shown, hidden):
    found = applying(**changes)
    assert shown <= found
    assert not hidden & found


def test_every_constant_applies_where_its_variant_is_chosen(score):
    found = applying(routers=(score,))
    assert {constant.name for constant in constants_of(SCORES[score])} <= found


def test_what_a_lecturer_changes_comes_first():
    basic = {name for name, field in FIELDS.items() if field.basic}
    assert {"routers", "gates", "experts", "atoms", "sizes", "tau1", "score_formula"} <= basic
    assert not {"box", "em_tolerance", "truth_seed", "gauges"} & basic


def test_a_table_follows_what_it_is_made_of():
    names = ["a"]
    table = Table(lambda: [Field(n, n, "", "int", 1, 0, 9) for n in names], lambda: tuple(names))
    assert list(table) == ["a"]
    names.append("b")
    assert list(table) == ["a", "b"]
    assert len(table) == 2
    assert table["b"].default == 1


def test_a_variant_that_is_registered_later_has_its_constants_among_the_fields():
    @dataclass(frozen=True)
    class Later:
        constants: ClassVar = (Constant("sharpness", "", "How sharp.", 0.0, 9.0, 1.0),)

    SCORES.add("later", Later)
    try:
        assert "sharpness" in FIELDS
        assert "sharpness" in applying(routers=("later",))
    finally:
        SCORES.remove("later")
    assert "sharpness" not in FIELDS


CELLS = Field("crowded", "Cells", "", "cells", (1,), 1, 3, counted="atoms")
LINES = Field("relation", "Relation", "", "lines", "", longest=20)


def test_cells_are_written_and_read():
    assert CELLS.read("3, 1") == (1, 3)
    assert CELLS.write((1, 3)) == "1,3"
    with pytest.raises(SpecificationError, match="between 1 and 3"):
        CELLS.read("4")


def test_lines_are_kept_and_their_length_is_limited():
    assert LINES.read("p1 : p1\np2 : p2") == "p1 : p1\np2 : p2"
    with pytest.raises(SpecificationError, match="at most 20 characters"):
        LINES.read("p" * 21)
    with pytest.raises(SpecificationError, match="Expected a text"):
        LINES.check(3)


def test_texts_are_read_by_their_fields():
    assert read_texts([CELLS, LINES], {"crowded": "2"}) == {"crowded": (2,)}
    with pytest.raises(SpecificationError, match="one of the fields crowded, relation"):
        read_texts([CELLS, LINES], {"colour": "red"})
