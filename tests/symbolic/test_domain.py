"""Where formulas have a value: said in the verdict, kept by script and spot check."""

from __future__ import annotations

import pytest

from moeviz.errors import FormulaError
from moeviz.symbolic.certificates.script import certificates_of
from moeviz.symbolic.certificates.standalone.main import reproduce
from moeviz.symbolic.questions.spot import spots_of
from moeviz.symbolic.request.answer import verdict_of


def decided(**selection):
    return verdict_of({"compose": selection}, limit=60.0)


def agree(verdict):
    """Whether the script makes every certificate again, and the spot checks are zero."""
    found = [reproduce(c) for c in certificates_of(verdict.to_json())]
    assert found
    spots = [s for test in verdict.tests for s in spots_of(test)]
    small = all(abs(s["residual"]) <= 1e-7 * max(1.0, s["size"]) for s in spots)
    return all(good for good, _ in found) and small


SCORES = [
    ("b1*log(x1)", "$x_{1} > 0$"),
    ("b1*sqrt(x1)", "$x_{1} > 0$"),
    ("b1*log(x1 + 1)", "$x_{1} + 1 > 0$"),
    ("b1*sqrt(1 - x1^2)", "$1 - x_{1}^{2} > 0$"),
    ("b1*log(tanh(x1))", r"$\tanh{\left(x_{1} \right)} > 0$"),
    ("b1*log(x1)*sqrt(1 - x1)", "$x_{1} > 0$ and $1 - x_{1} > 0$"),
]


@pytest.mark.parametrize("test", ["cone", "first-order", "literal-second"])
@pytest.mark.parametrize(("formula", "where"), SCORES)
def test_a_domain_is_said_and_kept(test, formula, where):
    verdict = decided(router="custom", score_formula=formula, expert="tanh", test=test)
    assert verdict.answer in ("holds", "fails")
    assert verdict.condition == f"where {where}"
    assert verdict.tests[0].condition == verdict.condition
    assert agree(verdict)


@pytest.mark.parametrize("formula", ["b1*log(abs(x1))", "b1/x1", "b1*abs(x1)", "b1*log(1 + x1^2)"])
def test_what_misses_single_inputs_needs_no_word(formula):
    verdict = decided(router="custom", score_formula=formula, expert="tanh")
    assert verdict.answer in ("holds", "fails")
    assert verdict.condition == ""
    assert agree(verdict)


def test_a_relation_says_where_it_holds():
    asked = {"expert": "custom", "expert_formula": "log(t)", "atoms": 1, "test": "relation"}
    verdict = decided(**asked, relation="p3 : p3\np4 : p4\n-1/log(p3*x1+p4) : ")
    assert verdict.answer == "holds"
    assert (
        verdict.condition == r"where $a x_{1} + b > 0$ and $\log{\left(a x_{1} + b \right)} \ne 0$"
    )
    assert agree(verdict)
    false = decided(**asked, relation="p3 : p3\np4 : p4\n-1 : ")
    assert false.answer == "fails"
    assert agree_value(false)


def agree_value(verdict):
    return all(good for good, _ in map(reproduce, certificates_of(verdict.to_json())))


def test_a_variance_is_positive_without_a_word():
    verdict = decided(
        expert="linear", output="gaussian", test="relation", relation="1 : p4 p4\n-2 : p5"
    )
    assert verdict.answer == "holds"
    assert verdict.condition == ""
    assert agree(verdict)


def test_a_formula_without_any_value_is_refused():
    verdict = decided(router="custom", score_formula="b1*log(-1 - x1^2)", expert="tanh")
    assert verdict.answer == "undecided"
    assert "have a value at some inputs" in verdict.condition
    with pytest.raises(FormulaError, match="has no value anywhere"):
        decided(router="custom", score_formula="b1*sqrt(-exp(x1))", expert="tanh")


@pytest.mark.parametrize(
    "formula", ["tanh(t)/(sin(t)^2 + cos(t)^2 - 1)", "tanh(t)/(sigmoid(t) + sigmoid(-t) - 1)"]
)
def test_a_denominator_that_is_zero_everywhere_is_refused(formula):
    verdict = decided(expert="custom", expert_formula=formula)
    assert verdict.answer == "undecided"
    assert "Expected" in verdict.condition
