"""What is computed once for many: the same values, to the last bit, as one at a time."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy

from moeviz.errors import SpecificationError
from moeviz.model import make_mixture
from moeviz.symbolic.kernel.balls import Balls
from moeviz.symbolic.kernel.enclosed import Enclosed
from moeviz.symbolic.kernel.functions import BY_HEAD, sigmoid, softplus
from moeviz.symbolic.kernel.numeric import PRECISE, evaluate
from moeviz.symbolic.kernel.places import Places, precision
from moeviz.symbolic.kernel.polynomial import whole
from moeviz.symbolic.kernel.relations import relations
from moeviz.symbolic.kernel.residues import PRIME, _power, residues, root_of
from moeviz.symbolic.kernel.unrolled import Unrolled
from moeviz.symbolic.reading.expressions import atom
from moeviz.symbolic.reading.families import expansion, forget, up_to
from moeviz.symbolic.reading.points import generic
from moeviz.symbolic.request.answer import verdict_of

X, A, B = sympy.symbols("x1 a b", real=True)


def family(expert="tanh"):
    """First derivatives of two atoms, as asked for afresh."""
    model = atom(make_mixture("linear", "softmax", expert, "regression"), 1)
    points = [generic(model, 0), generic(model, 1)]
    return expansion(model, points, [up_to(model.parameters, 1, 1)] * 2)


def test_a_family_is_made_once_and_its_relations_are_found_once():
    first = family()
    assert family() is first
    assert relations(first) is relations(family())
    assert family("gelu") is not first
    forget()
    assert family() is not first
    assert relations(family()) == relations(first)


def test_composed_checks_leave_no_family_behind():
    first = family()
    with pytest.raises(SpecificationError):
        verdict_of({"compose": {"test": "none of them"}})
    assert family() is not first


@pytest.mark.parametrize("kind", ["tanh", "relu"])
def test_rows_of_a_table_have_the_values_of_their_polynomials(kind):
    own = family(kind)
    rng = np.random.default_rng(1)
    for piece in own.pieces:
        modular = residues(piece.ground, rng)
        assert modular.rows(piece.table) == [modular.polynomial(row) for row in piece.rows]
        place = own.place(piece, rng)
        with precision(160):
            balls = Balls(piece.ground, place)
            columns = range(len(own))[::-2]
            rows = balls.rows(piece.table, columns)
            assert list(map(str, rows)) == [str(balls.polynomial(piece.rows[c])) for c in columns]


def test_unrolled_formulas_have_the_digits_of_the_walk():
    formulas = [
        sigmoid(A * X + B) * sympy.exp(sympy.sqrt(A**2 + 1) * X),
        softplus(X - B) / (A + X**2) + sympy.E * A / 3 + sigmoid(A * X + B),
        A / 7 + sympy.log(B),
    ]
    with mpmath.workdps(60):
        still = {A: mpmath.mpf(2) / 3, B: mpmath.mpf(5) / 7}
        model = Unrolled(formulas, [X])
        known = model.still(still)
        for x in (mpmath.mpf(1) / 3, mpmath.mpf(-9) / 11):
            walked = [evaluate(f, {**still, X: x}, PRECISE) for f in formulas]
            assert model.at(known, {X: x}) == walked


@pytest.mark.parametrize("head", list(BY_HEAD.values()), ids=lambda row: row.name)
def test_enclosed_formulas_have_the_digits_of_the_walk(head):
    formulas = [head.written(A * X + B) / (A + X**2), sympy.E ** (A * X) * B]
    with mpmath.workdps(60):
        still = {A: mpmath.mpf(2) / 3, B: mpmath.mpf(5) / 7}
        model = Enclosed(formulas, [X])
        known = model.still(still)
        for x in (mpmath.mpf(1) / 3, mpmath.mpf(9) / 11):
            walked = [evaluate(f, {**still, X: x}, PRECISE) for f in formulas]
            for found, expected in zip(model.at(known, {X: x}), walked, strict=True):
                assert mpmath.almosteq(found, expected, mpmath.mpf(10) ** -58)


def test_where_an_enclosure_says_nothing_mpmath_is_asked():
    formula = sympy.log(X - A) + sympy.sqrt(X)
    with mpmath.workdps(40):
        model = Enclosed([formula], [X])
        (found,) = model.at(model.still({A: mpmath.mpf(2)}), {X: mpmath.mpf(1)})
        assert found == evaluate(formula, {A: mpmath.mpf(2), X: mpmath.mpf(1)}, PRECISE)


def test_a_place_tells_what_no_input_moves_at_every_input():
    model = atom(make_mixture("linear", "softmax", "relu", "regression"), 1)
    own = family("relu")
    at = Places(own.tower, own.points[0])
    places = [at.at({str(s): Fraction(n, 3) for s in model.inputs}) for n in (-4, 5)]
    assert all(set(p.steps) == set(own.regions.steps) for p in places)
    assert places[0].steps != places[1].steps
    assert places[0].balls is not places[1].balls


def test_an_exponent_is_one_object_and_hashes_like_any_fraction():
    assert whole(Fraction(3, 6)) is whole(Fraction(1, 2))
    assert hash(whole(Fraction(-5, 3))) == hash(Fraction(-5, 3))
    assert {whole(Fraction(1, 2)): 1}[Fraction(1, 2)] == 1
    assert whole(Fraction(4, 2)) == 2
    assert type(whole(Fraction(4, 2))) is int


def test_zero_has_no_inverse_modulo_the_prime():
    with pytest.raises(ValueError, match="not 0 modulo the prime"):
        _power(3 * PRIME, -1, PRIME)
    assert _power(3, -1, PRIME) * 3 % PRIME == 1
    assert root_of(9, 2) ** 2 % PRIME == 9
