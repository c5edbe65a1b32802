"""Each basic obeys the rules of its function; blocks are read as matrices; kinks in one input."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from moeviz.symbolic.kernel.at_point import AtPoint
from moeviz.symbolic.kernel.balls import Balls
from moeviz.symbolic.kernel.cone import Block, matrices_of
from moeviz.symbolic.kernel.family import on_signs
from moeviz.symbolic.kernel.ground import Ground, Log
from moeviz.symbolic.kernel.polynomial import UNIT, add, basic, constant, multiply, power, scale
from moeviz.symbolic.kernel.tower import Kind, Tower
from moeviz.symbolic.kernel.zero import cleared, vanishes

X, Y, A, B = sympy.symbols("x1 x2 a b", real=True)
COEFFICIENT = st.fractions(-3, 3, max_denominator=5).filter(bool)


def linear(a, b):
    """a x + b."""
    return add(scale(basic(0), a), constant(b))


def with_log(*values):
    """A ground with the constants log(r) as basics, and their numbers."""
    ground = Ground((X,))
    tower = Tower([X], [A, B])
    at = dict(zip((A, B), (Log(Fraction(v)) for v in values), strict=False))
    for symbol in at:
        tower.embed(symbol)
    point = AtPoint(tower, ground, at)
    return ground, [point.polynomial(tower.poly(symbol)) for symbol in at]


@given(COEFFICIENT, COEFFICIENT, COEFFICIENT)
def test_an_inverse_times_its_argument_is_one(a, b, c):
    ground = Ground((X, Y))
    for p in (
        scale(ground.exp(linear(a, b)), c),
        multiply(ground.exp(linear(a, 0)), ground.exp(scale(basic(1), b))),
        linear(a, b),
        scale(basic(1), c),
        add(multiply(basic(0), basic(0)), constant(1)),
        scale(multiply(basic(0), ground.exp(linear(a, b))), c),
    ):
        assert vanishes(ground, add(multiply(p, ground.inverse(p)), constant(-1)))
        assert not vanishes(ground, add(multiply(p, ground.inverse(p)), constant(-2)))


def test_inverses_of_exponentials_need_no_basic_of_their_own():
    ground = Ground((X,))
    e = scale(ground.exp(linear(1, 0)), 3)
    ((monomial, coefficient),) = ground.inverse(e).items()
    assert coefficient == UNIT / 3
    assert [exponent for _, exponent in monomial] == [-1]
    assert ground.of_kind(Kind.INVERSE) == []
    ground.inverse(basic(0))
    assert len(ground.of_kind(Kind.INVERSE)) == 1


@given(COEFFICIENT, COEFFICIENT)
def test_equal_inverses_are_one_basic(a, b):
    ground = Ground((X,))
    one, other = ground.inverse(linear(a, b)), ground.inverse(scale(linear(a, b), -3))
    assert one == scale(other, -3)
    assert len(ground.of_kind(Kind.INVERSE)) == 1


def test_roots_are_taken_where_they_are_rational():
    ground = Ground((X,))
    assert ground.root(constant(Fraction(9, 16))) == constant(Fraction(3, 4))
    assert ground.root(constant(0)) == {}
    assert ground.of_kind(Kind.ROOT) == []
    two = ground.root(constant(2))
    assert two != {}
    assert ground.of_kind(Kind.ROOT) == []
    assert ground.reduced(multiply(two, two)) == constant(2)
    square = add(multiply(basic(0), basic(0)), constant(1))
    root = ground.root(square)
    assert ground.of_kind(Kind.ROOT) != []
    assert cleared(ground, multiply(root, root)) == square


@pytest.mark.parametrize("exponent", [2, 3, 4, -1, -3])
def test_powers_of_a_root_in_one_input(exponent):
    """The root is the second basic of all."""
    ground = Ground((X,))
    square = add(multiply(basic(0), basic(0)), constant(1))
    root = ground.root(square)
    ((at, _),) = next(iter(root))
    p = basic(at, exponent)
    whole = multiply(p, power(square, 3))
    expected = power(square, 3 + exponent // 2)
    if exponent % 2:
        expected = multiply(expected, root)
    assert vanishes(ground, add(whole, scale(expected, -1)))
    assert not vanishes(ground, add(whole, scale(expected, -2)))


@pytest.mark.parametrize("exponent", [2, 3, 4, 5])
def test_powers_of_a_sine_in_one_input(exponent):
    ground = Ground((X,))
    sine, cosine = ground.odd(Kind.SIN, basic(0)), ground.even(Kind.COS, basic(0))
    left = add(constant(1), scale(multiply(cosine, cosine), -1))
    expected = power(left, exponent // 2)
    if exponent % 2:
        expected = multiply(expected, sine)
    assert vanishes(ground, add(power(sine, exponent), scale(expected, -1)))
    assert not vanishes(ground, add(power(sine, exponent), expected))


@given(COEFFICIENT, COEFFICIENT)
def test_even_and_odd_functions_of_both_signs(a, b):
    ground = Ground((X,))
    p, q = linear(a, b), scale(linear(a, b), -1)
    assert ground.even(Kind.COS, p) == ground.even(Kind.COS, q)
    assert ground.odd(Kind.SIN, p) == scale(ground.odd(Kind.SIN, q), -1)
    assert ground.odd(Kind.SIN, {}) == {}
    assert add(ground.cdf(p), ground.cdf(q)) == constant(1)
    assert ground.cdf({}) == constant(Fraction(1, 2))
    assert add(ground.softplus(p), scale(ground.softplus(q), -1)) == p
    assert vanishes(ground, add(ground.logistic(p), ground.logistic(q), constant(-1)))
    assert vanishes(ground, add(ground.tanh(p), ground.tanh(q)))


def test_signs_of_constants_made_of_numbers_and_logs():
    """log 2 is 0.69 and log 3 is 1.1: each sign follows from both parts."""
    ground, (two, three) = with_log(2, 3)
    for p, sign in (
        (constant(3), 1),
        (constant(-1), -1),
        ({}, 0),
        (two, 1),
        (add(two, constant(Fraction(-1, 2))), 1),
        (add(two, constant(Fraction(-3, 4))), -1),
        (add(scale(two, 2), scale(three, -1)), 1),
        (add(scale(three, 2), scale(two, -4)), -1),
        (add(two, scale(three, -1), constant(Fraction(1, 2))), 1),
        (multiply(two, two), 1),
    ):
        assert ground.constant_sign(p) == sign
        assert ground.step(p) == constant(int(sign > 0))
    for p in (basic(0), add(basic(0), constant(1))):
        assert ground.constant_sign(p) is None
    ((at, _),) = next(iter(two))
    assert ground.constant_sign(basic(at, -1)) == 1


def test_exponentials_of_logs_are_numbers_where_they_are_rational():
    ground, (four, three) = with_log(4, 3)
    assert ground.exp(four) == constant(4)
    assert ground.exp(scale(four, Fraction(1, 2))) == constant(2)
    assert ground.exp(scale(four, Fraction(-3, 2))) == constant(Fraction(1, 8))
    assert ground.exp(add(four, scale(three, -1))) == constant(Fraction(4, 3))
    assert ground.of_kind(Kind.EXP) == []
    assert ground.exp(scale(three, Fraction(1, 2))) != constant(3)
    assert len(ground.of_kind(Kind.EXP)) == 1


def test_exponents_keep_their_common_denominator():
    ground = Ground((X,))
    ground.exp(linear(Fraction(1, 4), 0))
    ground.exp(linear(Fraction(5, 6), 0))
    (index,) = ground.of_kind(Kind.EXP)
    assert ground.scales[index] == 12
    product = multiply(ground.exp(linear(Fraction(1, 4), 0)), ground.exp(linear(Fraction(3, 4), 0)))
    assert product == ground.exp(linear(1, 0))


def test_monomials_are_written_for_people():
    ground = Ground((X, Y))
    assert ground.monomial_text(()) == "1"
    assert ground.monomial_text(((0, 1),)) == "x1"
    assert ground.monomial_text(((0, 2), (1, 1))) == "x1^2*x2"


def test_sizes_are_the_roots_of_squares():
    """|a x + b| squared, in a tower, whatever it is made of."""
    tower = Tower([X], [A, B])
    formula = sympy.Abs(A * X + B)
    tower.embed(formula)
    p = tower.poly(formula)
    ground = Ground((X,))
    point = {A: Fraction(2), B: Fraction(-1)}
    square = multiply(*[AtPoint(tower, ground, point).polynomial(p)] * 2)
    for x in (Fraction(-1), Fraction(1, 4), Fraction(3)):
        balls = Balls(ground, {"x1": x})
        steps = ground.of_kind(Kind.STEP)
        signs = {i: int(balls.polynomial(ground.argument(i)) > 0) for i in steps}
        value = balls.polynomial(on_signs(ground, signs, square))
        assert value.contains(flint.arb(flint.fmpq(*((2 * x - 1) ** 2).as_integer_ratio())))
        assert value.rad() < 1e-9


def test_a_blocks_missing_pairs_are_zero():
    """Coefficients are entries off the diagonal and half of them on it."""
    names = tuple(sympy.symbols("p q r"))
    block = Block(0, names, {(0, 0): 2, (0, 1): 0, (2, 2): 1})
    (matrix,) = matrices_of([block], [Fraction(5), Fraction(7), Fraction(-3, 2)])
    assert matrix == [[-3, 5, 0], [5, 0, 0], [0, 0, 14]]
