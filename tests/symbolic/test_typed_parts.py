"""Typed formulas before anything cancels: their ends stay asked, their parameters must be seen."""

from __future__ import annotations

import pytest

from moeviz.errors import FormulaError
from moeviz.symbolic.request.answer import verdict_of


def decided(**selection):
    chosen = {"gate": "softmax", "test": "first-order", **selection}
    return verdict_of({"compose": chosen}, limit=60.0)


def of_score(formula, **more):
    return decided(router="custom", score_formula=formula, **more)


def of_expert(formula, **more):
    return decided(expert="custom", expert_formula=formula, **more)


MOVING = [
    "log(0-exp(b1*x1))",
    "log(0-b1^2*x1^2)",
    "log(b1*x1)",
    "2*log(b1*x1)",
    "log(b1*x1)/2",
    "exp(log(b1*x1))",
    "sqrt(b1*x1)^2",
    "x1*(b1+x1)^2/(b1+x1)",
    "x1/(1/(b1+x1))",
    "b1*x1 + log(b1*x1) - log(b1*x1)",
]


@pytest.mark.parametrize("weights", ["softmax", "sigmoid"])
@pytest.mark.parametrize("formula", MOVING)
def test_no_gate_takes_an_end_of_a_score_away(formula, weights):
    verdict = of_score(formula, gate=weights)
    assert verdict.answer == "undecided"
    assert "without poles or ends that move with the parameters" in verdict.condition


@pytest.mark.parametrize(
    "test", ["cone", "pinned", "literal-first", "literal-second", "literal-zeroth", "discover"]
)
def test_every_test_looks_at_the_ends(test):
    assert of_score("log(b1*x1)", test=test).answer == "undecided"
    assert of_expert("log(t)", output="categorical", test=test).answer == "undecided"


@pytest.mark.parametrize("formula", ["exp(log(t))", "exp(2*log(t))", "sqrt(t)^2", "t^2/t"])
def test_an_expert_keeps_its_ends(formula):
    verdict = of_expert(formula)
    assert verdict.answer == "undecided"
    assert "without poles or ends that move" in verdict.condition


@pytest.mark.parametrize("formula", ["log(t)", "log(0-exp(t))", "log(0-t^2)"])
def test_class_probabilities_take_no_end_of_an_expert_away(formula):
    verdict = of_expert(formula, output="categorical")
    assert verdict.answer == "undecided"
    assert "without poles or ends that move" in verdict.condition


@pytest.mark.parametrize("formula", ["b1*x1 + log(x1)", "b1*sqrt(x1)^2", "b1*exp(log(x1))"])
def test_a_lost_end_that_stays_where_it_is_is_named(formula):
    verdict = of_score(formula)
    assert verdict.answer == "undecided"
    assert "'x1' > 0 is asked by what was typed" in verdict.condition


@pytest.mark.parametrize("line", ["p1 : p1", "1 : p1\n? : p2"])
def test_a_typed_relation_looks_at_the_ends(line):
    verdict = of_score("log(b1*x1)", test="relation", relation=line)
    assert verdict.answer == "undecided"
    assert "Expected" in verdict.condition


@pytest.mark.parametrize(
    "formula",
    ["log(1+b1^2*x1^2)", "log(sigmoid(b1*x1))", "log(2+tanh(b1*x1))", "log(exp(b1*x1))"],
)
def test_a_logarithm_of_what_is_positive_may_cancel(formula):
    verdict = of_score(formula)
    assert (verdict.answer, verdict.condition) == ("holds", "")


@pytest.mark.parametrize(
    "formula", ["b1*x1*x1/x1", "(b1*x1)^2/(b1*x1)", "b1*log(abs(x1))", "b1*abs(x1)/x1"]
)
def test_single_inputs_may_be_missed(formula):
    verdict = of_score(formula)
    assert (verdict.answer, verdict.condition) == ("holds", "")


@pytest.mark.parametrize("formula", ["sqrt(t^2)", "exp(log(1+t^2))", "tanh(t)*(1+t^2)/(1+t^2)"])
def test_an_expert_without_ends_is_decided(formula):
    assert of_expert(formula).answer == "holds"


UNSEEN = [
    ("b1*x1 - b1*x1", "b1"),
    ("b1*x1/b1", "b1"),
    ("b1*x1 + b2 - b2", "b2"),
    ("b1*x1 + (sin(b2)^2 + cos(b2)^2)*x1^2", "b2"),
    ("relu(b1*x1) - relu(-b1*x1) - b1*x1 + x1", "b1"),
]


@pytest.mark.parametrize(("formula", "name"), UNSEEN)
def test_a_gate_parameter_that_cancels_is_named(formula, name):
    verdict = of_score(formula)
    assert verdict.answer == "undecided"
    assert f"by {name} is 0 everywhere, so that no data can see {name}" in verdict.condition


@pytest.mark.parametrize(
    ("formula", "name"), [("t - t + 1", "t"), ("s1*t/s1", "s1"), ("t1 + tanh(t2) - tanh(t2)", "t2")]
)
def test_an_expert_parameter_that_cancels_is_named(formula, name):
    verdict = of_expert(formula)
    assert verdict.answer == "undecided"
    assert f"no data can see {name}" in verdict.condition


def test_a_score_without_its_input_is_refused():
    verdict = of_score("b1*x1/x1")
    assert verdict.answer == "undecided"
    assert "every input cancels out of 'b1*x1/x1'" in verdict.condition


@pytest.mark.parametrize(
    "formula", ["b1*x1+0*b2", "b1*x1 + 0*log(x1)", "b1*x1 + x1*0", "b1*x1*x1^0"]
)
def test_a_score_with_a_part_that_is_taken_out_is_refused(formula):
    with pytest.raises(FormulaError, match="no factor 0 and no exponent 0 beside names"):
        of_score(formula)


def test_an_expert_with_a_part_that_is_taken_out_is_refused():
    with pytest.raises(FormulaError, match="makes 's1' the number 0"):
        of_expert("t + 0*s1")
