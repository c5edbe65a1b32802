"""Relations that are known are found, planted ones exactly, and independence has a witness."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import QQ

from moeviz.errors import Cancelled
from moeviz.symbolic.kernel.exact import reduced
from moeviz.symbolic.kernel.family import Family, Member
from moeviz.symbolic.kernel.functions import gelu, relu, sigmoid
from moeviz.symbolic.kernel.ground import Log
from moeviz.symbolic.kernel.relations import Elimination, enclosed, holds, relations
from moeviz.symbolic.kernel.residues import PRIME, rational
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.reading.families import derivatives, up_to

X, Y, A, B, C, NU = sympy.symbols("x1 x2 a b c nu", real=True)


def family_of(function, orders, point, inputs=(X,), masses=True, support=None):
    """Derivatives of a function of x and the parameters of a point, at that point."""
    return derivatives(
        [function], inputs, list(point), {}, [point], [orders], support, masses=masses
    )


def spans(found, vector):
    """Whether a vector is a combination of the relations found."""
    _, before = reduced(found.basis)
    _, after = reduced([*found.basis, vector])
    return len(before) == len(after)


KNOWN = {
    # name: function, derivatives, point, one relation, number of relations
    "heat equation of the Gaussian": (
        sympy.exp(-((X - A) ** 2) / (2 * NU)) / sympy.sqrt(NU),
        [(A, A), (NU,)],
        {A: Fraction(1, 3), NU: Fraction(4)},
        [Fraction(1), Fraction(-2)],
        1,
    ),
    "homogeneity of relu": (
        relu(A * X + B),
        [(A,), (B,), ()],
        {A: Fraction(3, 2), B: Fraction(1, 5)},
        [Fraction(3, 2), Fraction(1, 5), Fraction(-1)],
        1,
    ),
    "a cosine does not see the length": (
        (A * X + B * Y) / (sympy.sqrt(A**2 + B**2) * sympy.sqrt(X**2 + Y**2)),
        [(A,), (B,)],
        {A: Fraction(3, 5), B: Fraction(4, 5)},
        [Fraction(3), Fraction(4)],
        1,
    ),
    "e to x and e to y": (
        sympy.exp(A * X) * sympy.exp(B * Y + C),
        [(), (C,), (A, B), (A, B, C)],
        {A: Fraction(1, 2), B: Fraction(2), C: Log(Fraction(3))},
        [Fraction(0), Fraction(0), Fraction(1), Fraction(-1)],
        2,
    ),
    "sigmoid in powers of e": (
        sigmoid(A * X + B) - 1 / (1 + sympy.exp(-A * X - B)),
        [()],
        {A: Fraction(2), B: Fraction(1, 7)},
        [Fraction(1)],
        1,
    ),
    "the oscillator": (
        sympy.sin(A * X + B),
        [(), (B, B), (B,)],
        {A: Fraction(1), B: Fraction(1, 3)},
        [Fraction(1), Fraction(1), Fraction(0)],
        1,
    ),
    "the expert gelu knows its scale": (
        A * gelu(B * X),
        [(A,), ()],
        {A: Fraction(5), B: Fraction(2, 3)},
        [Fraction(5), Fraction(-1)],
        1,
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_relations_are_found(name):
    function, orders, point, relation, count = KNOWN[name]
    inputs = (X, Y) if Y in function.free_symbols else (X,)
    family = family_of(function, orders, point, inputs)
    found = relations(family)
    assert found.decided
    assert len(found.basis) == count
    assert len(found.pivots) == len(family) - count
    assert all(holds(family, v) for v in found.basis)
    assert holds(family, relation)
    assert spans(found, relation)


INDEPENDENT = {
    "sigmoid": (sigmoid(A * X + B), 3),
    "tanh": (sympy.tanh(A * X + B), 2),
    "gelu": (gelu(A * X + B), 2),
    "gated": (sigmoid(A * X) * sympy.tanh(B * X), 2),
}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_known_independent_families_have_a_witness(name):
    function, order = INDEPENDENT[name]
    family = family_of(function, up_to([A, B], 0, order), {A: Fraction(3, 4), B: Fraction(1, 5)})
    found = relations(family)
    assert found.decided
    assert not found.basis
    assert found.witness is not None
    again = enclosed(family.pieces, found.pivots, found.witness.points, 2 * found.witness.bits)
    assert again is not None
    assert all(not holds(family, np.eye(len(family), dtype=int)[i]) for i in range(len(family)))


def test_one_point_is_no_witness():
    family = family_of(sigmoid(A * X + B), [(A,), (B,)], {A: Fraction(1), B: Fraction(1, 2)})
    point = (0, {"x1": Fraction(1, 3)})
    assert enclosed(family.pieces, (0, 1), [point, point], 512) is None


BASE = {A: Fraction(3, 4), B: Fraction(-1, 5)}
HEIGHT = st.fractions(-50, 50, max_denominator=97)


@given(st.lists(HEIGHT, min_size=6, max_size=6))
def test_planted_relations_are_found_exactly(coefficients):
    family = family_of(gelu(A * X + B) * sympy.exp(B * X), up_to([A, B], 0, 2), BASE)
    assume(any(coefficients))
    planted = sum(
        (
            m.sheets[0] * QQ(c.numerator, c.denominator)
            for m, c in zip(family.members, coefficients, strict=True)
        ),
        family.tower.constant(0),
    )
    members = [*family.members, Member("planted", (), 0, (planted,))]
    found = relations(Family(family.tower, family.points, members, family.support))
    assert found.decided
    ((*left, last),) = found.basis
    assert [-v / last for v in left] == coefficients


def test_point_masses_count_or_not():
    point = {A: Fraction(2), B: Fraction(-1)}
    orders = [(A, A), (A, B), (B, B)]
    almost = relations(family_of(relu(A * X + B), orders, point, masses=False))
    assert len(almost.basis) == 3
    whole = relations(family_of(relu(A * X + B), orders, point, masses=True))
    # All three are multiples of one point mass at x = 1/2: x^2, x and 1 times its weight.
    assert len(whole.basis) == 2
    assert spans(whole, [Fraction(1), Fraction(0), Fraction(-1, 4)])
    assert spans(whole, [Fraction(0), Fraction(1), Fraction(-1, 2)])


def test_a_point_mass_on_a_line_is_a_function_on_it():
    point = {A: Fraction(2), B: Fraction(-1), C: Fraction(1, 3)}
    orders = [(A, A), (A, B), (A, C), (B, B), (B, C), (C, C)]
    found = relations(family_of(relu(A * X + B * Y + C), orders, point, (X, Y)))
    # On the line 2x - y + 1/3 = 0 the six squares are the polynomials of degree 2 in x: three.
    assert len(found.basis) == 3
    assert found.decided


def test_a_kink_outside_the_support_has_no_mass():
    point = {A: Fraction(2), B: Fraction(-1)}
    support = Support.box(["x1"], 1, 3)
    family = family_of(relu(A * X + B), [(A, A), (A, B), (B, B)], point, support=support)
    assert len(relations(family).basis) == 3


def test_two_sides_of_a_kink_are_two_pieces():
    point = {A: Fraction(2), B: Fraction(-1)}
    family = family_of(relu(A * X + B) + sympy.exp(A * X), [(), (A,), (B,)], point)
    assert len(family.pieces) == 2
    assert relations(family).decided


def test_a_decision_can_be_cancelled():
    family = family_of(sigmoid(A * X + B), up_to([A, B], 0, 2), BASE)
    with pytest.raises(Cancelled):
        relations(family, lambda: True)


@given(st.fractions(max_denominator=10**30).filter(lambda q: abs(q.numerator) < 10**60))
def test_rational_numbers_come_back_from_their_residues(q):
    assert rational(q.numerator * pow(q.denominator, -1, PRIME) % PRIME) == q


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(-5, 5), min_size=n, max_size=n), min_size=1, max_size=6
        )
    )
)
def test_elimination_has_the_rank_and_null_space_of_the_rationals(rows):
    width = len(rows[0])
    elimination = Elimination(width)
    new = sum(elimination.add([e % PRIME for e in row]) for row in rows)
    echelon, pivots = reduced([[Fraction(e) for e in row] for row in rows])
    assert new == elimination.rank == len(echelon)
    assert sorted(elimination.pivots) == pivots
    basis = elimination.null_space()
    assert len(basis) == width - elimination.rank
    for vector in basis:
        lifted = [rational(v) for v in vector]
        assert all(sum(a * b for a, b in zip(row, lifted, strict=True)) == 0 for row in rows)
    assert not any(elimination.add([e % PRIME for e in row]) for row in rows)
