"""The second-order alternative: a positive semidefinite M occurs, or a W forbids all of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from moeviz.symbolic.kernel.cone import Barrier, Block, Spread, matrices_of, second_order
from moeviz.symbolic.kernel.exact import is_positive

ENTRY = st.fractions(-3, 3, max_denominator=4)


def block(size, atom=0, start=0):
    """A block whose members are numbered from `start` on, row by row."""
    pairs = [(a, b) for a in range(size) for b in range(a, size)]
    names = tuple(sympy.Symbol(f"p{atom}_{i}") for i in range(size))
    return Block(atom, names, {pair: start + i for i, pair in enumerate(pairs)})


def vector_of(matrix):
    """The coefficients of a relation whose second-order part is a matrix."""
    size = range(len(matrix))
    return [Fraction(matrix[a][b]) / (2 if a == b else 1) for a in size for b in size if a <= b]


def inner(left, right):
    return sum(a * b for u, v in zip(left, right, strict=True) for a, b in zip(u, v, strict=True))


def symmetric(size):
    """Random symmetric matrices."""
    return st.lists(
        st.lists(ENTRY, min_size=size, max_size=size), min_size=size, max_size=size
    ).map(lambda r: [[r[min(i, j)][max(i, j)] for j in range(size)] for i in range(size)])


def gram(rows):
    return [[sum(a * b for a, b in zip(u, v, strict=True)) for v in rows] for u in rows]


def factors(size, rank):
    return st.lists(
        st.lists(ENTRY, min_size=rank, max_size=rank), min_size=size, max_size=size
    ).filter(lambda rows: any(any(row) for row in rows))


def check_spread(blocks, basis, answer):
    """What a counter-sequence's direction must be."""
    assert isinstance(answer, Spread)
    assert all(is_positive(m) for m in answer.matrices)
    assert any(any(map(any, m)) for m in answer.matrices)
    assert matrices_of(blocks, answer.vector) == list(answer.matrices)
    rows = [list(map(sympy.Rational, map(str, v))) for v in (*basis, answer.vector)]
    assert sympy.Matrix(rows).rank() == sympy.Matrix(rows[:-1]).rank()


def check_barrier(blocks, basis, answer):
    """What a matrix that forbids one must be."""
    assert isinstance(answer, Barrier)
    assert all(is_positive(w, strictly=True) for w in answer.matrices)
    for v in basis:
        parts = matrices_of(blocks, v)
        assert sum(inner(w, m) for w, m in zip(answer.matrices, parts, strict=True)) == 0


@given(factors(3, 2), st.lists(symmetric(3), max_size=2))
def test_a_planted_semidefinite_matrix_is_found(rows, others):
    blocks = [block(3)]
    basis = [vector_of(gram(rows)), *(vector_of(m) for m in others)]
    check_spread(blocks, basis, second_order(blocks, basis))


@settings(max_examples=20)
@given(factors(3, 3), st.lists(symmetric(3), min_size=1, max_size=4))
def test_a_planted_orthogonal_matrix_is_found(rows, others):
    identity = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    w = [
        [g + i for g, i in zip(u, v, strict=True)]
        for u, v in zip(gram(rows), identity, strict=True)
    ]
    size = inner(w, w)
    basis = []
    for m in others:
        along = inner(w, m) / size
        basis.append(
            vector_of(
                [
                    [e - along * f for e, f in zip(u, v, strict=True)]
                    for u, v in zip(m, w, strict=True)
                ]
            )
        )
    check_barrier([block(3)], basis, second_order([block(3)], basis))


@given(st.lists(symmetric(2), min_size=1, max_size=2))
def test_exactly_one_alternative_is_true(matrices):
    blocks = [block(2)]
    basis = [vector_of(m) for m in matrices]
    answer = second_order(blocks, basis)
    if isinstance(answer, Spread):
        check_spread(blocks, basis, answer)
    elif answer is not None:
        check_barrier(blocks, basis, answer)


@given(factors(2, 1), factors(2, 1))
def test_blocks_may_spread_together_only(left, right):
    # M_1 + M_2 with one coefficient for both: neither cell can spread alone, both can.
    blocks = [block(2), block(2, atom=1, start=3)]
    basis = [vector_of(gram(left)) + vector_of(gram(right))]
    answer = second_order(blocks, basis)
    check_spread(blocks, basis, answer)
    opposite = [vector_of(gram(left)) + [-e for e in vector_of(gram(right))]]
    answer = second_order(blocks, opposite)
    check_barrier(blocks, opposite, answer)


def test_an_off_diagonal_coincidence_is_harmless():
    basis = [vector_of([[0, 1], [1, 0]])]
    check_barrier([block(2)], basis, second_order([block(2)], basis))


def test_a_diagonal_coincidence_is_not():
    basis = [vector_of([[1, 0], [0, 0]])]
    check_spread([block(2)], basis, second_order([block(2)], basis))


@pytest.mark.parametrize("sign", [1, -1])
def test_the_sign_of_a_relation_does_not_matter(sign):
    basis = [[sign * e for e in vector_of([[1, 2], [2, 4]])]]
    answer = second_order([block(2)], basis)
    check_spread([block(2)], basis, answer)
    assert answer.ranks == (1,)


def test_without_relations_nothing_spreads():
    check_barrier([block(2)], [], second_order([block(2)], []))
