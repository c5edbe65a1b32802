"""One step of each method, held against its rule: equations, damping, and what may not move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from moeviz.estimate import (
    ENDED,
    ExpectationMaximisation,
    LevenbergMarquardt,
    Status,
    StochasticGradient,
    fit,
    fit_stochastic_gradient,
)
from moeviz.estimate.em import FIRST_DAMPING, LEAST_DAMPING, RELIEF
from moeviz.estimate.equations import (
    ALIGNED,
    aligned,
    damped_step,
    free_coordinates,
    quadratic,
)
from moeviz.estimate.multistart import best_of
from moeviz.estimate.newton import EARLY
from moeviz.estimate.solver import FitResult, Run, RunningFits
from moeviz.model import Features
from moeviz.model.moments import Moments
from tests.support import normal, some_fits, task, uniform

FITS = 40


def numbers(*rows):
    return torch.tensor(rows, dtype=torch.float64)


def positive(rng, count, size):
    """Random positive definite matrices, shape (count, size, size)."""
    root = normal(rng, count, size, size + 2)
    return root @ root.transpose(1, 2)


@pytest.mark.parametrize("size", [1, 3, 8, 11])
def test_a_damped_step_solves_its_equations_among_what_is_free(size, rng):
    """(G + damping diag G) s = slope in the free coordinates; the others stand still."""
    gram, slope = positive(rng, 5, size), normal(rng, 5, size)
    free = uniform(rng, 5, size) > -0.4
    damping = numbers(1e-9, 1e-3, 0.5, 2.0, 1e4)
    step = damped_step(Moments(slope[:, 0], slope, gram), free, damping)
    for row in range(5):
        at = free[row]
        matrix = gram[row] + damping[row] * torch.diag(gram[row].diagonal())
        expected = torch.linalg.solve(matrix[at][:, at], slope[row, at])
        torch.testing.assert_close(step[row, at], expected, rtol=1e-9, atol=1e-12)
        assert (step[row, ~at] == 0).all()


def test_equations_without_a_solution_give_no_step():
    """A gram that is not positive, one that is not a number, and a coordinate without a slope."""
    gram = torch.stack(
        [
            -torch.eye(2, dtype=torch.float64),
            torch.full((2, 2), torch.nan, dtype=torch.float64),
            torch.diag(numbers(1.0, 0.0)),
        ]
    )
    slope, free = torch.ones(3, 2, dtype=torch.float64), torch.ones(3, 2, dtype=torch.bool)
    slope[2, 1] = 0.0
    step = damped_step(Moments(slope[:, 0], slope, gram), free, torch.full((3,), 0.1).double())
    assert (step[:2] == 0).all()
    torch.testing.assert_close(step[2], numbers(1 / 1.1, 0.0))


def test_only_what_is_pushed_outwards_or_held_may_not_move(rng):
    problem, _, _ = task(rng, "linear", "sigmoid", "tanh", atoms=1, fits=1, dimension=1, n=20)
    lower, upper = numbers(-1.0, -1.0, -1.0, -1.0), numbers(1.0, 1.0, 1.0, 1.0)
    lower[3] = upper[3] = 0.5
    box = replace(problem, lower=lower, upper=upper)
    theta = numbers([-1.0, 1.0, 0.2, 0.5], [-1.0, 1.0, 0.2, 0.5], [-1.0, 1.0, 0.2, 0.5])
    slope = numbers([1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, -1.0], [0.0, 0.0, 0.0, 0.0])
    assert free_coordinates(box, theta, slope).tolist() == [
        [True, False, True, False],
        [False, True, True, False],
        [True, True, True, False],
    ]


def test_a_quadratic_form_is_the_double_sum(rng):
    step, gram = normal(rng, 4, 5), positive(rng, 4, 5)
    naive = [
        sum(float(s[i] * g[i, j] * s[j]) for i in range(5) for j in range(5))
        for s, g in zip(step, gram, strict=True)
    ]
    torch.testing.assert_close(quadratic(step, gram), torch.tensor(naive, dtype=torch.float64))


def state_of(problem, method, start, damping, growth=2.0):
    """All fits of a problem, about to take a step."""
    fits = torch.arange(start.shape[0])
    theta = problem.clamp(start)
    at = method.moments(problem, theta, fits)
    grow = torch.full_like(damping, growth)
    return RunningFits(fits, theta, at, damping, grow)


def spread_damping():
    return torch.logspace(-6, 2, FITS, dtype=torch.float64)


def test_damping_follows_the_ratio_of_actual_to_predicted_fall(rng):
    """Nielsen's rule: times max(1/3, 1 - (2 r - 1)^3) where the step is taken, up where not."""
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=FITS, n=60, shake=0.8)
    method = LevenbergMarquardt()
    state = state_of(problem, method, start, spread_damping(), growth=4.0)
    theta, at, damping = state.theta, state.at, state.damping
    free = free_coordinates(problem, theta, at.slope)
    trial = problem.clamp(theta + damped_step(at, free, damping))
    step = trial - theta
    new = method.moments(problem, trial, torch.arange(FITS))
    predicted = 2.0 * (step * at.slope).sum(1) - quadratic(step, at.gram)
    ratio = (at.cost - new.cost) / predicted
    taken = (new.cost < at.cost) & (predicted > 0)
    method.advance(problem, state)
    assert 3 < int(taken.sum()) < FITS - 3
    assert ((ratio > 0.1) & (ratio < 0.9)).any()
    rule = torch.clamp(1.0 - (2.0 * ratio - 1.0) ** 3, min=1.0 / 3.0, max=1.0)
    torch.testing.assert_close(state.damping, damping * torch.where(taken, rule, 4.0))
    assert state.growth.tolist() == [2.0 if t else 8.0 for t in taken]
    assert torch.equal(state.theta, torch.where(taken.unsqueeze(1), trial, theta))
    assert torch.equal(state.at.cost, torch.where(taken, new.cost, at.cost))
    assert torch.equal(state.at.gram, torch.where(taken[:, None, None], new.gram, at.gram))


def test_damping_of_linear_least_squares_falls_to_a_third(rng):
    """One linear expert: the predicted fall is the actual one, whatever the damping."""
    problem, start, _ = task(rng, "linear", "softmax", "linear", atoms=1, fits=FITS, n=60, half=99)
    state = state_of(problem, LevenbergMarquardt(), start, spread_damping())
    before = state.damping.clone()
    LevenbergMarquardt().advance(problem, state)
    torch.testing.assert_close(state.damping, before / 3.0)


def test_an_accepted_em_step_is_relieved_and_a_refused_one_damped(rng):
    problem, start, _ = task(
        rng, "linear", "softmax", "tanh", "gaussian", fits=FITS, n=60, shake=1.5, reach=3.0
    )
    method = ExpectationMaximisation()
    damping = torch.full((FITS,), LEAST_DAMPING, dtype=torch.float64)
    damping[::2] = 0.5
    state = state_of(problem, method, start, damping.clone(), growth=8.0)
    cost = state.at.cost.clone()
    method.advance(problem, state)
    taken = state.growth == 2.0
    assert taken.any()
    assert (~taken).any()
    assert (state.at.cost <= cost).all()
    assert torch.equal(state.at.cost[~taken], cost[~taken])
    least = damping == LEAST_DAMPING
    expected = torch.where(taken, RELIEF * damping, 8.0 * damping)
    expected[least & taken] = LEAST_DAMPING
    expected[least & ~taken] = FIRST_DAMPING
    torch.testing.assert_close(state.damping, expected, rtol=1e-12, atol=0)
    assert (state.growth[~taken] == 16.0).all()


def test_a_relieved_damping_that_is_small_becomes_none(rng):
    problem, start, _ = task(rng, "linear", "softmax", "linear", "gaussian", atoms=1, fits=2)
    damping = numbers(5 * FIRST_DAMPING, 20 * FIRST_DAMPING)
    state = state_of(problem, ExpectationMaximisation(), start, damping)
    ExpectationMaximisation().advance(problem, state)
    torch.testing.assert_close(state.damping, numbers(LEAST_DAMPING, 2 * FIRST_DAMPING))


def test_batches_are_consecutive_parts_of_each_permutation(rng):
    """The published protocol as a plain loop over fits, epochs and batches."""
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=2, n=11, half=50.0)
    protocol = StochasticGradient(epochs=2, rate=0.07, batch=4)
    found = fit_stochastic_gradient(
        problem, start, protocol, list(map(np.random.default_rng, (4, 5)))
    )
    mixture, moving = problem.mixture, (problem.upper > problem.lower).double()
    for row, seed in enumerate((4, 5)):
        stream, theta = np.random.default_rng(seed), problem.clamp(start)[row].clone()
        for _ in range(2):
            order = stream.permutation(11)
            for first in (0, 4, 8):
                chosen = torch.from_numpy(order[first : first + 4])
                features = Features(
                    problem.features.gate[row][:, chosen], problem.features.expert[row][:, chosen]
                )
                residual = problem.response[row, chosen] - mixture.predict(theta, features)
                slope = mixture.jacobian(theta, features) @ residual
                theta = theta + moving * (2.0 * 0.07 / len(chosen)) * slope
        torch.testing.assert_close(found.theta[row], theta, rtol=1e-10, atol=1e-12)
    assert found.steps.tolist() == [2, 2]
    assert (found.status == int(Status.PROTOCOL)).all()


def test_a_fit_at_its_optimum_takes_no_more_than_a_step(rng):
    """Started where another fit ended, nothing is left to do, and nothing moves far."""
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=3, n=300, half=50.0)
    first = fit(problem, start, LevenbergMarquardt(max_steps=400))
    again = fit(problem, first.theta, LevenbergMarquardt(max_steps=400))
    ended = first.status == int(Status.CONVERGED)
    assert ended.any()
    assert (again.steps[ended] <= 3).all()
    assert (first.cost - again.cost)[ended].max() <= 4e-9 * first.cost.max()


def test_the_best_of_several_fits_is_the_cheapest_that_did_not_fail():
    cost = numbers(3.0, 1.0, 2.0, torch.nan, 5.0, 4.0, 0.5, 7.0, 6.0)
    status = torch.zeros(9, dtype=torch.long)
    status[6] = int(Status.NON_FINITE)
    theta = torch.arange(18, dtype=torch.float64).reshape(9, 2)
    trace = [cost, cost + 1.0]
    steps = torch.tensor([1, 2, 3, 10, 20, 30, 100, 200, 300])
    best = best_of(FitResult(theta, cost, status, steps, trace), 3, 3)
    assert best.cost.tolist() == [1.0, 4.0, 6.0]
    assert torch.equal(best.theta, theta[[1, 5, 8]])
    assert best.steps.tolist() == [6, 60, 600]
    assert [each.tolist() for each in best.trace] == [[1.0, 4.0, 6.0], [2.0, 5.0, 7.0]]


def test_a_coordinate_without_curvature_is_damped_by_a_trace_of_the_others():
    """Its own diagonal is 0: a share of 1e-12 of the largest stands in for it."""
    gram = torch.diag(numbers(4.0, 0.0)).unsqueeze(0)
    slope = numbers([1.0, 1e-9])
    free = torch.ones(1, 2, dtype=torch.bool)
    step = damped_step(Moments(slope[:, 0], slope, gram), free, numbers(0.5))
    torch.testing.assert_close(step, numbers([1.0 / 6.0, 1e-9 / (0.5 * 4e-12)]))
    still = damped_step(Moments(slope[:, 0], 0 * slope, 0 * gram), free, numbers(0.5))
    assert (still == 0).all()


@pytest.mark.parametrize("size", [1, 7, 8, 9, 16])
def test_matrices_are_widened_by_the_identity(size, rng):
    matrix = positive(rng, 2, size)
    wide = aligned(matrix)
    assert wide.shape[-1] % ALIGNED == 0
    assert wide.shape[-1] - size < ALIGNED
    assert torch.equal(wide[:, :size, :size], matrix)
    assert torch.equal(wide[0, size:, size:], torch.eye(wide.shape[-1] - size).double())
    assert (wide[:, :size, size:] == 0).all()
    assert (wide[:, size:, :size] == 0).all()


class Watched(LevenbergMarquardt):
    """Keeps what its first step is given."""

    def advance(self, problem, state):
        self.__dict__.setdefault("first", (state.index, state.damping, state.growth, state.theta))
        return super().advance(problem, state)


def test_every_fit_begins_alike(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=3, n=50)
    method = Watched(max_steps=2, initial_damping=0.25)
    found = fit(problem, start, method)
    index, damping, growth, theta = method.first
    assert index.tolist() == [0, 1, 2]
    assert damping.tolist() == [0.25] * 3
    assert growth.tolist() == [2.0] * 3
    assert torch.equal(theta, problem.clamp(start))
    assert found.trace == []
    assert found.steps.tolist() == [2, 2, 2]


@pytest.mark.parametrize("tolerances", [(0.0, 1e-6), (1e-9, 0.0)])
def test_angles_or_costs_alone_end_a_fit(tolerances, rng):
    """By the angle its residual is across every derivative; by the cost little is left to gain."""
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=4, n=300, half=50.0)
    cost, angle = tolerances
    method = LevenbergMarquardt(400, cost_tolerance=cost, angle_tolerance=angle)
    found = fit(problem, start, method, keep_trace=True)
    ended = found.status == int(Status.CONVERGED)
    assert ended.any()
    at = problem.moments(found.theta, torch.arange(4))
    free = problem.upper > problem.lower
    norm = (at.gram.diagonal(dim1=1, dim2=2) * at.cost.unsqueeze(1)).sqrt()
    cosine = (at.slope.abs() / norm)[:, free].amax(1)
    assert (cosine[ended] <= (angle or 1e-3)).all()
    assert found.steps[ended].max() < 400
    if cost:
        finer = LevenbergMarquardt(400, cost_tolerance=1e-13, angle_tolerance=0.0)
        left = found.cost - fit(problem, found.theta, finer).cost
        assert (left[ended] <= EARLY * cost * found.cost[ended]).all()


def test_a_fit_without_residuals_is_at_its_end(rng):
    """Noise-free data of one linear expert: nothing to gain, whatever the tolerances."""
    problem, start, truth = task(rng, "linear", "softmax", "linear", atoms=1, fits=3, half=50.0)
    exact = replace(problem, response=problem.mixture.predict(truth, problem.features))
    method = LevenbergMarquardt(100, cost_tolerance=0.0, angle_tolerance=0.0)
    found = fit(exact, start, method)
    assert (found.status == int(Status.CONVERGED)).all()
    assert (found.cost <= 1e-20).all()
    assert (found.steps < 30).all()


def test_every_way_to_end_has_a_name_of_its_own():
    assert len({status.label for status in Status}) == len(Status)
    assert len({status.advice for status in Status}) == len(Status)
    assert set(ENDED) == set(Status) - {Status.RUNNING}
    assert len(ENDED) == len(set(ENDED))


def test_the_defaults_are_the_published_protocol():
    """`multinomial` App. D: 2000 iterations, a tolerance of 1e-6."""
    assert ExpectationMaximisation() == ExpectationMaximisation(max_steps=2000, tolerance=1e-6)
    assert ExpectationMaximisation().begin(numbers(1.0)).tolist() == [LEAST_DAMPING]
    assert LevenbergMarquardt(initial_damping=0.5).begin(numbers(1.0)).tolist() == [0.5]


def test_a_fit_ends_at_the_first_point_across_which_its_residual_lies(rng):
    """No step sooner and no step later than the cosines say."""
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=3, n=300, half=50.0)
    free = problem.upper > problem.lower

    def largest_cosine(steps, row):
        method = LevenbergMarquardt(steps, cost_tolerance=0.0, angle_tolerance=1e-4)
        theta = fit(problem, start, method).theta
        at = problem.moments(theta, torch.arange(3))
        norm = (at.gram.diagonal(dim1=1, dim2=2) * at.cost.unsqueeze(1)).sqrt()
        return (at.slope.abs() / norm)[row, free].max().item()

    found = fit(problem, start, LevenbergMarquardt(300, cost_tolerance=0.0, angle_tolerance=1e-4))
    ended = [row for row in range(3) if found.status[row] == int(Status.CONVERGED)]
    assert ended
    for row in ended:
        last = int(found.steps[row])
        assert largest_cosine(last, row) <= 1e-4
        assert largest_cosine(last - 1, row) > 1e-4


def test_em_ends_with_the_first_small_rise_of_a_full_step(rng):
    """Of the mean log-likelihood per observation, which is minus half the deviance's."""
    problem, start, _ = task(
        rng, "linear", "softmax", "linear", "gaussian", fits=4, n=400, half=50.0, reach=3.0
    )
    found = fit(problem, start, ExpectationMaximisation(2000, 1e-5), keep_trace=True)
    assert (found.status == int(Status.CONVERGED)).all()
    costs = torch.stack(found.trace)
    for row, steps in enumerate(found.steps.tolist()):
        rise = 0.5 * -costs[: steps + 1, row].diff() / problem.samples
        assert rise[-1] <= 1e-5
        assert (rise[:-1] > 1e-5).all()


def test_fits_with_limits_of_their_own_end_there_and_leave_the_others_alone(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=4, n=300)
    limits = [3, 1, 7, 2]
    together = Run(problem, start, LevenbergMarquardt(), most=limits).to_end()
    assert (together.status == int(Status.STEP_LIMIT)).any()
    for row, most in enumerate(limits):
        alone = Run(
            some_fits(problem, [row]), start[row : row + 1], LevenbergMarquardt(), most=[most]
        ).to_end()
        assert int(together.steps[row]) <= most
        for name in ("theta", "cost", "status", "steps"):
            assert torch.equal(getattr(alone, name)[0], getattr(together, name)[row]), name
