"""Points: values that are asked for reach the parts that are named, and no others."""

from __future__ import annotations

import pytest
import sympy

from moeviz.symbolic.catalogue.parts import Design, model
from moeviz.symbolic.reading.points import belongs, generic


@pytest.mark.parametrize(
    ("symbol", "name", "expected"),
    [
        ("A_1", "A", True),
        ("A_1", "A_1", True),
        ("b", "b", True),
        ("b_gate", "b", False),
        ("b_gate_2", "b_gate", True),
        ("b_gate_2", "b", False),
        ("a_1", "a", True),
        ("W1_1_2", "W1_1", True),
        ("W1_1", "W", False),
    ],
)
def test_a_name_means_a_part_or_its_entries(symbol, name, expected):
    assert belongs(sympy.Symbol(symbol), name) is expected


@pytest.mark.parametrize("d", [1, 2])
def test_an_intercept_is_not_the_gates_vector(d):
    """With one input the symbols are b and b_gate, and either can be set without the other."""
    design = Design(model("quadratic", "sigmoid", "gelu"), d, ({}, {}), ("-b",))
    first, second = design.points(design.atom)
    for symbol, value in generic(design.atom, 1).items():
        if str(symbol) == "b":
            assert second[symbol] == -first[symbol]
        else:
            assert second[symbol] == value
    zero = generic(design.atom, 0, {"b": 0})
    assert [str(s) for s, value in zero.items() if value == 0] == ["b"]
