"""Kinks, poles and ends of functions: they count as distributions, or the formula is refused."""

from __future__ import annotations

import itertools

import pytest

from moeviz.symbolic.certificates.script import certificates_of
from moeviz.symbolic.certificates.standalone.main import reproduce
from moeviz.symbolic.request.answer import verdict_of

TESTS = ("cone", "first-order", "literal-second")


def decided(formula, test="cone", **selection):
    asked = {"expert": "custom", "expert_formula": formula, "test": test, **selection}
    return verdict_of({"compose": asked}, limit=60.0)


def reproduced(verdict):
    found = [reproduce(c) for c in certificates_of(verdict.to_json())]
    assert found
    return all(good for good, _ in found)


SAME = [
    ("abs(t)", "relu(t) + relu(-t)"),
    ("abs(t) + abs(t-1/5)", "relu(t) + relu(-t) + relu(t-1/5) + relu(1/5-t)"),
    ("abs(t)*t", "relu(t)*t + relu(-t)*t"),
    ("sqrt(t^2)", "relu(t) + relu(-t)"),
    ("sqrt(t^2 - 2*t/5 + 1/25)", "relu(t-1/5) + relu(1/5-t)"),
    ("sqrt(t^4 + t^2)", "(relu(t) + relu(-t))*sqrt(t^2 + 1)"),
    ("tanh(abs(t))", "tanh(relu(t) + relu(-t))"),
    ("exp(relu(t) - relu(-t))", "exp(t)"),
    ("(t + abs(t))/2", "relu(t)"),
    ("(t + abs(t-1) + 1)/2", "1 + relu(t-1)"),
]
"""Two ways to write a function."""


@pytest.mark.few(30)
@pytest.mark.parametrize(("test", "pair"), list(itertools.product(TESTS, SAME)), ids=str)
def test_the_same_function_has_the_same_verdict(test, pair):
    first, second = (decided(formula, test) for formula in pair)
    assert first.answer == second.answer
    assert first.answer in ("holds", "fails")
    assert reproduced(first)
    assert reproduced(second)


def test_two_kinks_of_absolute_values_do_not_spread_unseen():
    # Along the sequence that a blind reading finds, the function moves like epsilon^1.5, since
    # each kink is moved: the point masses do not cancel.
    verdict = decided("abs(t)+abs(t-1/5)")
    assert verdict.answer == "holds"
    assert reproduced(verdict)


REFUSED = [
    ("1/t", "1/(a*x1 + b)"),
    ("log(t)", "log(a*x1 + b)"),
    ("log(abs(t))", "log|a*x1 + b|"),
    ("sqrt(t)", "sqrt(a*x1 + b)"),
    ("sqrt(abs(t))", "sqrt("),
    ("1/(t^2)", "1/("),
    ("1/(1 - exp(t))", "1/("),
    ("1/sin(t)", "1/(sin(a*x1 + b))"),
    ("t^-3", "1/(a*x1 + b)"),
    ("abs(tanh(t))", "tanh(a*x1 + b)"),
    ("relu(t^2 - 1/10)", "not linear in"),
    ("abs(abs(t) - 1/2)", "not linear in"),
]
"""Singular where the predictor is, and so moved by its parameters."""


@pytest.mark.parametrize(("formula", "words"), REFUSED)
def test_a_pole_or_a_curved_kink_is_refused(formula, words):
    verdict = decided(formula)
    assert verdict.answer == "undecided"
    assert words in verdict.condition
    assert verdict.condition.startswith("Expected")


TAME = [
    "1/(1 + t^2)",
    "sqrt(sqrt(1 + t^2))",
    "sqrt(1 + sqrt(2 + exp(t)))",
    "log(1 + t^2)",
    "sqrt(1 + t^2)",
    "1/(2 + sin(t))",
    "log(2 + cos(t))",
]


@pytest.mark.parametrize("formula", TAME)
def test_what_stays_away_from_its_pole_is_decided(formula):
    verdict = decided(formula)
    assert verdict.answer in ("holds", "fails")
    assert verdict.condition == ""
    assert reproduced(verdict)


def test_a_kink_at_an_irrational_place_says_what_to_write():
    said = {decided("relu(t-sqrt(2))", seed=seed).condition for seed in range(1, 4)}
    assert any("irrational" in words and "sqrt(2)" in words for words in said)
    # A fraction near it has a place, and is decided.
    assert decided("relu(t-1.4142)", seed=1).answer in ("holds", "fails")


def test_a_kink_of_a_score_that_no_parameter_moves_needs_no_line():
    score = {"router": "custom", "score_formula": "b1*abs(x1^2 - 1) + b2*relu(x2)", "dimension": 2}
    verdict = verdict_of(
        {"compose": {**score, "expert": "tanh", "test": "first-order"}}, limit=60.0
    )
    assert verdict.answer in ("holds", "fails")
    assert reproduced(verdict)
