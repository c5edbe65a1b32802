"""Spot checks: automatic differentiation agrees with what the tower proved."""

from __future__ import annotations

import pytest
import sympy

from moeviz.model import make_mixture
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.questions.checks import cone, first_order
from moeviz.symbolic.questions.claims import Check, Claim, decide
from moeviz.symbolic.questions.pde import Statement, Term, stated
from moeviz.symbolic.questions.spot import relation_spots, spots_of, with_spots
from moeviz.symbolic.reading.expressions import atom
from moeviz.symbolic.reading.points import generic

RELATED = [
    ("linear", "softmax", "relu", "regression"),
    ("linear", "softmax", "linear", "gaussian"),
    ("quadratic", "sigmoid", "polynomial", "regression"),
]


def small(spots):
    return all(abs(spot["residual"]) <= 1e-12 * max(1.0, spot["size"]) for spot in spots)


@pytest.mark.parametrize("parts", RELATED, ids="+".join)
def test_a_relation_is_zero_up_to_rounding(parts):
    model = atom(make_mixture(*parts), 1)
    test = cone(model, [generic(model, seed) for seed in range(2)], (0,))
    assert test.answer == Answer.FAILS
    spots = spots_of(test)
    assert len(spots) == 4
    assert small(spots)
    # Second derivatives of a ReLU lie on its kink alone, where no random place is.
    assert (max(spot["size"] for spot in spots) > 1e-3) == (parts[2] != "relu")


def test_a_wrong_coefficient_is_seen():
    model = atom(make_mixture("linear", "softmax", "linear", "gaussian"), 1)
    test = cone(model, [generic(model, seed) for seed in range(2)], (0,))
    vector = [float(c) for c in test.relations.basis[0]]
    vector[next(i for i, c in enumerate(vector) if c)] *= 1.01
    assert not small(relation_spots(test.family, vector))


def test_independence_has_nothing_to_spot():
    model = atom(make_mixture("linear", "softmax", "tanh"), 1)
    test = first_order(model, [generic(model, seed) for seed in range(2)])
    assert test.answer == Answer.HOLDS
    assert spots_of(test) == []


def statement(sign: int) -> Statement:
    """d2/da2 + sign a exp(ax): a relation only for the right sign and factor."""
    x, a = sympy.symbols("x1 a", real=True)
    f = sympy.exp(a * x)
    terms = (Term(sympy.Integer(1), (a, a)), Term(sympy.Integer(sign) * x, (a,)))
    return Statement((f,), (x,), (a,), terms, r"F'' = x F'")


def test_an_identity_is_zero_at_random_parameters():
    test = stated("second derivative", statement(-1))
    assert test.answer == Answer.HOLDS
    spots = spots_of(test)
    assert len({spot["inputs"]["a"] for spot in spots}) == 4
    assert small(spots)


def test_a_value_is_what_the_certificate_says():
    test = stated("second derivative", statement(1))
    assert test.answer == Answer.FAILS
    (spot,) = spots_of(test)
    middle = float(test.certificate["value"].strip("[]").split("+/-")[0])
    assert spot["residual"] == pytest.approx(middle, rel=1e-6)


def test_a_verdict_carries_its_spots():
    claim = Claim(
        "X1", "", "", "A relation.", Answer.HOLDS, "",
        (Check(lambda stop: stated("second derivative", statement(-1))),),
    )  # fmt: skip
    data = with_spots(decide(claim))
    assert data["verdict"] == "holds"
    assert small(data["tests"][0]["certificate"]["spot"])
