"""Basics at a point: equal functions become equal polynomials, with the right values."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from moeviz.errors import FormulaError
from moeviz.symbolic.kernel.at_point import AtPoint
from moeviz.symbolic.kernel.balls import Balls
from moeviz.symbolic.kernel.exact import is_positive, null_basis, reduced, signature
from moeviz.symbolic.kernel.functions import gelu, log_abs, normal_cdf, relu, sigmoid, softplus
from moeviz.symbolic.kernel.ground import Ground, Log
from moeviz.symbolic.kernel.polynomial import add, basic, constant, multiply, scale
from moeviz.symbolic.kernel.support import Support, plane_of
from moeviz.symbolic.kernel.tower import Tower
from moeviz.symbolic.kernel.zero import vanishes

X, Y, A, B = sympy.symbols("x1 x2 a b", real=True)

SMALL = st.fractions(-3, 3, max_denominator=12)


def at_point(formula, point=None):
    """A formula at a point, in basics of its own."""
    tower = Tower([X, Y], [A, B])
    tower.embed(formula)
    p = tower.poly(formula)
    ground = Ground(tower.inputs)
    return ground, AtPoint(tower, ground, point or {}).polynomial(p)


def is_zero(formula, point=None):
    return vanishes(*at_point(formula, point))


IDENTITIES = {
    "powers of e": sympy.exp(A * X + B * Y) - sympy.exp(A * X) * sympy.exp(B * Y),
    "circle": sympy.sin(A * X) ** 2 + sympy.cos(A * X) ** 2 - 1,
    "odd sine": sympy.sin(A * X - B) + sympy.sin(B - A * X),
    "even cosine": sympy.cos(A * X - B) - sympy.cos(B - A * X),
    "sigmoid flipped": sigmoid(A * X) + sigmoid(-A * X) - 1,
    "sigmoid in e": sigmoid(A * X) * (1 + sympy.exp(-A * X)) - 1,
    "tanh by sigmoid": sympy.tanh(A * X) - 2 * sigmoid(2 * A * X) + 1,
    "softplus flipped": softplus(A * X) - softplus(-A * X) - A * X,
    "normal flipped": normal_cdf(A * X) + normal_cdf(-A * X) - 1,
    "gelu flipped": gelu(A * X) - gelu(-A * X) - A * X,
    "relu flipped": relu(A * X + B) - relu(-A * X - B) - A * X - B,
    "log of size": log_abs(A * X) - log_abs(-A * X),
    "root squared": sympy.sqrt(1 + X**2) ** 3 / sympy.sqrt(1 + X**2) - 1 - X**2,
    "fractions": 1 / (1 + X**2) - 1 / (2 + X**2) - 1 / ((1 + X**2) * (2 + X**2)),
}

POINT = {A: Fraction(3, 2), B: Fraction(-2, 5)}


@pytest.mark.parametrize("name", IDENTITIES)
def test_equal_functions_are_equal(name):
    assert is_zero(IDENTITIES[name], POINT)


@pytest.mark.parametrize("name", IDENTITIES)
def test_other_functions_are_not(name):
    assert not is_zero(IDENTITIES[name] + X / 1000, POINT)
    assert not is_zero(IDENTITIES[name] + sympy.Rational(1, 10**9), POINT)


@pytest.mark.parametrize("name", [n for n in IDENTITIES if n != "relu flipped"])
def test_identities_hold_with_parameters_as_symbols(name):
    assert is_zero(IDENTITIES[name])


@given(SMALL, SMALL, st.fractions(Fraction(1, 9), 9, max_denominator=20))
def test_logs_in_exponents_come_out_exactly(a, x, r):
    ground, p = at_point(sympy.exp(B + A * X), {A: a, B: Log(r)})
    value = float(Balls(ground, {"x1": x, "x2": Fraction(0)}).polynomial(p).mid())
    assert math.isclose(value, float(r) * math.exp(float(a * x)), rel_tol=1e-12)
    assert is_zero(sympy.exp(B) - sympy.Rational(r.numerator, r.denominator), {B: Log(r)})


@given(SMALL, SMALL)
def test_a_kink_has_its_mass_over_its_slope(a, b):
    assume(a)
    ground = Ground((X, Y))
    first = add(scale(basic(0), a), constant(b))
    whole, unit = ground.kink(first), ground.kink(scale(first, 1 / a))
    assert whole == scale(unit, 1 / abs(a))
    assert ground.kink(scale(first, -3)) == scale(whole, Fraction(1, 3))


@given(SMALL, SMALL)
def test_a_step_and_its_opposite_are_one(a, b):
    assume(a)
    ground = Ground((X, Y))
    first = add(scale(basic(0), a), constant(b))
    assert add(ground.step(first), ground.step(scale(first, -1))) == constant(1)


def test_a_kink_nowhere_has_no_mass_and_one_everywhere_is_refused():
    ground = Ground((X, Y))
    assert ground.kink(constant(3)) == {}
    with pytest.raises(FormulaError, match="kink"):
        ground.kink({})


def test_division_by_zero_is_refused():
    with pytest.raises(FormulaError, match="division by zero"):
        at_point(1 / (A - B), {A: Fraction(1), B: Fraction(1)})


@given(SMALL, SMALL, SMALL)
def test_a_hyperplane_is_where_its_formula_is_zero(a, b, c):
    assume(a or b)
    ground = Ground((X, Y))
    p = add(scale(basic(0), a), scale(basic(1), b), constant(c))
    plane = plane_of(ground, p)
    place = plane.onto({"x1": Fraction(1, 3), "x2": Fraction(-2, 7)})
    assert plane.at(place) == a * place["x1"] + b * place["x2"] + c == 0
    assert Balls(ground, place).polynomial(p).contains(0)


def test_a_curved_kink_is_refused():
    ground = Ground((X, Y))
    with pytest.raises(FormulaError, match="hyperplanes"):
        plane_of(ground, multiply(basic(0), basic(0)))


def test_points_lie_strictly_in_their_box():
    support = Support.box(["x1", "x2"], 0, Fraction(1, 3))
    draws = np.random.default_rng(0)
    assert all(support.has(support.point(draws)) for _ in range(200))
    assert not support.has({"x1": Fraction(0), "x2": Fraction(1, 6)})


# Exact linear algebra.

MATRICES = st.integers(1, 4).flatmap(
    lambda n: st.lists(
        st.lists(st.fractions(-4, 4, max_denominator=5), min_size=n, max_size=n),
        min_size=1,
        max_size=4,
    )
)


def product(rows, vector):
    return [sum((a * b for a, b in zip(row, vector, strict=True)), Fraction(0)) for row in rows]


@given(MATRICES)
def test_rank_and_nullity_make_up_the_width(rows):
    width = len(rows[0])
    _, pivots = reduced(rows)
    basis = null_basis(rows, width)
    assert len(pivots) + len(basis) == width
    for vector in basis:
        assert not any(product(rows, vector))
    assert sympy.Matrix(rows).rank() == len(pivots)


def gram(rows):
    return [[sum(a * b for a, b in zip(u, v, strict=True)) for v in rows] for u in rows]


@given(MATRICES)
def test_gram_matrices_are_sums_of_squares(rows):
    matrix = gram(rows)
    assert is_positive(matrix)
    vectors, weights = signature(matrix)
    assert len(weights) == len(reduced(rows)[1])
    size = range(len(matrix))
    total = [
        [sum(d * v[i] * v[j] for d, v in zip(weights, vectors, strict=True)) for j in size]
        for i in size
    ]
    assert total == matrix
    assert is_positive(matrix, strictly=True) == (len(weights) == len(matrix))


@given(MATRICES, st.integers(0, 3))
def test_a_matrix_below_zero_somewhere_is_not_positive(rows, at):
    matrix = gram(rows)
    at %= len(matrix)
    matrix[at][at] = Fraction(-1)
    assert not is_positive(matrix)
