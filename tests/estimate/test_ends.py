"""How fits end: a fit has converged only where its derivative promises nothing more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from moeviz.estimate import (
    ENDED,
    FAILED,
    ExpectationMaximisation,
    FitResult,
    LevenbergMarquardt,
    Problem,
    Status,
    StochasticGradient,
    best_of,
    fit,
    fit_stochastic_gradient,
)
from moeviz.estimate.equations import promised
from moeviz.estimate.newton import KINK
from moeviz.estimate.sgd import LARGEST
from moeviz.estimate.solver import WORTH
from tests.support import DENSITIES, task


class Misled(Problem):
    """A problem whose derivative points the wrong way."""

    def moments(self, theta, fits):
        return self._turned(super().moments(theta, fits))

    def complete(self, theta, fits):
        return self._turned(super().complete(theta, fits))

    def _turned(self, at):
        return replace(at, slope=-at.slope)


class Blown(Misled):
    """A problem whose derivative is no number while its cost is one."""

    def _turned(self, at):
        return replace(at, slope=at.slope * torch.inf, gram=at.gram * torch.inf)


class Unsolvable(Misled):
    """A problem whose normal equations cannot be solved, however damped."""

    def _turned(self, at):
        return replace(at, gram=-at.gram)


def methods(output):
    yield LevenbergMarquardt()
    if output in DENSITIES:
        yield ExpectationMaximisation(tolerance=0.0)


def spoilt(kind, problem):
    return kind(**vars(problem))


@pytest.mark.parametrize("kind", [Misled, Blown, Unsolvable])
def test_a_fit_whose_damping_runs_away_is_stuck(kind, output, rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", output, n=200, fits=3)
    for method in methods(output):
        bad = spoilt(kind, problem)
        found = fit(bad, start, method)
        moments = method.moments(bad, start, torch.arange(3))
        assert torch.isfinite(moments.cost).all()
        assert (found.status == int(Status.STUCK)).all(), method
        assert torch.isfinite(found.theta).all()
        assert (found.cost <= moments.cost).all()


def test_fits_that_are_stuck_leave_the_others_alone(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", n=200, fits=3)

    class OneMisled(Problem):
        def moments(self, theta, fits):
            at = super().moments(theta, fits)
            return replace(at, slope=torch.where((fits == 1).unsqueeze(1), -at.slope, at.slope))

    good = fit(problem, start, LevenbergMarquardt())
    found = fit(spoilt(OneMisled, problem), start, LevenbergMarquardt())
    assert found.status[1] == int(Status.STUCK)
    assert torch.equal(found.theta[[0, 2]], good.theta[[0, 2]])
    assert torch.equal(found.status[[0, 2]], good.status[[0, 2]])


@pytest.mark.parametrize("bend", ["tanh", "relu"])
def test_what_has_converged_has_nothing_worth_a_step_left(gate, bend, rng):
    atoms = 3 if gate.startswith("top") else 2
    problem, start, _ = task(rng, "linear", gate, bend, atoms=atoms, fits=8, n=400, top=2)
    found = fit(problem, start, LevenbergMarquardt())
    at = problem.moments(found.theta, torch.arange(8))
    inside = (found.theta > problem.lower) & (found.theta < problem.upper)
    share = promised(at, inside) / problem.scale(at.cost) * problem.samples
    ended = found.status == int(Status.CONVERGED)
    # At a kink the derivative of one side promises what the other side takes back.
    assert (share[ended] <= (KINK if bend == "relu" else 1.1 * WORTH)).all()
    assert torch.isin(found.status, torch.tensor([int(status) for status in ENDED])).all()
    if gate.startswith("top"):
        # The function jumps where one expert takes another's place.
        assert (found.status == int(Status.STUCK)).any()


def streams(count):
    return [np.random.default_rng(i) for i in range(count)]


@pytest.mark.parametrize("rate", [1e3, 1e9])
def test_a_descent_that_grows_without_end_has_diverged(output, rate, rng):
    problem, start, _ = task(rng, "linear", "softmax", "polynomial", output, n=200, fits=3)
    found = fit_stochastic_gradient(problem, start, StochasticGradient(10, rate, 32), streams(3))
    lost = found.status == int(Status.DIVERGED)
    # Classes bound the gradient, so that their fits grow only as fast as the rate.
    assert lost.all() or (rate < 1e9 and output == "categorical")
    assert torch.equal(lost, torch.isinf(found.cost))
    assert torch.equal(found.theta[lost], start[lost])
    assert (found.theta.abs() <= LARGEST).all()
    assert (found.status[~lost] == int(Status.PROTOCOL)).all()


def test_a_descent_without_a_cost_at_its_start_has_not_diverged(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", n=100, fits=2)
    response = problem.response.clone()
    response[1, 3] = torch.nan
    broken = replace(problem, response=response)
    found = fit_stochastic_gradient(broken, start, StochasticGradient(1, 0.1, 32), streams(2))
    assert found.status.tolist() == [int(Status.PROTOCOL), int(Status.NON_FINITE)]


@pytest.mark.parametrize("failed", FAILED)
def test_a_start_that_failed_loses_whatever_its_cost(failed):
    fits = FitResult(
        torch.tensor([[1.0], [2.0]]),
        torch.tensor([0.5, 3.0]),
        torch.tensor([failed, int(Status.PROTOCOL)]),
        torch.tensor([1, 1]),
    )
    best = best_of(fits, 1, 2)
    assert best.theta.item() == 2.0
    assert best.status.item() == int(Status.PROTOCOL)


def test_failed_fits_have_nothing_to_read():
    assert {Status(value) for value in FAILED} == {Status.NON_FINITE, Status.DIVERGED}
    assert {status.label for status in ENDED} == {
        status.label for status in Status if status is not Status.RUNNING
    }
    assert len({status.label for status in Status}) == len(Status)
    assert len({status.advice for status in Status}) == len(Status)
