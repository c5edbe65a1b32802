"""What counts as decided, which cells are crowded, and that nothing rests on a candidate."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

import moeviz.symbolic.kernel.relations
from moeviz.symbolic.kernel.cone import blocks_of
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.functions import gelu
from moeviz.symbolic.kernel.relations import Relations, Witness, relations
from moeviz.symbolic.reading.families import derivatives, up_to

X, A, B = sympy.symbols("x1 a b", real=True)
POINTS = [{A: Fraction(3, 4), B: Fraction(-1, 5)}, {A: Fraction(2), B: Fraction(1, 3)}]
ONE = (Fraction(1),)
WITNESS = Witness((0,), ((0, {"x1": Fraction(1)}),), "[1 +/- 0]", 128)


def family(*orders):
    return derivatives([gelu(A * X + B)], [X], [A, B], {}, POINTS, list(orders))


@pytest.mark.parametrize(
    ("found", "decided"),
    [
        (Relations((ONE,), (), None), True),
        (Relations((), (0,), WITNESS), True),
        (Relations((ONE,), (0,), WITNESS), True),
        (Relations((), (0,), None), False),
        (Relations((), (0,), WITNESS, (ONE,)), False),
        (Relations((ONE,), (), None, ((),)), False),
        (Relations((), (0,), None, (ONE,)), False),
    ],
)
def test_relations_are_decided_when_all_are_proved_and_the_rest_has_a_witness(found, decided):
    assert found.decided is decided


def test_a_candidate_that_does_not_substitute_back_is_no_relation(monkeypatch):
    """With substitution refused, the null space's vectors stay unproved."""
    made = derivatives([A * gelu(B * X)], [X], [A, B], {}, POINTS[:1], [[(A,), ()]])
    assert len(relations(made).basis) == 1
    monkeypatch.setattr(moeviz.symbolic.kernel.relations, "holds", lambda family, vector: False)
    # Of the family that was asked already its relations are known.
    found = relations(Family(made.tower, made.points, made.members, made.support))
    assert found.basis == ()
    assert len(found.unproved) == 1
    assert any(found.unproved[0])
    assert not found.decided


def test_a_witness_has_one_point_for_each_member():
    found = relations(family(up_to([A, B], 0, 1), [(A,)]))
    assert not found.basis
    assert len(found.witness.points) == len(found.pivots) == 4
    assert found.witness.columns == found.pivots
    places = [(piece, tuple(point.items())) for piece, point in found.witness.points]
    assert len(set(places)) == 4
    assert found.witness.bits in moeviz.symbolic.kernel.relations.PRECISIONS


def test_the_second_order_members_of_an_atom_are_its_block():
    second = up_to([A, B], 1, 2)
    first, other = blocks_of(family(second, second))
    assert (first.atom, other.atom) == (0, 1)
    assert first.parameters == other.parameters == (A, B)
    assert sorted(first.columns) == sorted(other.columns) == [(0, 0), (0, 1), (1, 1)]
    members = family(second, second).members
    for block in (first, other):
        for (a, b), column in block.columns.items():
            assert members[column].atom == block.atom
            assert set(members[column].orders) == {block.parameters[a], block.parameters[b]}


@pytest.mark.parametrize(("crowded", "atoms"), [(None, [0, 1]), ((0,), [0]), ((1,), [1]), ((), [])])
def test_only_crowded_atoms_have_blocks(crowded, atoms):
    second = up_to([A, B], 1, 2)
    assert [block.atom for block in blocks_of(family(second, second), crowded)] == atoms


def test_an_atom_without_second_derivatives_has_no_block():
    found = blocks_of(family(up_to([A, B], 0, 1), up_to([A, B], 2, 2)))
    assert [block.atom for block in found] == [1]
