"""Information predicts the curve of converged fits, and knows what it cannot see."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.model import GaussianRegression, make_mixture
from moeviz.theory import Reading, fisher_information, input_nodes, predicted_constants, reach
from moeviz.theory.information import covariance_root, gauge_tangent, pinned_root, pinned_slice
from moeviz.theory.rates import claimed_rate
from tests.support import normal


def test_nodes_are_uniform_on_the_cube():
    x = input_nodes(3, 4096)[0]
    assert x.shape == (3, 4096)
    assert (x.abs() < 1).all()
    torch.testing.assert_close(x.mean(1), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-3)
    torch.testing.assert_close(
        (x @ x.T) / 4096, torch.eye(3, dtype=torch.float64) / 3, rtol=0, atol=1e-3
    )


def test_information_of_a_linear_model_is_its_textbook_value():
    """One atom with a linear expert: f = a.x + b, so I = E[(x, 1)(x, 1)^T] / sigma^2."""
    mixture = make_mixture("linear", "softmax", "linear")
    layout = mixture.layout(1, 2)
    information = fisher_information(
        mixture,
        GaussianRegression(0.5),
        torch.zeros(1, layout.size, dtype=torch.float64),
        input_nodes(2),
    )[0]
    at = layout.column(0, "expert")
    expected = torch.diag(torch.tensor([1 / 3, 1 / 3, 1.0], dtype=torch.float64)) / 0.25
    torch.testing.assert_close(information[at, at], expected, rtol=0, atol=1e-3)
    assert information[: at.start].abs().max() < 1e-12


def test_predicted_constant_of_a_linear_model_is_its_textbook_value():
    """E|Delta| of independent normals with known variances, by their chi distribution."""
    mixture = make_mixture("linear", "softmax", "linear")
    layout = mixture.layout(1, 1)
    theta = torch.tensor([0.3, 0.0, 1.0, 0.2], dtype=torch.float64)
    information = fisher_information(
        mixture, GaussianRegression(1.0), theta.unsqueeze(0), input_nodes(1)
    )[0]
    (constant,) = predicted_constants(
        mixture, theta, layout, information, (Reading("L3", "pinned"),), draws=20000
    )
    a, b = math.sqrt(3.0), 1.0
    nodes = torch.linspace(0, 2 * math.pi, 20001, dtype=torch.float64)[:-1]
    ring = torch.sqrt((a * nodes.cos()) ** 2 + (b * nodes.sin()) ** 2).mean().item()
    assert constant == pytest.approx(ring * math.sqrt(math.pi / 2), rel=0.02)


def test_covariance_root_inverts_the_information_off_the_gauge(score, rng):
    mixture = make_mixture(score, "softmax", "tanh")
    layout = mixture.layout(2, 2)
    theta = normal(rng, layout.size)
    information = fisher_information(
        mixture, GaussianRegression(0.1), theta.unsqueeze(0), input_nodes(2, 2048)
    )[0]
    root = covariance_root(information, gauge_tangent(mixture, theta, layout))
    torch.testing.assert_close(
        root.T @ information @ root,
        torch.eye(root.shape[1], dtype=torch.float64),
        rtol=0,
        atol=1e-6,
    )
    pinned = pinned_root(mixture, theta, layout, information)
    assert (pinned_slice(mixture, theta, layout) @ pinned).abs().max() < 1e-8 * pinned.abs().max()
    torch.testing.assert_close(
        pinned.T @ information @ pinned, root.T @ information @ root, rtol=0, atol=1e-6
    )


def test_readings_that_see_more_than_the_function_have_no_predicted_constant(rng):
    mixture = make_mixture("cosine", "softmax", "tanh")
    layout = mixture.layout(2, 2)
    theta = normal(rng, layout.size)
    information = fisher_information(
        mixture, GaussianRegression(0.1), theta.unsqueeze(0), input_nodes(2, 2048)
    )[0]
    readings = (Reading("L3", "offset"), Reading("radial", "offset"), Reading("L3", "pinned"))
    offset, radial, pinned = predicted_constants(mixture, theta, layout, information, readings)
    assert offset == radial == math.inf
    assert 0 < pinned < math.inf


def test_a_design_that_shows_nothing_has_no_reach():
    """Two equal experts: the gate moves nothing."""
    mixture = make_mixture("linear", "softmax", "tanh")
    layout = mixture.layout(2, 1)
    theta = torch.tensor([1.0, 0.3, 0.5, 0.1, -1.0, 0.0, 0.5, 0.1], dtype=torch.float64)
    found = reach(mixture, GaussianRegression(0.1), theta, layout, input_nodes(1, 1024))
    assert found.samples == math.inf


def test_reach_scales_with_the_noise_variance(rng):
    mixture = make_mixture("perturbed-cosine", "softmax", "tanh")
    layout = mixture.layout(2, 2)
    theta = normal(rng, layout.size)
    x = input_nodes(2, 2048)
    small = reach(mixture, GaussianRegression(0.1), theta, layout, x).samples
    large = reach(mixture, GaussianRegression(0.2), theta, layout, x).samples
    assert large == pytest.approx(4 * small, rel=1e-6)


def test_every_curve_has_a_claim_with_a_source(score, expert):
    for over in (False, True):
        for reading in (
            Reading("L2" if over else "L3", "pinned"),
            Reading("L2" if over else "L3", "offset"),
            Reading("radial", "offset"),
        ):
            claim = claimed_rate(score, expert, 2, over, reading)
            assert claim.text.endswith(".")
            assert claim.source


@pytest.mark.parametrize(
    ("router", "activation", "over", "gauge", "exponent", "source"),
    [
        ("perturbed-cosine", "relu", False, "pinned", -0.5, "cosine Theorem 6"),
        ("cosine", "relu", False, "offset", None, "cosine Theorem 5"),
        ("perturbed-cosine", "tanh", True, "pinned", -0.5, "cosine Theorem 4 and Table 1"),
        ("perturbed-cosine", "linear", True, "pinned", None, "cosine Table 1"),
        ("cosine", "relu", True, "offset", None, "cosine Theorem 2"),
        ("linear", "polynomial", True, "pinned", None, "cosine Table 1"),
    ],
)
def test_claims_of_the_paper(router, activation, over, gauge, exponent, source):
    claim = claimed_rate(router, activation, 2, over, Reading("L2" if over else "L3", gauge))
    assert (claim.exponent, claim.source) == (exponent, source)
