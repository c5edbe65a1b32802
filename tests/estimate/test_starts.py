"""Starts: what they know of the truth, how they share weights, and what they hold."""

from __future__ import annotations

import numpy as np
import pytest

from moeviz.estimate import near_truth_start, random_start
from moeviz.estimate.starts import RANDOM_REACH, pin_offsets
from tests.support import combined

TRUE_ATOMS, ATOMS = 3, 7


def known(names, dimension=2):
    """A mixture, its layout, and a truth whose atoms all differ."""
    mixture = combined(*names)
    layout = mixture.layout(TRUE_ATOMS, dimension)
    true = np.random.default_rng(5).uniform(0.2, 1.5, (TRUE_ATOMS, layout.width))
    return mixture, layout, true


def cells_of(start, true, layout):
    """Which true atom each fitted one was made of: their experts are equal where nothing moved."""
    expert = slice(layout.weight_column + 1, None)
    far = np.abs(start[:, None, expert] - true[None, :, expert]).sum(-1)
    assert (far.min(1) == 0).all()
    return far.argmin(1)


def shares(offset, normalised):
    """The weights that offsets alone give, up to a common factor under a normalised gate."""
    return np.exp(offset) if normalised else 1.0 / (1.0 + np.exp(-offset))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("gate_name", ["softmax", "sigmoid"])
def test_atoms_that_share_a_true_one_share_its_weight(gate_name, seed):
    mixture, layout, true = known(("linear", gate_name, "tanh"))
    rng = np.random.default_rng(seed)
    start = near_truth_start(rng, mixture, true, ATOMS, layout, 0.0)
    cell, normalised = cells_of(start, true, layout), mixture.gate.normalised
    mine = np.bincount(cell, shares(start[:, layout.weight_column], normalised), TRUE_ATOMS)
    theirs = shares(true[:, layout.weight_column], normalised)
    if normalised:
        mine, theirs = mine / mine.sum(), theirs / theirs.sum()
    np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    for j in range(TRUE_ATOMS):
        assert np.ptp(start[cell == j, layout.weight_column]) < 1e-12
    assert cell[-TRUE_ATOMS:].tolist() == list(range(TRUE_ATOMS))
    np.testing.assert_array_equal(start[:, : layout.gate_width], true[cell, : layout.gate_width])


def test_without_a_step_an_exact_start_is_the_truth():
    for names in (("linear", "sigmoid", "tanh"), ("linear", "softmax", "tanh", "gaussian")):
        mixture, layout, true = known(names)
        start = near_truth_start(np.random.default_rng(0), mixture, true, TRUE_ATOMS, layout, 0.0)
        expected = true.copy()
        if mixture.gate.normalised:
            expected[:, layout.weight_column] -= true[-1, layout.weight_column]
        np.testing.assert_allclose(start, expected, rtol=0, atol=1e-14)


def test_every_coordinate_moves_by_its_scale_and_variances_by_a_factor():
    mixture, layout, true = known(("linear", "softmax", "tanh", "gaussian"))
    rng = np.random.default_rng(1)
    drawn = [near_truth_start(rng, mixture, true, TRUE_ATOMS, layout, 0.3) for _ in range(4000)]
    starts = np.stack(drawn)
    true[:, layout.weight_column] -= true[-1, layout.weight_column]
    moves = starts - true
    moves[..., -1] = np.log(starts[..., -1] / true[:, -1])
    spread = np.full_like(true, 0.3)
    spread[:, layout.weight_column] = 0.3 * np.sqrt(2.0)  # held against the last atom's own step
    spread[-1, layout.weight_column] = 0.0
    assert (starts[..., -1] > 0).all()
    np.testing.assert_allclose(moves.std(0), spread, rtol=0.07)
    np.testing.assert_allclose(moves.mean(0), 0.0, atol=5 * 0.43 / 4000**0.5)


def test_further_atoms_are_drawn_from_all_true_ones():
    mixture, layout, true = known(("linear", "sigmoid", "tanh"))
    rng = np.random.default_rng(2)
    drawn = np.zeros(TRUE_ATOMS)
    for _ in range(600):
        start = near_truth_start(rng, mixture, true, TRUE_ATOMS + 1, layout, 0.0)
        drawn[cells_of(start, true, layout)[0]] += 1
    assert (np.abs(drawn / 600 - 1 / 3) < 5 * (2 / 9 / 600) ** 0.5).all()


@pytest.mark.parametrize("output_name", ["regression", "gaussian"])
def test_random_starts_fill_the_box_evenly(output_name):
    """Uniform in every coordinate, variances log-uniform, the last offset held at 0."""
    mixture, layout, _ = known(("linear", "softmax", "tanh", output_name))
    rng = np.random.default_rng(3)
    starts = np.stack([random_start(rng, mixture, 3, layout) for _ in range(4000)])
    assert starts.shape == (4000, 3, layout.width)
    assert (starts[:, -1, layout.weight_column] == 0).all()
    if output_name == "gaussian":
        starts[..., -1] = np.log(starts[..., -1])
    free = np.delete(starts, layout.weight_column, axis=2)
    assert np.abs(free).max() <= RANDOM_REACH
    np.testing.assert_allclose(free.std((0, 1)), RANDOM_REACH / 3**0.5, rtol=0.04)
    np.testing.assert_allclose(free.mean((0, 1)), 0.0, atol=0.07)


@pytest.mark.parametrize(
    ("names", "held"),
    [
        (("linear", "softmax", "tanh"), [2.0, 1.0, 0.0]),
        (("linear", "sigmoid", "tanh"), [3.0, 2.0, 1.0]),
        (("competition", "softmax", "tanh"), [2.0, 1.0, 0.0]),
        (("competition-bare", "softmax", "tanh"), [0.0, 0.0, 0.0]),
        (("competition-bare", "sigmoid", "tanh"), [0.0, 0.0, 0.0]),
    ],
)
def test_offsets_are_held_to_their_convention(names, held):
    mixture = combined(*names)
    layout = mixture.layout(3, 2)
    start = np.ones((3, layout.width))
    start[:, layout.weight_column] = [3.0, 2.0, 1.0]
    pinned = pin_offsets(start, mixture, layout)
    assert pinned[:, layout.weight_column].tolist() == held
    assert (np.delete(pinned, layout.weight_column, axis=1) == 1.0).all()


def test_a_start_is_a_function_of_its_stream():
    mixture, layout, true = known(("cosine", "softmax", "ffn", "gaussian"))
    for draw in (
        lambda rng: near_truth_start(rng, mixture, true, ATOMS, layout, 0.3),
        lambda rng: random_start(rng, mixture, ATOMS, layout),
    ):
        one, again, other = (draw(np.random.default_rng(seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(one, again)
        assert (one != other).any()
