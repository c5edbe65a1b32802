"""Likelihoods: EM never falls, meets Fisher scoring, and closed forms where there are any."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from moeviz.errors import Cancelled
from moeviz.estimate import (
    ExpectationMaximisation,
    LevenbergMarquardt,
    Status,
    StochasticGradient,
    box,
    fit,
    fit_stochastic_gradient,
    make_problem,
)
from moeviz.estimate.equations import damped_step, free_coordinates
from moeviz.estimate.solver import RunningFits
from moeviz.model import OUTPUTS, Features, make_mixture
from tests.support import OWN, normal, uniform

DENSITIES = [name for name, output in OUTPUTS.items() if output.density]


def data(rng, score, expert, output, n=400, fits=3, atoms=2, low=-3.0, spread=0.1, d=1):
    """Data of a mixture near a truth with steep experts, and starts around it."""
    mixture = make_mixture(score, "softmax", expert, output, classes=3, hidden=1, **OWN)
    layout = mixture.layout(atoms, d)
    truth = 0.8 * normal(rng, atoms, layout.width)
    first = layout.weight_column + 1
    for part in layout.expert_parts:
        if part.name.split("_")[0] in ("a", "W1"):
            signs = torch.tensor([1.5, -1.5, 0.5])[:atoms].unsqueeze(1)
            truth[:, first : first + part.width] += signs
        if part.name == "nu":
            truth[:, first] = torch.tensor([0.2, 0.4, 0.3])[:atoms]
        first += part.width
    truth[:, layout.weight_column] = 0.0
    x = uniform(rng, fits, d, n, low=low, high=-low)
    features = mixture.features(x)
    draws = torch.rand(fits, n, generator=rng, dtype=torch.float64)
    values = mixture.values(truth.flatten(), features)
    response = mixture.output.observe(values, draws, normal(rng, fits, n))
    start = truth.flatten() + spread * normal(rng, fits, layout.size)
    return make_problem(mixture, features, response, box(mixture, layout, 12.0)), start, layout


@pytest.mark.few(30)
def test_expectation_maximisation_never_lowers_the_likelihood(score, expert, density, rng):
    d = 2 if score in ("cosine", "modified-unit") else 1
    task, start, _ = data(rng, score, expert, density, n=150, d=d, spread=1.0)
    found = fit(task, start, ExpectationMaximisation(25, 0.0), keep_trace=True)
    trace = torch.stack(found.trace)
    assert (trace[1:] <= trace[:-1]).all()
    assert (trace[-1] < trace[0]).any()


def rise_left(task, theta):
    """By how much, per observation, a short Newton step inside the box promises to rise."""
    at = task.complete(theta, torch.arange(theta.shape[0]))
    free = free_coordinates(task, theta, at.slope)
    damping = torch.full_like(at.cost, 1e-3)
    step = task.clamp(theta + damped_step(at, free, damping)) - theta
    return (step * at.slope * free).sum(1) / task.samples


@pytest.mark.few(9)
@pytest.mark.parametrize("expert_name", ["linear", "tanh", "polynomial"])
@pytest.mark.parametrize("score_name", ["linear", "competition", "cosine"])
def test_a_start_on_the_lowest_variance_leaves_it_for_a_maximum(score_name, expert_name, rng):
    d = 2 if score_name == "cosine" else 1
    names = (score_name, expert_name, "gaussian")
    task, start, layout = data(rng, *names, n=150, fits=18, spread=1.0, d=d)
    first, second = (layout.column(atom, "expert").stop - 1 for atom in range(2))
    start[:12, first] = task.lower[first]
    start[6:, second] = task.lower[second]
    found = fit(task, start, ExpectationMaximisation(500, 1e-9), keep_trace=True)
    trace = torch.stack(found.trace)
    assert (trace[1:] <= trace[:-1]).all()
    assert (trace[20] < trace[0]).all()
    ended = found.status != int(Status.STEP_LIMIT)
    assert ended.float().mean() > 0.8
    assert (rise_left(task, found.theta)[ended] < 1e-3).all(), "no fit stands still on a slope"


def test_a_refused_newton_step_leaves_the_variances_their_own_m_step(rng):
    task, start, layout = data(rng, "linear", "polynomial", "gaussian", n=150)
    state = RunningFits(
        torch.arange(3),
        task.clamp(start),
        task.complete(task.clamp(start), torch.arange(3)),
        torch.full((3,), 1e25, dtype=torch.float64),
        torch.full((3,), 2.0, dtype=torch.float64),
    )
    values = task.mixture.values(state.theta, task.features)
    _, shares, _ = task.mixture.output.component_rows(task.mixture.gate, values, task.response)
    squares = (task.response.unsqueeze(1) - values.experts[0]) ** 2
    expected = state.theta.clone()
    for atom in range(2):
        own = layout.column(atom, "expert").stop - 1
        expected[:, own] = (shares * squares).sum(-1)[:, atom] / shares.sum(-1)[:, atom]
    ExpectationMaximisation().advance(task, state)
    torch.testing.assert_close(state.theta, task.clamp(expected), rtol=1e-10, atol=1e-10)


WELL_POSED = [
    ("linear", "linear", "gaussian", 3.0),
    ("linear", "tanh", "gaussian", 3.0),
    ("linear", "polynomial", "gaussian", 3.0),
    ("quadratic", "linear", "gaussian", 3.0),
    ("competition", "linear", "gaussian", 3.0),
    ("linear", "linear", "categorical", 6.0),
    ("modified-tanh", "linear", "categorical", 4.0),
    ("modified-sigmoid", "linear", "categorical", 4.0),
]
"""Score, expert, output and how far the inputs reach: far enough to tell the classes' experts."""


@pytest.mark.few(9)
@pytest.mark.parametrize(("score_name", "expert_name", "output_name", "reach"), WELL_POSED)
def test_both_estimators_meet_at_one_maximum(score_name, expert_name, output_name, reach, rng):
    names = (score_name, expert_name, output_name)
    task, start, _ = data(rng, *names, n=3000, low=-reach, spread=0.05)
    scoring = fit(task, start, LevenbergMarquardt(1000, cost_tolerance=1e-13))
    em = fit(task, start, ExpectationMaximisation(5000, 1e-13))
    assert (scoring.status == int(Status.CONVERGED)).all()
    assert (em.status == int(Status.CONVERGED)).all()
    gap = (scoring.cost - em.cost).abs() / (2 * task.samples)
    assert gap.max() < 1e-8
    torch.testing.assert_close(scoring.theta, em.theta, rtol=0.0, atol=2e-3)


def test_one_gaussian_expert_is_ordinary_least_squares_in_one_step(rng):
    task, start, layout = data(rng, "linear", "linear", "gaussian", atoms=1, spread=1.0)
    start = start.abs() + 0.1
    found = fit(task, start, ExpectationMaximisation(1, 0.0))
    for row in range(3):
        design = task.features.expert[row].T.numpy()
        y = task.response[row].numpy()
        slope, *_ = np.linalg.lstsq(design, y, rcond=None)
        variance = float(np.mean((y - design @ slope) ** 2))
        expert = layout.unpack(found.theta[row]).expert[0].numpy()
        np.testing.assert_allclose(expert, [*slope, variance], rtol=1e-6)


def test_one_logistic_expert_is_a_multinomial_regression(rng):
    task, start, layout = data(rng, "linear", "linear", "categorical", atoms=1, n=600)
    found = fit(task, start, LevenbergMarquardt(200, cost_tolerance=1e-15))
    for row in range(3):
        design = task.features.expert[row].T
        y = task.response[row].long()
        beta = torch.zeros(2, 2, dtype=torch.float64)
        for _ in range(50):
            logits = torch.cat([design @ beta.T, torch.zeros(len(y), 1)], dim=1)
            p = logits.softmax(1)
            one = torch.nn.functional.one_hot(y, 3).double()
            gradient = ((one - p)[:, :2].T @ design).flatten()
            spread = torch.diag_embed(p[:, :2]) - p[:, :2, None] * p[:, None, :2]
            hessian = torch.einsum("nab,ni,nj->aibj", spread, design, design).reshape(4, 4)
            beta = beta + torch.linalg.solve(hessian, gradient).reshape(2, 2)
        expert = layout.unpack(found.theta[row]).expert[0]
        torch.testing.assert_close(expert, beta.flatten(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("output_name", DENSITIES)
def test_likelihood_fits_do_not_depend_on_their_batch(output_name, rng):
    task, start, _ = data(rng, "linear", "linear", output_name, n=700, fits=5)
    for method in (LevenbergMarquardt(40), ExpectationMaximisation(40, 1e-9)):
        together = fit(task, start, method)
        rows = [2, 4]
        part = make_problem(
            task.mixture,
            Features(task.features.gate[rows], task.features.expert[rows]),
            task.response[rows],
            (task.lower, task.upper),
        )
        alone = fit(part, start[rows], method)
        assert torch.equal(alone.theta, together.theta[rows])
        assert torch.equal(alone.steps, together.steps[rows])


def test_scores_without_offsets_hold_them_at_zero(rng):
    task, start, layout = data(rng, "competition-bare", "linear", "gaussian")
    for method in (LevenbergMarquardt(30), ExpectationMaximisation(30)):
        found = fit(task, start, method)
        assert (layout.unpack(found.theta).log_weight == 0).all()


def streams(count):
    return [np.random.default_rng(i) for i in range(count)]


def test_one_batch_of_everything_is_one_gradient_step(rng):
    task, start, _ = data(rng, "linear", "tanh", "regression")
    start = task.clamp(start)
    protocol = StochasticGradient(epochs=1, rate=0.05, batch=task.samples)
    found = fit_stochastic_gradient(task, start, protocol, streams(3))
    slope = task.moments(start, torch.arange(3)).slope
    moving = (task.upper > task.lower).double()
    expected = start + moving * slope * (2 * 0.05 / task.samples)
    torch.testing.assert_close(found.theta, expected)
    assert (found.status == int(Status.PROTOCOL)).all()


def test_gradient_descent_depends_on_its_stream_alone(rng):
    task, start, _ = data(rng, "linear", "tanh", "regression")
    protocol = StochasticGradient(epochs=2, rate=0.05, batch=32)
    first = fit_stochastic_gradient(task, start, protocol, streams(3))
    again = fit_stochastic_gradient(task, start, protocol, streams(3))
    other = fit_stochastic_gradient(task, start, protocol, streams(4)[1:])
    assert torch.equal(first.theta, again.theta)
    assert not torch.equal(first.theta, other.theta)


def test_a_diverging_descent_is_reported(rng):
    task, start, _ = data(rng, "linear", "polynomial", "regression")
    protocol = StochasticGradient(epochs=20, rate=10.0, batch=32)
    found = fit_stochastic_gradient(task, start, protocol, streams(3))
    assert (found.status == int(Status.DIVERGED)).all()
    assert torch.isfinite(found.theta).all()


def test_requests_to_stop_are_heard(rng):
    task, start, _ = data(rng, "linear", "linear", "gaussian")
    with pytest.raises(Cancelled):
        fit(task, start, ExpectationMaximisation(), should_stop=lambda: True)
    with pytest.raises(Cancelled):
        fit_stochastic_gradient(task, start, StochasticGradient(), streams(3), lambda: True)
