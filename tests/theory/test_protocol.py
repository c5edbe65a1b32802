"""A protocol's predicted readings: their limits, EM, and where the line may not be drawn."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.model import make_mixture
from moeviz.study.trusted import TRUSTED
from moeviz.theory import Reading, Reference, fisher_information, input_nodes, predicted_constants
from moeviz.theory.linear_em import LinearEm
from moeviz.theory.linear_protocols import LinearDescent
from moeviz.theory.local_cost import local_cost
from moeviz.theory.mean_cost import Source
from moeviz.theory.protocol import predict, shift
from tests.support import apart, combined

NODES = 4096


def setup(mixture, rng, atoms=2, dimension=2, theta=None, scale=1.0):
    """Return a mean cost around a truth with its layout, and which coordinates move."""
    layout = mixture.layout(atoms, dimension)
    theta = scale * apart(rng, mixture, layout) if theta is None else theta
    theta = theta.clone()
    last = layout.column(-1, "weight")
    theta[last] = 0.0
    moving = torch.ones(layout.size, dtype=torch.bool)
    moving[last] = False
    local = local_cost(mixture, theta, layout, input_nodes(dimension, NODES))
    return local, layout, moving


def starts(local, moving, spread, count=1024):
    rng = np.random.default_rng(5)
    normal = torch.from_numpy(rng.standard_normal((count, local.theta.shape[0])))
    return local.theta + spread * moving * normal


def read(mixture, local, layout, theta, reading=Reading("total", "pinned")):  # noqa: B008
    return reading.read(mixture, theta, Reference(mixture, local.theta, layout), layout)


def test_nobody_who_trains_nothing_leaves_the_starts(rng):
    mixture = combined("linear", "softmax", "tanh")
    local, _, moving = setup(mixture, rng)
    start = starts(local, moving, 0.2)
    for protocol in (LinearDescent(0, 0.1, 10), LinearDescent(0, 0.1)):
        modes = protocol.recursion(local, moving)
        found = predict(local, modes, protocol, start, 100)
        assert torch.equal(found.theta, start)
        assert torch.equal(found.bent, start[:32])
        assert (found.steps == 0).all()


@pytest.mark.parametrize(("kind", "em"), [("regression", False), ("gaussian", True)])
def test_in_the_end_it_is_what_the_information_predicts(kind, em, rng):
    mixture = combined("linear", "softmax", "linear" if em else "tanh", kind)
    local, layout, moving = setup(mixture, rng)
    protocol = LinearEm(math.inf) if em else LinearDescent(math.inf, 0.1)
    modes = protocol.recursion(local, moving)
    n = 10**8
    found = predict(local, modes, protocol, starts(local, moving, 0.0), n, looked=0)
    reading = Reading("total", "pinned")
    information = fisher_information(mixture, local.theta.unsqueeze(0), input_nodes(2, NODES))[0]
    (constant,) = predicted_constants(mixture, local.theta, layout, information, (reading,))
    mean = float(read(mixture, local, layout, found.theta, reading).mean())
    assert mean == pytest.approx(constant / n**0.5, rel=0.05)


def test_draws_scatter_as_the_second_moment_says(rng):
    mixture = make_mixture("linear", "softmax", "linear", noise=0.5)
    local, _, moving = setup(mixture, rng, atoms=1)
    protocol = LinearDescent(3, 0.05, 16)
    modes = protocol.recursion(local, moving)
    start = starts(local, moving, 0.3, 20_000)
    found = predict(local, modes, protocol, start, 100, looked=0)
    error = found.theta - local.theta
    square = torch.diag(0.09 * moving.double())
    expected = modes.second_moment(square, protocol.schedule(100))
    torch.testing.assert_close(error.T @ error / 20_000, expected, rtol=0.05, atol=1e-3)


def test_em_ends_where_its_own_likelihood_says(rng):
    mixture = combined("linear", "softmax", "linear", "gaussian")
    local, _, moving = setup(mixture, rng)
    protocol = LinearEm(500, 1e-5)
    modes = protocol.recursion(local, moving)
    assert 0 < modes.rates.min() <= modes.fastest < 1.05
    gradient = torch.randn(50, modes.rates.shape[0], generator=rng, dtype=torch.float64)
    gradient *= torch.logspace(-4, 1, 50, dtype=torch.float64).unsqueeze(1)
    ends = protocol.ends(modes, gradient, 1000)
    for steps, own in zip(ends.tolist(), gradient, strict=True):
        place, rises = torch.zeros_like(own), []
        for _ in range(int(steps)):  # the mean deviance is b w + x w^2 / 2
            before = own @ place + 0.5 * modes.rates @ place.square()
            place = place - (own + modes.rates * place)
            after = own @ place + 0.5 * modes.rates @ place.square()
            rises.append(float(before - after) / 2)
        assert rises[-1] <= 1e-5 or steps == 500
        assert all(rise > 1e-5 for rise in rises[:-1])
    assert len(set(ends.tolist())) > 3
    assert (LinearEm(7).ends(modes, gradient, 10) == 7).all()


def test_em_of_a_regression_is_refused(rng):
    local, _, moving = setup(combined("linear", "softmax", "tanh"), rng)
    with pytest.raises(SpecificationError, match="predict gradient descent"):
        LinearEm(10).recursion(local, moving)


def test_em_from_a_point_that_is_no_minimum_is_refused(rng):
    local, _, moving = setup(combined("linear", "softmax", "linear", "gaussian"), rng)
    with pytest.raises(SpecificationError, match="falls from there on"):
        LinearEm(10).recursion(replace(local, hessian=-local.hessian), moving)


@pytest.mark.parametrize("kind", ["regression", "gaussian", "categorical"])
def test_the_truth_as_its_own_best_approximation_has_the_same_curvature_and_noise(kind, rng):
    mixture = combined("linear", "softmax", "linear", kind)
    local, layout, _ = setup(mixture, rng)
    x = input_nodes(2, NODES)
    source = Source(mixture, local.theta)
    other = local_cost(mixture, local.theta, layout, x, source)
    largest = local.hessian.abs().max()
    assert (other.hessian - local.hessian).abs().max() < 0.06 * largest
    assert (other.noise - local.noise).abs().max() < 0.06 * local.noise.abs().max()
    assert (other.drift == 0).all()
    moved = local_cost(mixture, local.theta + 0.05, layout, x, source, stationary=False)
    assert moved.drift.abs().max() > 0


@pytest.mark.parametrize("score_name", ["linear", "quadratic"])
def test_the_line_is_trusted_near_the_truth_and_not_where_steps_themselves_end_elsewhere(
    score_name, rng
):
    mixture = combined(score_name, "softmax", "gelu")
    local, layout, moving = setup(mixture, rng)
    protocol = LinearDescent(300, 0.3)
    modes = protocol.recursion(local, moving)
    off, shares = [], []
    for spread in (0.01, 0.1, 1.0):
        start = starts(local, moving, spread, 32)
        found = predict(local, modes, protocol, start, 10**10)
        theta = start
        for _ in range(300):
            theta = theta - 0.3 * local.far.gradient(theta) * moving
        line = read(mixture, local, layout, found.theta).mean()
        off.append(abs(float(read(mixture, local, layout, theta).mean() / line) - 1.0))
        shares.append(shift([found], lambda theta: read(mixture, local, layout, theta)))
    assert shares[0] < shares[1] < shares[2]
    assert off[0] < 0.02
    assert shares[0] < 0.02
    assert off[2] > 0.1
    assert shares[2] > TRUSTED


def test_what_diverges_is_trusted_by_nobody(rng):
    mixture = combined("linear", "softmax", "tanh")
    local, layout, moving = setup(mixture, rng)
    protocol = LinearDescent(10**5, 50.0)
    modes = protocol.recursion(local, moving)
    assert modes.diverges
    found = predict(local, modes, protocol, starts(local, moving, 0.1), 100)
    assert not found.theta.isfinite().all()
    assert shift([found], lambda theta: read(mixture, local, layout, theta)) == math.inf
