"""Voronoi cells: who is nearest to whom, by hand."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given

from moeviz.errors import ShapeError
from moeviz.theory import LOSSES, cell_membership, voronoi_cells
from moeviz.theory.voronoi import block_distances, part_distances
from tests.support import measure, measures

TRUE = measure([1.0, 2.0], [[0.0], [10.0]], [[0.0, 0.0], [0.0, 0.0]])
CROWDED = measure([0.5, 0.25, 3.0], [[0.3], [-0.4], [10.5]], [[0.0, 0.4], [0.0, 0.0], [0.0, 0.0]])


def test_crowded_cell_by_hand():
    mass = abs(0.5 + 0.25 - 1.0) + abs(3.0 - 2.0)
    first_power = 0.5 * (0.3 + 0.4) + 0.25 * 0.4 + 3.0 * 0.5
    mixed = 0.5 * (0.3**2 + 0.4**2) + 0.25 * 0.4**2 + 3.0 * 0.5
    squared = 0.5 * (0.3**2 + 0.4**2) + 0.25 * 0.4**2 + 3.0 * 0.5**2
    assert voronoi_cells(CROWDED, TRUE).tolist() == [[0, 0, 1]]
    for name, distances in (("L3", first_power), ("L2", mixed), ("L1,2", squared)):
        value = LOSSES[name].evaluate(CROWDED, TRUE).item()
        assert value == pytest.approx(mass + distances, abs=1e-14)


def test_cell_of_three_atoms_by_hand():
    three = measure([0.2, 0.3, 0.5, 2.0], [[0.1], [0.2], [-0.3], [10.0]], [[0.0, 0.0]] * 4)
    expected = 0.2 * 0.01 + 0.3 * 0.04 + 0.5 * 0.09
    assert LOSSES["L2"].evaluate(three, TRUE).item() == pytest.approx(expected, abs=1e-14)


def test_empty_cell_costs_its_true_mass():
    lonely = measure([1.0], [[0.5]], [[0.0, 0.0]])
    assert voronoi_cells(lonely, TRUE).tolist() == [[0]]
    assert LOSSES["L3"].evaluate(lonely, TRUE).item() == pytest.approx(2.0 + 0.5, abs=1e-14)


def test_ties_go_to_the_lowest_index():
    middle = measure([1.0, 1.0], [[5.0], [5.0]], [[0.0, 0.0], [0.0, 0.0]])
    assert voronoi_cells(middle, TRUE).tolist() == [[0, 0]]
    twins = measure([1.0, 1.0], [[1.0], [1.0]], [[0.0, 0.0], [0.0, 0.0]])
    assert voronoi_cells(twins, twins).tolist() == [[0, 0]]


@given(G=measures(4), H=measures(3))
def test_every_atom_lies_in_one_cell_whose_centre_is_nearest(G, H):
    inside = cell_membership(G, H)
    assert (inside.sum(-1) == 1).all()
    squared = block_distances(G, H, "gate") ** 2 + block_distances(G, H, "expert") ** 2
    mine = (inside * squared).sum(-1)
    torch.testing.assert_close(mine, squared.amin(-1), rtol=1e-14, atol=0)


@given(G=measures(4), H=measures(3))
def test_distances_of_parts_add_up_to_those_of_their_block(G, H):
    for name in ("gate", "expert"):
        parts = part_distances(G, H, name)
        assert list(parts) == [part.name for part in G.parts[name]]
        together = sum(distance**2 for distance in parts.values())
        torch.testing.assert_close(together.sqrt(), block_distances(G, H, name))


def test_wrong_widths_are_refused():
    with pytest.raises(ShapeError, match="block 'gate' of width 1"):
        voronoi_cells(measure([1.0], [[0.0, 0.0]], [[0.0, 0.0]]), TRUE)
