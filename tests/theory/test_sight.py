"""What a design can see: null vectors by name, and how its reach moves."""

from __future__ import annotations

import itertools
import math
import time

import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.model import make_mixture
from moeviz.theory import (
    Setup,
    fisher_information,
    gauge_tangent,
    input_nodes,
    predicted_constants,
    reach,
    sight,
)
from moeviz.theory.information import pinned_root
from moeviz.theory.reading import Reading
from moeviz.theory.sight import NODES, expected_norm, quick_nodes
from moeviz.theory.tangent import free_columns, gauge_directions
from tests.support import apart, combined, normal


def setup(rng, *names, atoms=2, dimension=2, **constants):
    mixture = combined(*names, **constants)
    layout = mixture.layout(atoms, dimension)
    return Setup(mixture, apart(rng, mixture, layout), layout)


def tabulated(low, high):
    """The truth of `multinomial` Table 2, Regime 1."""
    mixture = make_mixture("linear", "softmax", "linear", "categorical")
    theta = torch.tensor([3.0, 1.0, 2.0, -1.0, 0.0, 0.0, -1.0, 1.0], dtype=torch.float64)
    return Setup(mixture, theta, mixture.layout(2, 1), low, high)


@pytest.mark.few(3)
def test_as_many_eigenvalues_are_zero_as_the_declared_gauge_has_directions(pairing, rng):
    design = setup(rng, *pairing, degree=2)
    found = sight(design, quick=True)
    free = free_columns(design.mixture, design.layout)
    tangent = gauge_tangent(design.mixture, design.theta, design.layout)
    declared = int((tangent[:, ~free] == 0).all(1).sum())
    assert found.null == found.gauge == declared
    assert len(found.values) == int(free.sum())
    assert all(one.gauge and one.words and one.moves for one in found.nulls)
    assert 0.0 < found.reach < math.inf


@pytest.mark.few(3)
def test_along_each_named_direction_the_function_stays(pairing, rng):
    design = setup(rng, *pairing)
    x = design.mixture.features(input_nodes(2, 64))
    for one in gauge_directions(design.mixture, design.theta, design.layout):
        step = 1e-6 * one.vector / one.vector.norm()
        high, low = (
            design.mixture.predict((design.theta + sign * step).unsqueeze(0), x) for sign in (1, -1)
        )
        assert (high - low).abs().max() < 1e-10, one.words
    assert design.theta.isfinite().all()


def test_gauges_are_named(rng):
    words = [one.words for one in sight(setup(rng, "cosine", "softmax", "tanh"), True).nulls]
    assert words[:3] == [
        "the length of gate 1", "the length of gate 2", "one constant added to every offset",
    ]  # fmt: skip
    scaled = sight(setup(rng, "linear", "sigmoid", "scaled-relu"), True)
    assert {one.words for one in scaled.nulls} == {
        f"expert {i}, which stays the same function" for i in (1, 2)
    }
    moved = {m.parameter.partition("[")[0] for one in scaled.nulls for m in one.moves}
    assert "lambda" in moved
    assert "beta1" not in moved


def test_two_equal_experts_lose_their_gates(rng):
    """Where both answer alike it does not matter who does."""
    design = setup(rng, "linear", "softmax", "tanh").with_distance(0, 1, 0.0)
    for found in (sight(design, True), sight(design)):
        lost = [one for one in found.nulls if not one.gauge]
        assert found.null == len(found.nulls)
        assert found.gauge == 3
        assert len(lost) == 3
        assert found.reach == found.constant == math.inf
        assert {m.parameter for one in lost for m in one.moves} == {
            "beta1[1]", "beta1[2]", "beta0",
        }  # fmt: skip
        assert all(one.words.startswith("no data show beta") for one in lost)


def test_two_equal_atoms_lose_more(rng):
    design = setup(rng, "linear", "softmax", "tanh")
    width = design.layout.width
    theta = torch.cat([design.theta[:width], design.theta[:width]])
    found = sight(Setup(design.mixture, theta, design.layout), True)
    assert {m.parameter[0] for one in found.nulls if not one.gauge for m in one.moves} == {
        *("b", "a")
    }
    assert found.null == len(found.nulls) == 3 + 3 + 3


# Reach.


@pytest.mark.parametrize(("low", "high", "squared"), [(0.0, 1.0, 7.5e11), (-3.0, 3.0, 1.1e6)])
def test_the_published_design_of_the_multinomial_paper_reaches_far(low, high, squared):
    """By the root of the mean squared error, and by the mean error, which is a little shorter."""
    design = tabulated(low, high)
    x = input_nodes(1, NODES, low, high)
    information = fisher_information(design.mixture, design.theta.unsqueeze(0), x)[0]
    root = pinned_root(design.mixture, design.theta, design.layout, information)
    assert float(root.norm() / 0.1) ** 2 == pytest.approx(squared, rel=0.05)
    found = sight(design).reach
    assert 2.0 / math.pi * squared * 0.95 < found < squared
    assert found == pytest.approx(
        reach(design.mixture, design.theta, design.layout, x).samples, rel=0.06
    )


def test_reach_follows_the_input_range_by_orders_of_magnitude():
    reaches = [sight(tabulated(-half, half), True).reach for half in (0.25, 0.5, 1.0, 2.0, 4.0)]
    assert all(a > b for a, b in itertools.pairwise(reaches))
    assert reaches[0] > 1e6 * reaches[-1]


def test_reach_is_proportional_to_the_noises_variance(rng):
    design = setup(rng, "perturbed-cosine", "softmax", "tanh")
    reaches = [sight(design.with_noise(s), True).reach for s in (0.1, 0.2, 1.0)]
    assert reaches[1] / reaches[0] == pytest.approx(4.0, rel=1e-6)
    assert reaches[2] / reaches[0] == pytest.approx(100.0, rel=1e-6)


def test_experts_that_meet_are_told_apart_ever_later(rng):
    design = setup(rng, "linear", "softmax", "tanh")
    reaches = [
        sight(design.with_distance(0, 1, distance), True).reach for distance in (1.0, 0.1, 0.01)
    ]
    assert reaches[0] < reaches[1] < reaches[2]
    near = [sight(design.with_distance(0, 1, distance), True).reach for distance in (1e-3, 1e-4)]
    # Close by, what is seen of the gates falls as the square of the distance.
    assert near[1] / near[0] == pytest.approx(100.0, rel=0.2)


def test_a_moved_design_is_where_it_was_asked_to_be(rng):
    design = setup(rng, "linear", "softmax", "tanh", atoms=3)
    moved = design.with_distance(0, 2, 0.7)
    assert moved.distance(0, 2) == pytest.approx(0.7)
    one, other = (design.layout.column(i, "expert") for i in (0, 2))
    for theta in (design.theta, moved.theta):
        middle = theta[one] + theta[other]
        torch.testing.assert_close(middle, design.theta[one] + design.theta[other])
    assert torch.equal(moved.theta[: one.start], design.theta[: one.start])
    again = moved.with_distance(0, 2, design.distance(0, 2))
    torch.testing.assert_close(again.theta, design.theta)
    assert design.over(0.0, 2.0).high == 2.0


@pytest.mark.parametrize("names", [
    ("perturbed-cosine", "softmax", "relu", "regression"),
    ("quadratic", "sigmoid", "gelu", "regression"),
    ("linear", "softmax", "linear", "categorical"),
    ("competition", "softmax", "linear", "gaussian"),
])  # fmt: skip
def test_the_constant_is_that_of_studies_and_a_quick_look_is_close(names, rng):
    design = setup(rng, *names)
    full, quick = sight(design), sight(design, quick=True)
    x = input_nodes(2, NODES)
    information = fisher_information(design.mixture, design.theta.unsqueeze(0), x)[0]
    (drawn,) = predicted_constants(
        design.mixture, design.theta, design.layout, information, (Reading("total", "pinned"),)
    )
    assert full.constant == pytest.approx(drawn, rel=0.04)
    assert quick.constant == pytest.approx(full.constant, rel=0.25)
    assert quick.nodes == quick_nodes(design.layout.size) < full.nodes
    assert full.error(full.reach) == pytest.approx(0.1)


def test_larger_models_are_looked_at_in_fewer_places_but_not_in_too_few():
    assert [quick_nodes(p) for p in (8, 300, 440, 5000)] == [8192, 8192, 4096, NODES]


# The mean length of a normal vector.


@pytest.mark.parametrize("dimension", [1, 2, 3, 40])
def test_the_mean_length_of_a_standard_normal_vector(dimension):
    log = math.lgamma((dimension + 1) / 2) - math.lgamma(dimension / 2)
    found = expected_norm(7.0 * torch.eye(dimension, dtype=torch.float64))
    assert found == pytest.approx(7.0 * math.sqrt(2.0) * math.exp(log), rel=1e-10)


def test_the_mean_length_of_any_normal_vector(rng):
    root = normal(rng, 5, 3) * torch.tensor([100.0, 1.0, 0.01], dtype=torch.float64)
    drawn = (normal(rng, 400_000, 3) @ root.T).norm(dim=1).mean()
    assert expected_norm(root) == pytest.approx(float(drawn), rel=5e-3)
    torch.testing.assert_close(expected_norm(root.T), expected_norm(root), rtol=1e-9, atol=0)
    assert expected_norm(torch.zeros(3, 2, dtype=torch.float64)) == 0.0


# What cannot be.


def test_what_cannot_be_is_refused(rng):
    design = setup(rng, "linear", "softmax", "tanh")
    with pytest.raises(SpecificationError, match="from a lower to a higher"):
        design.over(1.0, 1.0)
    with pytest.raises(SpecificationError, match="noise above 0"):
        design.with_noise(0.0)
    with pytest.raises(SpecificationError, match="whose noise is a constant"):
        tabulated(0.0, 1.0).with_noise(1.0)
    with pytest.raises(SpecificationError, match="two experts that differ"):
        design.with_distance(0, 1, -1.0)
    with pytest.raises(SpecificationError, match="of another model"):
        Setup(design.mixture, design.theta, design.mixture.layout(2, 70)).dimension  # noqa: B018


@pytest.mark.timing
@pytest.mark.parametrize("names", [
    (("perturbed-cosine", "softmax", "relu"), 2, 2),
    (("linear", "softmax", "linear", "categorical"), 4, 2),
    (("competition", "softmax", "ffn", "gaussian"), 3, 2),
    (("cosine", "softmax", "tanh"), 8, 8),
])  # fmt: skip
def test_a_quick_look_follows_a_hand(names, rng):
    parts, atoms, dimension = names
    design = setup(rng, *parts, atoms=atoms, dimension=dimension)
    sight(design, quick=True)
    before = time.process_time()
    for _ in range(5):
        sight(design, quick=True)
    assert (time.process_time() - before) / 5 < 0.05
