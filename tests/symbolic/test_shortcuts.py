"""What the checker does not compute, or computes in a cheaper way, against the plain way."""

from __future__ import annotations

import itertools
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import sympy

import moeviz.symbolic.kernel.relations as kernel
from moeviz.symbolic.kernel.foreseen import are_free, ranks, skip
from moeviz.symbolic.kernel.functions import relu
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.places import Places, is_positive
from moeviz.symbolic.kernel.rational import Exactly
from moeviz.symbolic.kernel.relations import relations
from moeviz.symbolic.kernel.residues import PRIME, residues
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.kernel.tower import Kind, Tower
from moeviz.symbolic.questions import change
from moeviz.symbolic.request.answer import verdict_of
from tests.symbolic.test_shared import family

X, A = sympy.symbols("x1 a", real=True)
KINDS = ["tanh", "relu", "gelu"]


@pytest.mark.parametrize("kind", KINDS)
def test_foreseen_rows_give_the_relations_of_all_rows(kind):
    own = family(kind)
    plain = kernel._row_by_row(own, None, 0, PRIME)
    assert relations(own) == plain
    assert ranks(own.pieces, len(own))[-1] >= len(plain.pivots)


@pytest.mark.parametrize("wrong", [0, 1])
def test_where_another_rank_is_foreseen_every_row_is_asked(wrong, monkeypatch):
    own = family("relu")
    plain = kernel._row_by_row(own, None, 0, PRIME)
    fewer = [min(n, len(plain.pivots) - 1) if wrong else len(own) for n in ranks(own.pieces, 99)]
    monkeypatch.setattr(kernel, "ranks", lambda pieces, width: fewer)
    assert kernel._relations(own, None, 0, PRIME) == plain


@pytest.mark.parametrize("kind", KINDS)
def test_skipped_residues_are_drawn_all_the_same(kind):
    for piece in family(kind).pieces:
        drawn, skipped = np.random.default_rng(4), np.random.default_rng(4)
        residues(piece.ground, drawn, PRIME)
        skip(piece.ground, skipped, PRIME)
        assert drawn.bytes(8) == skipped.bytes(8)


def test_basics_with_relations_are_not_free():
    free, bound = Ground((X,)), Ground((X,))
    x = {((0, 1),): flint.fmpq(1)}
    free.exp(x)
    bound.logistic(x)
    assert are_free(iter([free]))
    assert not are_free(iter([free, bound]))


def test_points_drawn_ahead_are_those_drawn_one_by_one():
    support = Support.box(["x1", "x2"], Fraction(-1, 3), 2)
    one, ahead = np.random.default_rng(2), np.random.default_rng(2)
    drawn = list(itertools.islice(support.points(ahead), 70))
    assert drawn == [support.point(one) for _ in range(70)]
    assert all(support.has(x) for x in drawn)


def own_places(formula, value):
    tower = Tower([X], [A])
    tower.embed(formula)
    tower.close()
    point = {A: value}
    at = Places(tower, point)
    return at, Exactly(tower, point, at)


def numbers(x):
    return {name: flint.fmpq(q.numerator, q.denominator) for name, q in x.items()}


FORMULAS = [
    relu(X - A),
    1 / (sympy.Abs(X) + A),
    sympy.sqrt(X**2 + A) * relu(A * X + 1),
    1 / sympy.sqrt((X - A) ** 2 + 1) + relu(X),
]


@pytest.mark.parametrize("formula", FORMULAS, ids=str)
def test_exact_sides_are_those_of_enclosures(formula):
    at, exactly = own_places(formula, Fraction(1, 3))
    for n in (-17, -5, 2, 11):
        x = {"x1": Fraction(n, 7)}
        values = at.at(x)
        assert not values.broken
        assert not values.unclear
        assert exactly.sides(numbers(x)) == tuple(sorted(values.steps.items()))


def test_exact_sides_leave_the_rest_to_enclosures():
    at, exactly = own_places(relu(X - A), Fraction(1, 3))
    assert exactly.sides(numbers({"x1": Fraction(1, 3)})) is None
    assert at.at({"x1": Fraction(1, 3)}).steps
    _, curved = own_places(relu(sympy.exp(X) - A), Fraction(1, 3))
    assert curved.sides(numbers({"x1": Fraction(1)})) is None
    _, negative = own_places(sympy.log(X - A) + relu(X), Fraction(1, 3))
    assert negative.sides(numbers({"x1": Fraction(-1)})) is None
    assert negative.sides(numbers({"x1": Fraction(1)})) is not None


def test_an_argument_that_is_positive_by_its_form_is_not_evaluated():
    tower = Tower([X], [A])
    tower.embed(1 / (1 + sympy.exp(A * X)) + 1 / (X + 5))
    tower.close()
    sure, unsure = (i for i, g in enumerate(tower.generators) if g.kind is Kind.INVERSE)
    assert is_positive(tower, sure)
    assert not is_positive(tower, unsure)
    values = Places(tower, {A: Fraction(1)}).at({"x1": Fraction(1)})
    assert values.signs == {sure: 1, unsure: 1}
    assert sure not in values.balls


@pytest.mark.parametrize(("claim", "exact"), [("S9.relu.d1", True), ("S11.gelu", False)])
def test_changes_in_balls_are_those_of_numbers(claim, exact):
    verdict = verdict_of({"claim": claim})
    sequence = next(t.along for t in (*verdict.tests, *verdict.repair) if t.along is not None)
    with mpmath.workdps(change.DIGITS):
        smalls = [mpmath.mpf(2) ** -n for n in (6, 9)]
        places, truth = sequence.places(), sequence.at(mpmath.mpf(0))
        stages = [sequence.at(small) for small in smalls]
        functions, losses = change.changes(sequence, smalls)
        plain = change._computed(sequence.atom, truth, stages, places, {})
        assert losses == [stage.loss for stage in stages]
        for found, expected in zip(functions, plain, strict=True):
            assert change.is_exact(expected) == exact
            assert found == expected if exact else abs(found / expected - 1) < 1e-30
