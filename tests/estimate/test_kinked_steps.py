"""Steps over pieces minimise the largest of them, and save passes where a minimum is on a kink."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch

from moeviz.estimate import LevenbergMarquardt, fit, newton
from moeviz.estimate.equations import curvature
from moeviz.estimate.kinks import PIECES, Pieces, _on_simplex, has_kinks
from moeviz.estimate.solver import WORTH, Run, RunningFits
from moeviz.model import make_mixture
from moeviz.model.moments import Moments
from tests.support import normal, task, uniform

FITS, SIZE = 12, 3


@pytest.mark.parametrize(
    ("formula", "kinked"),
    [
        ("relu(t)", True), ("abs(t) + s1*t^2", True), ("tanh(t1) + s1*cos(1 + relu(t2))", True),
        ("tanh(t)", False), ("s1*sin(t) + t^2", False), ("sqrt(t^2 + 1)", False),
    ],
)  # fmt: skip
def test_kinks_are_found_anywhere_in_a_formula(formula, kinked):
    mixture = make_mixture("linear", "softmax", "custom", expert_formula=formula)
    assert has_kinks(mixture) == kinked


@pytest.mark.parametrize(("expert_name", "kinked"), [("relu", True), ("tanh", False)])
def test_kinks_of_the_usual_experts_are_known(expert_name, kinked):
    assert has_kinks(make_mixture("linear", "softmax", expert_name)) == kinked


def programmes(rng, rank):
    """Convex programmes in the weights of pieces, of which some are missing."""
    root = normal(rng, FITS, PIECES, rank)
    matrix = root @ root.transpose(1, 2)
    target = 2.0 * normal(rng, FITS, PIECES)
    there = uniform(rng, FITS, PIECES) > -0.4
    there[0], there[1] = False, True
    matrix = matrix * there.unsqueeze(1) * there.unsqueeze(2)
    return matrix, target * there, there


@pytest.mark.parametrize("rank", [1, 2, PIECES + 2])
def test_weights_meet_the_conditions_of_optimality(rank, rng):
    """A convex programme's only: what has weight falls alike, all else falls no faster."""
    matrix, target, there = programmes(rng, rank)
    weight = _on_simplex(matrix, target, there)
    assert (weight >= 0).all()
    assert (weight[:, 1:][~there] == 0).all()
    torch.testing.assert_close(weight.sum(1), torch.ones(FITS, dtype=torch.float64))
    own = weight[:, 1:]
    rise = torch.nn.functional.pad(2.0 * (matrix * own.unsqueeze(1)).sum(2) - target, (1, 0))
    taken = torch.nn.functional.pad(there, (1, 0), value=True)
    least = rise.masked_fill(~taken, torch.inf).amin(1, keepdim=True)
    assert (weight * (rise - least) <= 1e-6).all()
    assert (weight[1:] < 1.0 - 1e-6).all(1).any()  # not every minimum is a corner


def at_kinks(rng):
    """Fits with random pieces around them, all free to move."""
    root = normal(rng, FITS, SIZE, SIZE)
    gram = root @ root.transpose(1, 2) + 0.2 * torch.eye(SIZE, dtype=torch.float64)
    at = Moments(5.0 + uniform(rng, FITS), normal(rng, FITS, SIZE), gram)
    theta, damping = normal(rng, FITS, SIZE), torch.full((FITS,), 0.1, dtype=torch.float64)
    pieces = Pieces.none(theta)
    for _ in range(PIECES - 1):
        where = theta + 0.5 * normal(rng, FITS, SIZE)
        cost, slope = at.cost + 0.3 * uniform(rng, FITS, low=0.0), normal(rng, FITS, SIZE)
        pieces = pieces.add(uniform(rng, FITS) > -0.6, where, cost, slope)
    state = RunningFits(torch.arange(FITS), theta, at, damping, 2.0 * torch.ones_like(damping))
    return state, pieces


def models(state, pieces, row, damped=True):
    """The models of one fit's cost less its present cost: c - 2 a's + s'Hs.

    Returns
    -------
    c, a, H : array, shape (M,), (M, P), (P, P)
        The first is the present point's own; none lies above 0 at s = 0.
    """
    at, places = state.at, pieces.there[row].nonzero().flatten()
    gram = at.gram[row].numpy()
    where = (pieces.theta[row, places] - state.theta[row]).numpy()
    slope = pieces.slope[row, places].numpy()
    cost = (pieces.cost[row, places] - at.cost[row]).numpy()
    cost = cost + 2.0 * (slope * where).sum(1) + np.einsum("mp,pq,mq->m", where, gram, where)
    slope = np.vstack([at.slope[row].numpy(), slope + where @ gram])
    more = state.damping[row].item() * np.diag(curvature(at)[row].numpy()) if damped else 0.0
    return np.append(0.0, np.minimum(cost, 0.0)), slope, gram + more


def values(step, cost, slope, bend):
    return cost - 2.0 * slope @ step + step @ bend @ step


def lowest_point(cost, slope, bend):
    """The lowest point of the largest model: the best of the lowest points where some meet."""
    best = None
    for count in range(1, len(cost) + 1):
        for first, *others in combinations(range(len(cost)), count):
            meet = 2.0 * (slope[others] - slope[first])
            equations = np.block([[2.0 * bend, meet.T], [meet, np.zeros((count - 1, count - 1))]])
            right = np.concatenate([2.0 * slope[first], cost[others] - cost[first]])
            step = np.linalg.lstsq(equations, right)[0][: len(bend)]
            if best is None or values(step, cost, slope, bend).max() < best[0]:
                best = values(step, cost, slope, bend).max(), step
    return best


def test_a_step_leads_to_the_lowest_point_of_the_largest_piece(rng):
    """Found without duals: wherever some of the models meet, their lowest point is looked at."""
    state, pieces = at_kinks(rng)
    step, found = pieces.step(state, torch.ones(FITS, SIZE, dtype=torch.bool))
    for row in range(FITS):
        model = models(state, pieces, row)
        lowest, where = lowest_point(*model)
        ours = values(step[row].numpy(), *model)
        assert ours.max() == pytest.approx(lowest, abs=1e-9)
        np.testing.assert_allclose(step[row].numpy(), where, atol=1e-6)
        taken = torch.nn.functional.pad(pieces.there[row], (1, 0), value=True)
        active = (found.weight[row, taken] > 1e-6).numpy()
        assert np.ptp(ours[active]) <= 1e-8  # those with weight meet there
    assert ((found.weight > 1e-6).sum(1) > 1).sum() >= FITS // 3


def test_a_step_promises_the_fall_of_the_largest_piece(rng):
    state, pieces = at_kinks(rng)
    step = 0.3 * normal(rng, FITS, SIZE)
    fall = pieces.predicted(state, step)
    for row in range(FITS):
        model = models(state, pieces, row, damped=False)
        assert fall[row].item() == pytest.approx(-values(step[row].numpy(), *model).max())


def test_a_coordinate_that_is_held_stays_where_it_is(rng):
    state, pieces = at_kinks(rng)
    free = torch.ones(FITS, SIZE, dtype=torch.bool)
    free[:, 1] = False
    step, _ = pieces.step(state, free)
    assert (step[:, 1] == 0).all()
    assert (step[:, 0] != 0).all()


class Ridged(LevenbergMarquardt):
    """Its cost is the larger of two quadratics, which meet at 0: the minimum, 1."""

    def moments(self, problem, theta, fits):
        size = theta.shape[1]
        gram = torch.eye(size, dtype=theta.dtype)
        tilt = torch.linspace(0.002, 0.015, size, dtype=theta.dtype)
        sides = torch.stack([tilt, -0.5 * tilt])
        lines = -2.0 * (theta.unsqueeze(1) * sides).sum(2)
        cost = 1.0 + lines.amax(1) + (theta**2).sum(1)
        slope = sides[lines.argmax(1)] - theta
        return Moments(cost, slope, gram.expand(len(theta), -1, -1))


def without_pieces(monkeypatch, *case):
    """The same fits, whose refused steps damping alone shortens."""
    with monkeypatch.context() as patch:
        patch.setattr(newton, "has_kinks", lambda mixture: False)
        return fit(*case)


def test_a_refused_step_is_enough_to_meet_the_minimum_on_a_kink(rng, monkeypatch):
    """One step across the kink, refused, makes the second piece; the next ends at the minimum."""
    problem, start, _ = task(rng, "linear", "softmax", "relu", fits=8, n=50)
    start = 1e-3 * normal(rng, *start.shape)
    found = fit(problem, start, Ridged())
    slow = without_pieces(monkeypatch, problem, start, Ridged())
    assert found.steps.tolist() == [2] * 8
    assert ((found.cost - 1.0).abs() <= 1e-9).all()
    assert (found.cost <= slow.cost).all()
    assert slow.steps.min() >= 20


def test_what_a_clipped_step_over_pieces_promises_is_kept(rng):
    """The box lets it cross the kink, where the present point's own model promises too much."""
    problem, start, _ = task(rng, "linear", "softmax", "relu", fits=1, n=50)
    start[:, :8], start[:, 8:] = 1e-3, -5e-4
    method = Ridged()
    run = Run(problem, start, method)
    run._take(1)
    state = run._state
    clipped = torch.where(state.theta[0] < 0, 0.8 * state.theta[0], problem.upper)
    promise = method._made_up(replace(problem, upper=clipped), state).predicted
    reached = method.moments(problem, state.ahead, state.index)
    assert state.bent.all()
    assert (reached.slope * state.at.slope).sum() < 0  # the kink lies between
    torch.testing.assert_close(promise, state.at.cost - reached.cost, rtol=1e-6, atol=0)


def test_kinked_experts_need_fewer_passes_with_pieces_and_end_no_higher(rng, monkeypatch):
    problem, start, _ = task(
        rng, "linear", "softmax", "relu", fits=24, n=1000, half=100.0, shake=0.03
    )
    method = LevenbergMarquardt()
    found, slow = fit(problem, start, method), without_pieces(monkeypatch, problem, start, method)
    assert found.passes.mean() < 0.6 * slow.passes.mean()
    assert found.cost.mean() <= slow.cost.mean()
    # Minima a few samples apart differ by less than is worth a step.
    worth = WORTH * problem.scale(slow.cost) / problem.samples
    assert (found.cost <= slow.cost + worth).all()
