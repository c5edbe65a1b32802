"""Voronoi cells and losses: axioms, and cells computed by hand."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from moeviz.errors import ShapeError, UnknownNameError
from moeviz.model import MixingMeasure
from moeviz.theory import LOSSES, voronoi_cells
from moeviz.theory.voronoi import loss_l1
from tests.support import measure, measures

PLAIN = ["L1,2", "L2", "L3"]


def loss(name: str, fitted: MixingMeasure, true: MixingMeasure) -> torch.Tensor:
    return LOSSES[name].evaluate(fitted, true)


@pytest.mark.parametrize("name", list(LOSSES))
@given(G=measures())
def test_loss_is_zero_at_the_truth(name, G):
    torch.testing.assert_close(
        loss(name, G, G), torch.zeros(2, dtype=torch.float64), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("name", list(LOSSES))
@given(G=measures(4), H=measures(3), seed=st.integers(0, 1000))
def test_loss_ignores_labels(name, G, H, seed):
    generator = torch.Generator().manual_seed(seed)
    there = torch.randperm(4, generator=generator)
    here = torch.randperm(3, generator=generator)
    torch.testing.assert_close(loss(name, G.select(there), H.select(here)), loss(name, G, H))


@pytest.mark.parametrize("name", PLAIN)
@given(G=measures(), share=st.floats(0.05, 0.95))
def test_splitting_an_atom_in_place_costs_nothing(name, G, share):
    order = torch.tensor([0, *range(G.atoms)])
    split = G.select(order)
    shift = torch.zeros(G.atoms + 1, dtype=torch.float64)
    shift[0], shift[1] = math.log(share), math.log1p(-share)
    split = split.replace(log_weight=split.log_weight + shift)
    torch.testing.assert_close(
        loss(name, split, G), torch.zeros(2, dtype=torch.float64), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("name", PLAIN)
@given(G=measures(3), H=measures(2))
def test_loss_is_positive_and_the_same_alone_and_in_a_batch(name, G, H):
    together = loss(name, G, H)
    assert (together > 0).all()
    for row in range(2):
        alone = loss(
            name,
            MixingMeasure(G.log_weight[row], {k: v[row] for k, v in G.blocks.items()}),
            MixingMeasure(H.log_weight[row], {k: v[row] for k, v in H.blocks.items()}),
        )
        torch.testing.assert_close(alone, together[row])


TRUE = measure([1.0, 2.0], [[0.0], [10.0]], [[0.0, 0.0], [0.0, 0.0]])
CROWDED = measure([0.5, 0.25, 3.0], [[0.3], [-0.4], [10.5]], [[0.0, 0.4], [0.0, 0.0], [0.0, 0.0]])


def test_crowded_cell_by_hand():
    mass = abs(0.5 + 0.25 - 1.0) + abs(3.0 - 2.0)
    first_power = 0.5 * (0.3 + 0.4) + 0.25 * 0.4 + 3.0 * 0.5
    mixed = 0.5 * (0.3**2 + 0.4**2) + 0.25 * 0.4**2 + 3.0 * 0.5
    squared = 0.5 * (0.3**2 + 0.4**2) + 0.25 * 0.4**2 + 3.0 * 0.5**2
    assert voronoi_cells(CROWDED, TRUE).tolist() == [[0, 0, 1]]
    assert loss("L3", CROWDED, TRUE).item() == pytest.approx(mass + first_power, abs=1e-14)
    assert loss("L2", CROWDED, TRUE).item() == pytest.approx(mass + mixed, abs=1e-14)
    assert loss("L1,2", CROWDED, TRUE).item() == pytest.approx(mass + squared, abs=1e-14)


def test_cell_of_three_atoms_by_hand():
    three = measure([0.2, 0.3, 0.5, 2.0], [[0.1], [0.2], [-0.3], [10.0]], [[0.0, 0.0]] * 4)
    expected = 0.2 * 0.01 + 0.3 * 0.04 + 0.5 * 0.09
    assert loss("L2", three, TRUE).item() == pytest.approx(expected, abs=1e-14)


def test_empty_cell_costs_its_true_mass():
    lonely = measure([1.0], [[0.5]], [[0.0, 0.0]])
    assert voronoi_cells(lonely, TRUE).tolist() == [[0]]
    assert loss("L3", lonely, TRUE).item() == pytest.approx(0.0 + 2.0 + 0.5, abs=1e-14)


def test_ties_go_to_the_lowest_index():
    middle = measure([1.0, 1.0], [[5.0], [5.0]], [[0.0, 0.0], [0.0, 0.0]])
    assert voronoi_cells(middle, TRUE).tolist() == [[0, 0]]
    twins = measure([1.0, 1.0], [[1.0], [1.0]], [[0.0, 0.0], [0.0, 0.0]])
    assert voronoi_cells(twins, twins).tolist() == [[0, 0]]


def test_radial_and_angular_errors_by_hand():
    true = measure([2.0], [[3.0, 0.0]], [[0.0, 0.0, 0.0]])
    fitted = measure([1.5], [[0.0, 4.0]], [[0.0, 0.0, 0.0]])
    assert loss("radial", fitted, true).item() == pytest.approx(1.5 * 1.0)
    assert loss("angular", fitted, true).item() == pytest.approx(1.5 * 3.0 * math.sqrt(2.0))


def test_wrong_widths_and_exponents_are_refused():
    with pytest.raises(ShapeError, match="block 'gate' of width 1"):
        voronoi_cells(measure([1.0], [[0.0, 0.0]], [[0.0, 0.0]]), TRUE)
    with pytest.raises(UnknownNameError, match="at least 1"):
        loss_l1(0.5)


def test_registered_losses_say_where_they_come_from():
    for name, entry in LOSSES.items():
        assert entry.name == name
        assert entry.source
        assert entry.formula
