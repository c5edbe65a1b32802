"""Counter-sequences: the lines, their orders, and what is said of them."""

from __future__ import annotations

import math

from moeviz.charts.checker import (
    epsilons,
    exceptions_table,
    sequence_table,
    sequence_words,
)

EPSILON = [2.0**-k for k in (6, 8, 10)]
MOVING = {
    "epsilon": ["2^-6", "2^-8", "2^-10"],
    "function": [repr(3 * e**4) for e in EPSILON],
    "loss": [repr(0.5 * e**2) for e in EPSILON],
    "function order": "4.0",
    "loss order": "2.0",
    "exact": False,
    "atoms": 3,
}
STILL = {
    **MOVING,
    "function": ["0.0", "8.6e-82", "8.6e-82"],
    "function order": "infinity",
    "exact": True,
}


def test_the_epsilons_are_powers_of_two():
    assert epsilons(MOVING) == EPSILON


def test_a_function_that_stands_still_is_said_to():
    assert "does not move at all" in sequence_words(STILL)
    assert sequence_table(STILL)["Change of the function"] == ["0"] * 3


def test_the_orders_are_those_of_the_numbers():
    table = sequence_table(MOVING)
    assert table["ε"] == ["2⁻⁶", "2⁻⁸", "2⁻¹⁰"]
    assert table["Order of the loss"] == ["–", "2.00", "2.00"]
    assert table["Order of the change"] == ["–", "4.00", "4.00"]
    assert len({len(cells) for cells in table.values()}) == 1
    said = sequence_words(MOVING)
    assert "the loss falls like ε^2.00" in said
    assert "the function like ε^4.00" in said
    assert "ratio goes to 0 like ε^2.00" in said
    assert "3 fitted atoms" in said
    assert math.isclose(float(table["Loss"][0]), 0.5 * EPSILON[0] ** 2, rel_tol=1e-3)


def test_a_family_that_no_longer_fails_is_said_in_the_table():
    one = {
        "family": "two atoms with equal gates",
        "question": "orders 0 and 1",
        "part": "tests",
        "test": 1,
        "verdict": "fails",
        "certificate": "relation",
    }
    other = {**one, "part": "repair", "test": 2, "verdict": "holds", "certificate": "determinant"}
    table = exceptions_table({"exceptions": [one, other]})
    assert table["This time"] == ["fails", "no longer fails: holds"]
    assert table["Part"] == ["claim", "repair"]
    assert table["Test"] == ["2", "3"]
