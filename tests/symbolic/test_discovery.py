"""What is looked for is found: constants of a given form, and every relation up to an order."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.kernel.functions import relu, sigmoid
from moeviz.symbolic.kernel.ground import Log
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.questions.discovery import constants, discover

X, A, B = sympy.symbols("x1 a b", real=True)
LATEX = {A: "a", B: "b"}


def look(function, left, right, point, support=None):
    return constants("a name", [function], [X], [A, B], LATEX, left, right, point, support)


FORMS = {
    # name: function, left, right, point, constants
    "e to ax + b": (
        sympy.exp(A * X + B), (B, B), [(B,), (A,)],
        {A: Fraction(2), B: Log(Fraction(3))}, ["1", "0"],
    ),
    "an oscillator": (
        sympy.sin(A * X + B), (B, B), [(), (B,)], {A: Fraction(1), B: Fraction(1, 3)}, ["-1", "0"],
    ),
    "a scale": (A * sympy.tanh(X), (A,), [()], {A: Fraction(4), B: Fraction(1)}, ["1/4"]),
    "two at once": (
        (A + B) * X + A * B * X**2, (A,), [(B,), ()],
        {A: Fraction(2), B: Fraction(5)}, ["25/4", "-3/4"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_constants_are_found(name):
    function, left, right, point, expected = FORMS[name]
    test = look(function, left, right, point)
    assert test.name == "a name"
    assert test.answer == Answer.HOLDS
    assert test.certificate["kind"] == "constants"
    assert list(test.certificate["constants"].values()) == expected
    assert len(test.certificate["members"]) == 1 + sum(value != "0" for value in expected)
    _, right_side = test.certificate["latex"].split(" = ")
    assert len(right_side.split(" + ")) == sum(value != "0" for value in expected)
    assert test.seconds > 0


def test_a_derivative_that_is_zero_is_no_combination_of_others():
    """Its own coefficient is one, and all constants are 0."""
    test = look(A * X, (B,), [(A,), ()], {A: Fraction(2), B: Fraction(1)})
    assert test.answer == Answer.HOLDS
    assert set(test.certificate["constants"].values()) == {"0"}
    assert test.certificate["latex"].endswith(" = 0")


def test_where_there_are_no_constants_independence_is_shown():
    point = {A: Fraction(3, 4), B: Fraction(1, 5)}
    test = look(sigmoid(A * X + B), (B, B), [(B,), ()], point)
    assert test.answer == Answer.FAILS
    assert test.certificate["kind"] == "determinant"
    assert "independent" in test.steps[-1].lines[0]
    assert len(test.relations.pivots) == 3


def test_relations_among_the_others_are_no_constants_of_the_left():
    """x and a x are related, but the left derivative is in no relation."""
    test = look(A * X + sympy.exp(B * X), (B,), [(A,), (A, A)], {A: Fraction(2), B: Fraction(1)})
    assert test.answer == Answer.FAILS
    assert len(test.relations.basis) == 1


def test_a_support_on_one_side_of_a_kink_has_more_relations():
    point = {A: Fraction(2), B: Fraction(-1)}
    beyond = Support.box(["x1"], 1, 3)
    assert look(relu(A * X + B), (A, B), [(B, B)], point, beyond).answer == Answer.HOLDS
    before = look(relu(A * X + B), (), [(B,)], point)
    assert before.answer == Answer.FAILS


@pytest.mark.parametrize(
    ("function", "order", "count"),
    [
        (sympy.exp(A * X + B), 1, 1),  # F = F_b
        (sympy.exp(A * X + B), 2, 3),  # and F_bb = F, F_ab = F_a
        (A * sympy.tanh(B * X), 1, 1),  # a F_a = F
        (sigmoid(A * X + B), 2, 0),
        (relu(A * X + B), 1, 1),  # Euler
    ],
)
def test_all_relations_up_to_an_order_are_listed(function, order, count):
    point = {A: Fraction(3, 2), B: Fraction(2, 5)}
    test = discover([function], [X], [A, B], LATEX, point, order)
    assert test.name == f"relations up to order {order}"
    assert len(test.family) == (order + 1) * (order + 2) // 2
    assert test.answer == (Answer.FAILS if count else Answer.HOLDS)
    lines = test.certificate["all relations"]
    assert len(lines) == count
    assert all(line.endswith(" = 0") for line in lines)
    shown = test.steps[-1].lines
    assert shown == (tuple(f"${line}$" for line in lines) or ("There is none.",))
