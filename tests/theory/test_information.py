"""Information predicts the curve of converged fits, and knows what it cannot see."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.errors import InformationError
from moeviz.model import make_mixture
from moeviz.theory import (
    Reading,
    fisher_information,
    free_columns,
    gauge_tangent,
    input_nodes,
    null_space,
    predicted_constants,
    reach,
)
from moeviz.theory.information import (
    covariance_root,
    parameter_root,
    pinned_root,
    pinned_spread,
)
from moeviz.theory.tangent import pinned_slice
from tests.support import DENSE, apart, combined


def information_at(mixture, theta, dimension, nodes=2048):
    return fisher_information(mixture, theta.unsqueeze(0), input_nodes(dimension, nodes))[0]


def test_nodes_are_uniform_on_the_cube():
    x = input_nodes(3, 4096)[0]
    assert x.shape == (3, 4096)
    assert (x.abs() < 1).all()
    torch.testing.assert_close(x.mean(1), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-3)
    torch.testing.assert_close(
        (x @ x.T) / 4096, torch.eye(3, dtype=torch.float64) / 3, rtol=0, atol=1e-3
    )
    low = input_nodes(2, 1024, 0.0, 3.0)
    assert 0.0 < low.min() < 0.01 < 2.99 < low.max() < 3.0


def test_information_of_a_linear_model_is_its_textbook_value():
    """One atom with a linear expert: f = a.x + b, so I = E[(x, 1)(x, 1)^T] / sigma^2."""
    mixture = make_mixture("linear", "softmax", "linear", noise=0.5)
    layout = mixture.layout(1, 2)
    information = information_at(mixture, torch.zeros(layout.size, dtype=torch.float64), 2)
    at = layout.column(0, "expert")
    expected = torch.diag(torch.tensor([1 / 3, 1 / 3, 1.0], dtype=torch.float64)) / 0.25
    torch.testing.assert_close(information[at, at], expected, rtol=0, atol=1e-2)
    assert information[: at.start].abs().max() < 1e-12


def test_information_of_one_gaussian_is_its_textbook_value():
    """Of mean and variance nu: E[(x, 1)(x, 1)^T] / nu and 1 / (2 nu^2), and nothing between."""
    mixture = make_mixture("linear", "softmax", "linear", "gaussian")
    theta = torch.tensor([0.0, 0.0, 1.0, 0.3, 0.5], dtype=torch.float64)
    information = information_at(mixture, theta, 1, 1 << 14)[2:, 2:]
    expected = torch.diag(torch.tensor([2 / 3, 2.0, 2.0], dtype=torch.float64))
    torch.testing.assert_close(information, expected, rtol=0, atol=0.05)


def test_information_of_a_logistic_regression_is_its_textbook_value():
    """E[p (1 - p) (x, 1)(x, 1)^T]."""
    mixture = make_mixture("linear", "softmax", "linear", "categorical")
    theta = torch.tensor([0.0, 0.0, 2.0, 0.3], dtype=torch.float64)
    information = information_at(mixture, theta, 1)[2:, 2:]
    x = input_nodes(1, 2048)[0]
    p = torch.sigmoid(2.0 * x + 0.3)
    design = torch.cat([x, torch.ones_like(x)])
    expected = (p * (1 - p) * design) @ design.T / 2048
    torch.testing.assert_close(information, expected, rtol=1e-12, atol=1e-14)


def test_predicted_constant_of_a_linear_model_is_its_textbook_value():
    """E|Delta| of independent normals with known variances, by their chi distribution."""
    mixture = make_mixture("linear", "softmax", "linear", noise=1.0)
    layout = mixture.layout(1, 1)
    theta = torch.tensor([0.3, 0.0, 1.0, 0.2], dtype=torch.float64)
    (constant,) = predicted_constants(
        mixture, theta, layout, information_at(mixture, theta, 1), (Reading("L3", "pinned"),), 20000
    )
    a, b = math.sqrt(3.0), 1.0
    nodes = torch.linspace(0, 2 * math.pi, 20001, dtype=torch.float64)[:-1]
    ring = torch.sqrt((a * nodes.cos()) ** 2 + (b * nodes.sin()) ** 2).mean().item()
    assert constant == pytest.approx(ring * math.sqrt(math.pi / 2), rel=0.02)


def test_predicted_distance_of_functions_is_their_degrees_of_freedom():
    """The mean squared error of a linear regression is sigma^2 p / n."""
    mixture = make_mixture("linear", "softmax", "linear", noise=0.7)
    layout = mixture.layout(1, 2)
    theta = torch.tensor([0.3, 0.1, 0.0, 1.0, 0.2, -0.4], dtype=torch.float64)
    x = input_nodes(2, 512)
    (constant,) = predicted_constants(
        mixture, theta, layout, information_at(mixture, theta, 2), (Reading("l2", "pinned"),), x=x
    )
    mean_of_chi = math.sqrt(2) * math.gamma(2.0) / math.gamma(1.5)
    assert constant == pytest.approx(0.7 * mean_of_chi, rel=0.1)


@pytest.mark.few(3)
def test_roots_invert_the_information_off_the_gauge(pairing, rng):
    mixture = combined(*pairing, degree=2)
    layout = mixture.layout(2, 2)
    theta = apart(rng, mixture, layout)
    information = information_at(mixture, theta, 2, 1024)
    root = parameter_root(mixture, theta, layout, information)
    product = root.T @ information @ root
    eye = torch.eye(root.shape[1], dtype=torch.float64)
    torch.testing.assert_close(product, eye, rtol=0, atol=1e-4)
    assert (root[~free_columns(mixture, layout)] == 0).all()
    pinned = pinned_root(mixture, theta, layout, information)
    torch.testing.assert_close(pinned.T @ information @ pinned, product, rtol=0, atol=1e-4)
    free = free_columns(mixture, layout)
    tangent = gauge_tangent(mixture, theta, layout)
    if (tangent[:, ~free] == 0).all(1).any():
        held = pinned_slice(mixture, theta, layout)[:, free] @ pinned[free]
        assert held.abs().max() < 1e-6 * pinned.abs().max()


@pytest.mark.few(3)
def test_roots_of_several_truths_are_those_of_each(pairing, rng):
    mixture = combined(*pairing, degree=2)
    layout = mixture.layout(2, 2)
    truths = torch.stack([apart(rng, mixture, layout) for _ in range(3)])
    information = fisher_information(mixture, truths, input_nodes(2, 1024))
    spread = pinned_spread(mixture, truths, layout, information)
    for theta, one, together in zip(truths, information, spread, strict=True):
        alone = pinned_root(mixture, theta, layout, one).norm()
        torch.testing.assert_close(together, alone, rtol=1e-8, atol=0)


def test_a_truth_that_no_data_show_spreads_without_bound_and_leaves_others_alone(rng):
    mixture = combined("linear", "softmax", "tanh")
    layout = mixture.layout(2, 2)
    good = apart(rng, mixture, layout)
    blind = good.clone()
    blind[layout.column(1, "gate")] = good[layout.column(0, "gate")]
    blind[layout.column(1, "expert")] = good[layout.column(0, "expert")]
    truths = torch.stack([blind, good])
    information = fisher_information(mixture, truths, input_nodes(2, 1024))
    spread = pinned_spread(mixture, truths, layout, information)
    assert spread[0] == math.inf
    assert pinned_spread(mixture, truths[:1], layout, information[:1]).tolist() == [math.inf]
    assert spread[1] == pytest.approx(
        float(pinned_root(mixture, good, layout, information[1]).norm()), rel=1e-8
    )


def test_information_that_is_no_number_spreads_without_bound_and_leaves_others_alone(rng):
    mixture = combined("linear", "softmax", "tanh")
    layout = mixture.layout(2, 2)
    truths = torch.stack([apart(rng, mixture, layout) for _ in range(2)])
    information = fisher_information(mixture, truths, input_nodes(2, 1024))
    alone = pinned_spread(mixture, truths, layout, information)
    information[0, 1, 2] = math.inf
    spread = pinned_spread(mixture, truths, layout, information)
    assert spread[0] == math.inf
    assert spread[1] == alone[1]


def test_information_that_lacks_more_than_the_gauge_has_no_root():
    information = torch.diag(torch.tensor([1.0, 0.0, 2.0], dtype=torch.float64))
    assert null_space(information).abs().tolist() == [[0.0, 1.0, 0.0]]
    with pytest.raises(InformationError, match="choose another truth"):
        covariance_root(information, torch.zeros(0, 3, dtype=torch.float64))
    root = covariance_root(information, torch.eye(3, dtype=torch.float64)[1:2])
    torch.testing.assert_close(
        root @ root.T, torch.diag(torch.tensor([1.0, 0.0, 0.5], dtype=torch.float64))
    )


def test_readings_that_see_more_than_the_function_have_no_predicted_constant(rng):
    mixture = combined("cosine", "softmax", "tanh")
    layout = mixture.layout(2, 2)
    theta = apart(rng, mixture, layout)
    readings = (Reading("L3", "offset"), Reading("radial", "offset"), Reading("L3", "pinned"))
    offset, radial, pinned = predicted_constants(
        mixture, theta, layout, information_at(mixture, theta, 2), readings
    )
    assert offset == radial == math.inf
    assert 0 < pinned < math.inf


@pytest.mark.only(gate=DENSE)
@pytest.mark.parametrize("expert_name", ["tanh", "scaled-relu", "ffn"])
def test_every_model_has_a_predicted_constant(score, gate, expert_name, rng):
    mixture = combined(score, gate, expert_name)
    layout = mixture.layout(2, 2)
    theta = apart(rng, mixture, layout)
    readings = (Reading("L3", "pinned"), Reading("total", "pinned"), Reading("l2", "pinned"))
    constants = predicted_constants(
        mixture, theta, layout, information_at(mixture, theta, 2, 1024), readings, 64,
        input_nodes(2, 128),
    )  # fmt: skip
    assert all(0 < constant < math.inf for constant in constants)


def test_a_design_that_shows_nothing_has_no_reach():
    """Two equal experts: the gate moves nothing."""
    mixture = make_mixture("linear", "softmax", "tanh")
    layout = mixture.layout(2, 1)
    theta = torch.tensor([1.0, 0.3, 0.5, 0.1, -1.0, 0.0, 0.5, 0.1], dtype=torch.float64)
    assert reach(mixture, theta, layout, input_nodes(1, 1024)).samples == math.inf


def test_a_gate_that_keeps_one_expert_cannot_be_seen(rng):
    """Its weights are 0 and 1: almost everywhere nothing changes with the scores."""
    mixture = make_mixture("linear", "top-softmax", "tanh", top=1)
    layout = mixture.layout(2, 2)
    theta = apart(rng, mixture, layout)
    information = information_at(mixture, theta, 2)
    for atom in range(2):
        assert (information[layout.column(atom, "gate")] == 0).all()
        assert (information[layout.column(atom, "weight")] == 0).all()
    assert reach(mixture, theta, layout, input_nodes(2, 1024)).samples == math.inf


def test_reach_scales_with_the_noise_variance(rng):
    quiet, loud = (make_mixture("perturbed-cosine", "softmax", "tanh", noise=s) for s in (0.1, 0.2))
    layout = quiet.layout(2, 2)
    theta, x = apart(rng, quiet, layout), input_nodes(2, 2048)
    small, large = (reach(mixture, theta, layout, x).samples for mixture in (quiet, loud))
    assert large == pytest.approx(4 * small, rel=1e-6)
