"""Sparse polynomials form a ring: their values at numbers add and multiply."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.symbolic.kernel.exact import is_positive, null_basis, reduced, signature
from moeviz.symbolic.kernel.polynomial import (
    ONE,
    add,
    as_number,
    basic,
    basics,
    coefficient_of,
    constant,
    fraction,
    key,
    multiply,
    of_key,
    power,
    scale,
    times_monomials,
)

NUMBER = st.fractions(-3, 3, max_denominator=6)
PLACE = st.tuples(*[st.sampled_from([Fraction(n, d) for n in (-3, -1, 2, 5) for d in (1, 7)])] * 3)
MONOMIAL = st.dictionaries(st.integers(0, 2), st.integers(-2, 3).filter(bool), max_size=3).map(
    lambda powers: tuple(sorted(powers.items()))
)
POLYNOMIAL = st.dictionaries(MONOMIAL, NUMBER.filter(bool).map(coefficient_of), max_size=5)


def value(p, place):
    total = Fraction(0)
    for monomial, exact in p.items():
        coefficient = fraction(exact)
        for index, exponent in monomial:
            coefficient = coefficient * place[index] ** exponent
        total += coefficient
    return total


def assert_normal(p):
    """No zero coefficient, no zero exponent, basics in order: equal polynomials look alike."""
    for monomial, coefficient in p.items():
        assert coefficient
        assert isinstance(coefficient, flint.fmpq)
        assert all(exponent for _, exponent in monomial)
        assert [i for i, _ in monomial] == sorted({i for i, _ in monomial})


@given(POLYNOMIAL, POLYNOMIAL, POLYNOMIAL, PLACE)
def test_values_add_and_multiply(p, q, r, place):
    u, v, w = (value(each, place) for each in (p, q, r))
    for found, expected in (
        (add(p, q, r), u + v + w),
        (multiply(p, q), u * v),
        (multiply(add(p, q), r), (u + v) * w),
        (scale(p, Fraction(-2, 3)), -2 * u / 3),
        (power(p, 3), u**3),
        (power(p, 0), 1),
        (add(), 0),
    ):
        assert value(found, place) == expected
        assert_normal(found)


@given(POLYNOMIAL, POLYNOMIAL)
def test_equal_polynomials_are_equal(p, q):
    assert add(p, q) == add(q, p)
    assert multiply(p, q) == multiply(q, p)
    assert add(p, scale(p, -1)) == {}
    assert scale(p, 0) == multiply(p, {}) == {}
    assert multiply(p, constant(1)) == scale(p, 1) == p
    difference = add(multiply(add(p, q), add(p, scale(q, -1))), scale(multiply(p, p), -1))
    assert difference == scale(multiply(q, q), -1)
    assert key(add(p, q)) == key(add(q, p))
    assert (key(p) == key(q)) == (p == q)
    assert of_key(key(p)) == p


@given(MONOMIAL, MONOMIAL)
def test_exponents_of_a_product_add_up_and_cancel(a, b):
    found = dict(times_monomials(a, b))
    left, right = dict(a), dict(b)
    for index in range(3):
        assert found.get(index, 0) == left.get(index, 0) + right.get(index, 0)
    assert times_monomials(a, tuple((i, -e) for i, e in a)) == ONE
    assert 0 not in found.values()


def test_half_powers_make_whole_ones():
    half = basic(4, Fraction(1, 2))
    assert multiply(half, half) == basic(4)
    assert multiply(half, basic(4, Fraction(-1, 2))) == constant(1)


@given(NUMBER)
def test_numbers_are_constant_polynomials(number):
    assert as_number(constant(number)) == number
    assert (constant(number) == {}) == (number == 0)
    assert as_number(add(constant(number), basic(0))) is None
    assert as_number(basic(2)) is None


def test_the_basics_that_occur():
    p = add(multiply(basic(3), basic(1, -2)), constant(4))
    assert basics([p, basic(7), {}]) == {1, 3, 7}
    assert basics([]) == set()


# Exact linear algebra, at its edges.


def test_without_rows_everything_is_in_the_null_space():
    identity = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    assert null_basis([], 3) == identity
    assert reduced([]) == ([], [])


def test_a_reduced_form_by_hand():
    rows = [[0, 2, 4, 2], [1, 1, 1, 0], [1, 2, 3, 1]]
    assert reduced(rows) == ([[1, 0, -1, -1], [0, 1, 2, 1]], [0, 1])
    assert null_basis(rows, 4) == [[1, -2, 1, 0], [1, -1, 0, 1]]
    assert reduced([[0, 0, 5]]) == ([[0, 0, 1]], [2])


@pytest.mark.parametrize(
    ("matrix", "semidefinite", "definite"),
    [
        ([[1, 2], [2, 5]], True, True),
        ([[1, 2], [2, 4]], True, False),
        ([[1, 2], [2, 3]], False, False),
        ([[0, 0], [0, 3]], True, False),
        ([[0, 1], [1, 0]], False, False),
        ([[0, 1], [1, 3]], False, False),
        ([[-1]], False, False),
        ([[0]], True, False),
        ([[2, -1, 0], [-1, 2, -1], [0, -1, 2]], True, True),
        ([[1, 1, 1], [1, 1, 1], [1, 1, 0]], False, False),
    ],
)
def test_definiteness_by_hand(matrix, semidefinite, definite):
    assert is_positive(matrix) == semidefinite
    assert is_positive(matrix, strictly=True) == definite


def test_squares_by_hand():
    vectors, weights = signature([[4, 2], [2, 0]])
    assert vectors == [[1, Fraction(1, 2)], [0, 1]]
    assert weights == [4, -1]
    with pytest.raises(ValueError, match="indefinite"):
        signature([[0, 1], [1, 0]])
