"""Refusals name what was expected and what came, in the visitor's own words."""

from __future__ import annotations

import pytest

from moeviz.errors import MoevizError
from moeviz.symbolic.request.answer import run_check


def refusal(**selection):
    with pytest.raises(MoevizError) as refused:
        run_check({"compose": selection})
    return str(refused.value)


RELATIONS = [
    ("p1 : p1, p2 : p2", "one term a line", "'p1 : p1, p2 : p2'"),
    ("p1 : p1 : p2", "one term a line", "'p1 : p1 : p2'"),
    ("p1 : p1 = 0", "one term a line", "'p1 : p1 = 0'"),
    ("p5 : p1", "p1 to p4", "'p5'"),
    ("p39 : p1", "p1 to p4", "'p39'"),
    ("x2 : p1", "the inputs x1", "'x2'"),
    ("2*p1 + p7*p8 : p1", "p1 to p4", "'p7'"),
    ("p1 : p1*p2", "with spaces between them", "'p1*p2'"),
    ("p1 : p1 + p2", "with spaces between them", "'+'"),
    ("1 : p9 p9 p9 p9", "from p1 to p4", "'p9'"),
    ("1 : p1 p1 p1 p1", "order at most 3", "order 4 in '1 : p1 p1 p1 p1'"),
    ("p1 p1", "a colon", "'p1 p1'"),
    ("? p1 : p2", "'?' alone", "'? p1 : p2'"),
    ("1 : p1; ? : p2; ? : p2", "once", "twice"),
    ("1 : p1 p2; ? : p2 p1", "once", "twice"),
    ("1/(x1-x1) : p1", "divisor that is not 0", "'x1 - x1'"),
    ("log(p1-p1) : p1", "log", "'log(p1 - p1)'"),
    ("t : p1", "names of the inputs", "'t'"),
]


@pytest.mark.parametrize(("text", "expected", "came"), RELATIONS)
def test_a_relation_that_cannot_be_read(text, expected, came):
    said = refusal(test="relation", relation=text)
    assert said.startswith("Expected")
    assert expected in said
    assert came in said
    assert said.endswith(".")


FORMULAS = [
    ("1/(t-t)", "divisor that is not 0", "'t - t'"),
    ("tanh(t)/(2*t-t-t)", "divisor that is not 0", "'2*t - t - t'"),
    ("(t-t)^-2", "divisor that is not 0", "'t - t'"),
    ("t + log(1-1)", "above 0", "'log(0)'"),
    ("t*sqrt(-2)", "not negative", "'sqrt(-2)'"),
    ("t + log(-1/2)", "above 0", "'log(-1/2)'"),
    ("exp(log(t-t))", "above 0", "'log(t - t)'"),
]


@pytest.mark.parametrize(("text", "expected", "came"), FORMULAS)
def test_a_formula_without_a_value(text, expected, came):
    said = refusal(expert="custom", expert_formula=text)
    assert said.startswith("Expected")
    assert expected in said
    assert came in said


CONSTANT = ["exp(1)*tanh(t)", "exp(2)*tanh(t)", "sin(1)*t^2", "tanh(1/2)*tanh(t)", "log(2)*gelu(t)"]


@pytest.mark.parametrize("text", CONSTANT)
def test_numbers_that_are_no_fractions_are_understood(text):
    found = run_check({"compose": {"expert": "custom", "expert_formula": text}})
    assert found["verdict"] in ("holds", "fails")


def test_a_point_without_derivatives_names_what_is_zero():
    found = run_check({"compose": {"router": "cosine", "dimension": 2, "point": "zero-gate"}})
    assert found["verdict"] == "undecided"
    assert "a point at which the model has derivatives" in found["condition"]
    assert "sqrt(beta1_1**2 + beta1_2**2)" in found["condition"]
