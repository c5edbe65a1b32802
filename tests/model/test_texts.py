"""Every part's text and its torch code are one function, for every registered variant."""

from __future__ import annotations

import pytest
import torch

from moeviz.errors import FormulaError
from moeviz.model import GATES, make_expert, make_gate, make_score
from moeviz.model.formula import (
    FUNCTIONS,
    ROUTER,
    TYPED,
    UNITS,
    WEIGHT,
    Symbol,
    differentiate,
    evaluate,
    own_weight,
    parse_formula,
    spelled_out,
    spelled_units,
    spelled_weight,
)
from moeviz.model.formula.build import call
from moeviz.model.reading import formula_of, numbers_of
from tests.support import normal, uniform

CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def numbered(letter, rows):
    return {f"{letter}{i}": row for i, row in enumerate(rows, start=1)}


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_score_is_its_text(score, dimension, rng):
    made = make_score(score, tau1=0.7, tau2=0.2, power=4)
    x = uniform(rng, dimension, 50)
    beta = normal(rng, sum(part.width for part in made.parts(dimension)))
    value = normal(rng, 50)
    found = made.coordinates(beta) @ made.features(x) + made.affinity(value)[0]
    tree = spelled_out(formula_of(made), dimension, len(beta))
    constants = {name: x.new_tensor(number) for name, number in numbers_of(made).items()}
    named = {**numbered("x", x), **numbered("b", beta), **constants, "h": value}
    torch.testing.assert_close(evaluate(tree, named), found, **CLOSE)


def test_a_score_reads_the_expert_where_its_text_does(score):
    made = make_score(score)
    assert made.reads_expert == ("h" in formula_of(made).names)


@pytest.mark.parametrize("atoms", [1, 2, 4])
@pytest.mark.parametrize("top", [1, 2, 3])
def test_a_gate_is_its_text(gate, atoms, top, rng):
    made = make_gate(gate, top=top)
    scores = (2 * normal(rng, atoms, 60)).round(decimals=0)  # with ties
    tree = formula_of(made)
    found = [
        evaluate(spelled_weight(tree, atoms, i), numbered("s", scores)).expand(60)
        for i in range(1, atoms + 1)
    ]
    torch.testing.assert_close(torch.stack(found), made.weights(scores.clone()), **CLOSE)


def test_a_gate_is_normalised_where_its_text_is(gate):
    _, normalised = own_weight(formula_of(make_gate(gate)))
    assert normalised == GATES[gate].normalised


@pytest.mark.parametrize("size", [1, 2, 3])
def test_an_expert_is_its_text_and_its_slopes_are_the_texts(expert, size, rng):
    made = make_expert(expert, degree=size, hidden=size)
    heads, scalars = 2 * normal(rng, made.heads, 80), normal(rng, made.scalars, 1)
    tree = spelled_units(formula_of(made), made.heads, made.scalars)
    named = {**numbered("t", heads), **numbered("s", scalars)}
    named |= {"t": heads[0]}
    value, by_head, by_scalar = made.value_and_slopes(list(heads), list(scalars))
    torch.testing.assert_close(evaluate(tree, named).expand(80), value, **CLOSE)
    alone = made.heads == 1 and "t" in tree.names
    names = ["t"] if alone else [f"t{i}" for i in range(1, made.heads + 1)]
    names += [f"s{i}" for i in range(1, made.scalars + 1)]
    for name, slope in zip(names, (*by_head, *by_scalar), strict=True):
        expected = evaluate(differentiate(tree, name), named).expand(80)
        torch.testing.assert_close(expected, slope.expand(80), **CLOSE)


@pytest.mark.parametrize("function", TYPED)
def test_a_row_of_the_table_is_one_function(function, rng):
    t = normal(rng, 200)
    t = t.abs() if function in ("log", "sqrt") else t
    row = FUNCTIONS[function]
    value, slope = row.value_and_slope(t)
    assert torch.equal(value, row.value(t))
    tree = differentiate(call(function, Symbol("t")), "t")
    torch.testing.assert_close(evaluate(tree, {"t": t}).expand_as(t), slope, **CLOSE)
    t = t.clone().requires_grad_()
    (automatic,) = torch.autograd.grad(row.value(t).sum(), t)
    torch.testing.assert_close(slope, automatic, **CLOSE)


def test_a_function_for_derivatives_alone_has_no_slope_of_its_own():
    assert not FUNCTIONS["step"].typed
    with pytest.raises(TypeError, match="Expected a function that formulas may call"):
        FUNCTIONS["step"].value_and_slope(torch.zeros(1))


WRITTEN = {
    "dot(b,x/norm(x))": "b1*x1/sqrt(x1^2 + x2^2) + b2*x2/sqrt(x1^2 + x2^2)",
    "dot(b,tanh(x)^2)": "b1*tanh(x1)^2 + b2*tanh(x2)^2",
    "quad(S,x)": "b1*x1*x1 + 2*b2*x1*x2 + b3*x2*x2",
    "quad(A,x) + dot(b,x)": "b1*x1*x1 + b2*x1*x2 + b3*x2*x1 + b4*x2*x2 + b5*x1 + b6*x2",
    "quad(S,x) + b1*x2": "b1*x1*x1 + 2*b2*x1*x2 + b3*x2*x2 + b4*x2",
    "norm(x + 1)": "sqrt((x1 + 1)^2 + (x2 + 1)^2)",
    "b1*h": "b1*h",
}


@pytest.mark.parametrize(("text", "spelled"), WRITTEN.items())
def test_a_registered_score_is_written_out(text, spelled):
    assert str(spelled_out(parse_formula(text, ROUTER), 2)) == spelled


def test_units_and_atoms_are_written_out():
    units = spelled_units(parse_formula("dot(s,softplus(t)) + tanh(t)", UNITS), 2, 2)
    assert str(units) == "s1*softplus(t1) + s2*softplus(t2) + tanh(t)"
    weight = parse_formula("exp(s)/sum(exp(s))", WEIGHT)
    assert str(spelled_weight(weight, 2, 2)) == "exp(s2)/(exp(s1) + exp(s2))"


MEANINGLESS = {
    "x*b1": "a number where the vector x stands",
    "dot(b,2)": "a vector, but '2' is a number",
    "dot(b,x + S)": "where the matrix S stands",
    "S*b1": "where the matrix S stands",
    "quad(x,x)": "the matrix S or A",
}


@pytest.mark.parametrize(("text", "words"), MEANINGLESS.items())
def test_a_text_without_meaning_is_refused(text, words):
    with pytest.raises(FormulaError, match=words):
        spelled_out(parse_formula(text, ROUTER), 2)


def test_a_weight_without_meaning_is_refused():
    with pytest.raises(FormulaError, match="divided by the sum of all such weights"):
        own_weight(parse_formula("exp(s)/sum(s)", WEIGHT))
    with pytest.raises(FormulaError, match=r"winner\(s,K\)"):
        spelled_weight(parse_formula("winner(2,s)", WEIGHT), 2, 1)
    with pytest.raises(FormulaError, match="of one length"):
        spelled_units(parse_formula("dot(s,t)", UNITS), 2, 1)
    with pytest.raises(FormulaError, match="is a mixture"):
        spelled_units(parse_formula("dot(s,s*t)", UNITS), 2, 1)
