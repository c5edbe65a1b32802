"""Paths: they begin at the start, end at the estimate, and looking at a fit changes nothing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from moeviz.estimate import (
    ExpectationMaximisation,
    LevenbergMarquardt,
    StochasticGradient,
    best_of,
    fit,
    fit_stochastic_gradient,
    make_problem,
    with_costs,
)
from moeviz.estimate.path import LEAST, MOST, MOST_VALUES, Watch
from tests.support import DENSE, task

METHODS = {
    "regression": [LevenbergMarquardt(), StochasticGradient(3, 0.02, 32)],
    "gaussian": [
        LevenbergMarquardt(),
        ExpectationMaximisation(),
        StochasticGradient(3, 0.02, 0),
        StochasticGradient(2, 0.02, 64),
    ],
}
CASES = [(output, method) for output, methods in METHODS.items() for method in methods]
NAMES = [f"{output}-{type(method).__name__}-{i}" for i, (output, method) in enumerate(CASES)]


def run(method, problem, start, watched):
    if isinstance(method, StochasticGradient):
        streams = [np.random.default_rng(row) for row in range(len(start))]
        return fit_stochastic_gradient(problem, start, method, streams, watched=watched)
    return fit(problem, start, method, watched=watched)


@pytest.mark.parametrize(("output_name", "method"), CASES, ids=NAMES)
def test_a_path_leads_from_start_to_estimate_and_changes_neither(output_name, method, rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", output_name, fits=3, n=150)
    plain, seen = run(method, problem, start, 0), run(method, problem, start, 2)
    assert plain.paths == []
    assert torch.equal(plain.theta, seen.theta)
    assert torch.equal(plain.cost, seen.cost)
    for row, path in enumerate(seen.paths):
        assert path.start == row
        assert torch.equal(path.theta[0], start[row])
        assert torch.equal(path.theta[-1], seen.theta[row])
        assert path.cost[-1] == seen.cost[row]
        assert path.steps[0] == 0
        assert all(a < b for a, b in pairwise(path.steps))
        assert len(path.steps) == len(path.theta) == len(path.cost) <= MOST
    assert len(seen.paths) == 2


@pytest.mark.few(12)
@pytest.mark.only(gate=DENSE)
def test_the_cost_never_rises_along_a_path_of_least_squares(score, gate, rng):
    problem, start, _ = task(rng, score, gate, "tanh", fits=2, n=200)
    for row, path in enumerate(fit(problem, start, LevenbergMarquardt(), watched=2).paths):
        assert (path.cost.diff() <= 0).all()
        again = problem.moments(path.theta, torch.full((len(path.steps),), row)).cost
        assert torch.equal(path.cost, again)


def test_the_likelihood_never_falls_along_a_path_of_expectation_maximisation(rng):
    problem, start, _ = task(rng, "linear", "softmax", "linear", "gaussian", fits=1, n=200)
    (path,) = fit(problem, start, ExpectationMaximisation(tolerance=0.0), watched=1).paths
    assert (path.cost.diff() <= 1e-9 * path.cost.abs().max()).all()


def test_costs_along_a_path_of_stochastic_gradients_are_those_of_the_whole_sample(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=2, n=300)
    (path,) = run(StochasticGradient(1, 0.05, 32), problem, start, 1).paths
    assert path.cost[:-1].isnan().all()
    costs = with_costs(problem, path).cost
    for place, theta in enumerate(path.theta):
        value = problem.mixture.predict(
            theta.unsqueeze(0), problem.features.take(torch.tensor([0]), 0, problem.samples)
        )
        residual = problem.response[0] - value[0]
        assert costs[place].item() == pytest.approx((residual**2).sum().item())


def test_of_several_starts_the_path_of_the_best_is_kept(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=1, n=200)
    far = start[0] + torch.linspace(-1.5, 1.5, 3, dtype=start.dtype)[:, None]
    bounds = (problem.lower, problem.upper)
    several = make_problem(problem.mixture, problem.features, problem.response, bounds, 3)
    fits = fit(several, far, LevenbergMarquardt(), watched=3)
    best = best_of(fits, 1, 3)
    (path,) = best.paths
    assert path.start == int(fits.cost.argmin())
    assert torch.equal(path.theta[-1], best.theta[0])


@pytest.mark.parametrize("end", [0, 1, 20, 47, 48, 500, 10_000])
def test_a_long_path_is_thinned_evenly_on_a_scale_of_doublings(end):
    watch = Watch(1)
    for step in range(end + 1):
        watch.see(step, torch.tensor([[float(step)]]), torch.tensor([float(-step)]))
    last = torch.tensor([[float(end)]])
    (path,) = watch.paths(torch.tensor([end]), last, torch.tensor([float(-end)]))
    assert path.steps[0] == 0
    assert path.steps[-1] == end
    assert path.theta[:, 0].tolist() == list(path.steps)
    assert len(path.steps) == min(end + 1, len(path.steps)) <= MOST
    assert len(path.steps) > min(end, MOST // 2)
    gaps = np.diff(path.steps)
    assert (gaps <= np.maximum(4.0, 0.25 * np.array(path.steps[1:]))).all()


@pytest.mark.parametrize(("size", "steps"), [(80, MOST), (200, MOST_VALUES // 200), (900, LEAST)])
def test_a_path_of_many_parameters_keeps_fewer_steps(size, steps):
    watch, cost = Watch(1), torch.zeros(1)
    for step in range(101):
        watch.see(step, torch.full((1, size), float(step)), cost)
    (path,) = watch.paths(torch.tensor([100]), torch.full((1, size), 100.0), cost)
    assert len(path.steps) == steps
    assert path.theta[:, 0].tolist() == list(path.steps)
    assert (path.steps[0], path.steps[-1]) == (0, 100)


def gradients(problem, theta, step=1e-5):
    """Of each fit's mean squared residual, by central differences, shape (F, P)."""

    def cost(at):
        return ((problem.response - problem.mixture.predict(at, problem.features)) ** 2).mean(1)

    moves = step * torch.eye(theta.shape[1], dtype=theta.dtype)
    columns = [(cost(theta + move) - cost(theta - move)) / (2 * step) for move in moves]
    return torch.stack(columns, 1)


def test_the_whole_sample_as_one_batch_is_gradient_descent(rng):
    problem, start, _ = task(rng, "perturbed-cosine", "softmax", "tanh", fits=2, n=120)
    rate, epochs = 0.05, 6
    found = run(StochasticGradient(epochs, rate, 0), problem, start, 0)
    theta = start.clone()
    moving = (problem.upper > problem.lower).to(theta.dtype)
    for _ in range(epochs):
        theta = theta - rate * moving * gradients(problem, theta)
    assert torch.allclose(found.theta, theta, rtol=0, atol=1e-7)
    one_batch = run(StochasticGradient(epochs, rate, 120), problem, start, 0)
    assert torch.allclose(found.theta, one_batch.theta, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("output_name", "method"), CASES, ids=NAMES)
def test_every_step_can_be_kept_with_its_damping(output_name, method, rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", output_name, fits=1, n=150)
    if isinstance(method, StochasticGradient):
        found = fit_stochastic_gradient(
            problem, start, method, [np.random.default_rng(0)], watched=1, kept=500
        )
        (path,) = found.paths
        assert bool(path.damping.isnan().all())
    else:
        (path,) = fit(problem, start, method, watched=1, kept=500).paths
        assert len(path.damping) == len(path.steps)
        for (before, after), (low, high) in zip(
            pairwise(path.damping.tolist()), pairwise(path.cost.tolist()), strict=True
        ):
            # A refused step raises the damping, one that is taken lowers it.
            assert after > before if high == low and after != before else after <= before
    assert path.steps == tuple(range(len(path.steps)))
