"""Derivatives and values of every combination of score, gate and expert."""

from __future__ import annotations

import pytest
import torch

from moeviz.errors import ShapeError, SpecificationError, UnknownNameError
from moeviz.model import (
    EXPERTS,
    GATES,
    SCORES,
    Features,
    Layout,
    make_expert,
    make_mixture,
    make_score,
    moments,
)
from moeviz.model.moments import CHUNK
from tests.support import normal, uniform

STEP = 1e-6


@pytest.mark.parametrize(("atoms", "dimension"), [(1, 2), (2, 1), (3, 2), (2, 4)])
def test_jacobian_agrees_with_finite_differences(score, gate, expert, atoms, dimension, rng):
    mixture = make_mixture(score, gate, expert, tau1=0.4, tau2=0.3, degree=3)
    features = mixture.features(uniform(rng, 2, dimension, 64))
    theta = normal(rng, 2, mixture.layout(atoms, dimension).size)
    analytic = mixture.jacobian(theta, features)
    for p in range(theta.shape[1]):
        move = torch.zeros_like(theta)
        move[:, p] = STEP
        numeric = (
            mixture.predict(theta + move, features) - mixture.predict(theta - move, features)
        ) / (2 * STEP)
        torch.testing.assert_close(analytic[:, p], numeric, rtol=1e-6, atol=2e-7)


def test_chart_jacobian_agrees_with_automatic_differentiation(score, rng):
    chart = make_score(score, tau1=0.7)
    beta = normal(rng, 3)
    automatic = torch.func.jacrev(chart.coordinates)(beta)
    torch.testing.assert_close(chart.chart_jacobian(beta), automatic, rtol=1e-12, atol=1e-13)


def test_parameter_is_a_right_inverse_of_the_chart(score, rng):
    chart = make_score(score, tau1=0.7)
    u = chart.coordinates(normal(rng, 5, 3))
    torch.testing.assert_close(chart.coordinates(chart.parameter(u)), u, rtol=0, atol=1e-14)


def test_gate_weights_are_positive_and_softmax_sums_to_one(gate, rng):
    weights = GATES[gate].weights(10 * normal(rng, 2, 4, 30))
    assert (weights >= 0).all()
    if gate == "softmax":
        torch.testing.assert_close(weights.sum(-2), torch.ones(2, 30, dtype=torch.float64))


def test_huge_scores_stay_finite(gate):
    scores = torch.tensor([[[1e6], [-1e6], [9e5]]], dtype=torch.float64)
    assert torch.isfinite(GATES[gate].weights(scores)).all()


def test_expert_slope_agrees_with_automatic_differentiation(expert, rng):
    activation = make_expert(expert)
    t = 3 * normal(rng, 200)
    t.requires_grad_(True)
    value, slope = activation.value_and_slope(t)
    (automatic,) = torch.autograd.grad(value.sum(), t)
    torch.testing.assert_close(slope, automatic, rtol=1e-12, atol=1e-13)


def test_moments_are_the_sums_that_their_names_say(score, gate, expert, rng):
    mixture = make_mixture(score, gate, expert)
    n = CHUNK["cpu"] + 37
    features = mixture.features(uniform(rng, 2, 2, n))
    theta = normal(rng, 2, mixture.layout(2, 2).size)
    response = normal(rng, 2, n)
    found = moments(mixture, theta, features, response)
    jacobian = mixture.jacobian(theta, features)
    residual = response - mixture.predict(theta, features)
    torch.testing.assert_close(found.squares, (residual**2).sum(1))
    torch.testing.assert_close(found.slope, (jacobian @ residual.unsqueeze(2)).squeeze(2))
    torch.testing.assert_close(found.gram, jacobian @ jacobian.transpose(1, 2))


def test_moments_of_a_fit_do_not_depend_on_its_batch(score, expert, rng):
    mixture = make_mixture(score, "softmax", expert)
    features = mixture.features(uniform(rng, 7, 2, 2100))
    theta = normal(rng, 7, mixture.layout(3, 2).size)
    response = normal(rng, 7, 2100)
    together = moments(mixture, theta, features, response)
    for rows in ([4], [4, 1], [6, 5, 4]):
        part = moments(mixture, theta[rows], features, response, torch.tensor(rows))
        at = rows.index(4)
        assert torch.equal(part.gram[at], together.gram[4])
        assert torch.equal(part.slope[at], together.slope[4])
        assert torch.equal(part.squares[at], together.squares[4])


def test_features_taken_from_a_range_are_those_samples(rng):
    features = Features(uniform(rng, 3, 2, 9), uniform(rng, 3, 2, 9))
    part = features.take(torch.tensor([2, 0]), 3, 7)
    assert torch.equal(part.gate, features.gate[[2, 0], :, 3:7])
    assert part.samples == 4


def test_perturbed_router_without_perturbation_tends_to_the_cosine_router(rng):
    x, beta = uniform(rng, 1, 3, 20), normal(rng, 1, 4, 3)
    cosine, close = make_score("cosine"), make_score("perturbed-cosine", tau1=1e-3, tau2=0.0)
    exact = cosine.coordinates(beta) @ cosine.features(x)
    near = close.coordinates(beta) @ close.features(x)
    torch.testing.assert_close(near, exact, rtol=0, atol=1e-2)


def test_layout_packs_and_unpacks_and_names_its_columns(rng):
    layout = Layout(3, 2, 3)
    theta = normal(rng, 4, layout.size)
    measure = layout.unpack(theta)
    assert torch.equal(layout.pack(measure), theta)
    assert torch.equal(theta[:, layout.column(-1, "weight")].squeeze(1), measure.log_weight[:, 2])
    assert torch.equal(theta[:, layout.column(1, "gate")], measure.gate[:, 1])
    assert torch.equal(theta[:, layout.column(0, "expert")], measure.expert[:, 0])


def test_parameters_that_do_not_fit_are_refused():
    mixture = make_mixture("linear", "softmax", "relu")
    features = mixture.features(torch.zeros(1, 2, 5, dtype=torch.float64))
    with pytest.raises(ShapeError, match="multiple of 6"):
        mixture.predict(torch.zeros(1, 13, dtype=torch.float64), features)
    with pytest.raises(ShapeError, match="length 12"):
        Layout(2, 2, 3).unpack(torch.zeros(11))


def test_unknown_names_and_constants_out_of_range_are_refused():
    with pytest.raises(UnknownNameError, match="linear, cosine, perturbed-cosine"):
        make_mixture("cosin", "softmax", "relu")
    with pytest.raises(SpecificationError, match="tau1 between"):
        make_score("perturbed-cosine", tau1=-0.5)
    with pytest.raises(SpecificationError, match="whole number"):
        make_expert("polynomial", degree=2.5)


def test_every_variant_says_what_it_is():
    for registry in (SCORES, GATES, EXPERTS):
        for name, variant in registry.items():
            assert variant.name == name
            assert variant.title
            assert variant.formula
            assert variant.source
    for variant in SCORES.values():
        assert variant.gauge
        assert variant.parameters
