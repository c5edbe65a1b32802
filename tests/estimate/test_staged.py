"""Fits that begin on a part of the sample: the same minimum, fewer passes, an honest path."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from moeviz.errors import Cancelled
from moeviz.estimate import LevenbergMarquardt, Status, fit, fit_staged, staged, with_costs
from moeviz.estimate.multistart import box
from moeviz.estimate.problem import Problem
from moeviz.estimate.staged import FEWEST, FOR_EACH, STAGES, WHOLE, stages_of
from moeviz.model import make_mixture
from tests.support import DENSITIES, normal, some_fits, task, uniform

N = 36_000
METHOD = LevenbergMarquardt()


def made(rng, output="regression", expert="tanh", fits=2, n=N, **more):
    problem, start, truth = task(rng, "linear", "softmax", expert, output, fits=fits, n=n, **more)
    return problem, start, truth


@pytest.mark.parametrize("output_name", ["regression", *DENSITIES])
def test_both_ways_meet_at_one_cost(output_name, rng):
    problem, start, truth = made(rng, output_name, "linear", half=50.0)
    start = truth + 0.05 * (start - truth)
    whole, found = fit(problem, start, METHOD), fit_staged(problem, start, METHOD)
    assert torch.equal(whole.status, found.status)
    size = problem.scale(whole.cost)
    assert ((whole.cost - found.cost).abs() <= 1e-8 * size).all()
    assert (found.steps >= 3).all()


@pytest.mark.parametrize(
    ("output_name", "shake"), [("regression", 0.4), ("gaussian", 0.1), ("gaussian", 0.4)]
)
def test_parts_save_passes_and_lose_nothing(output_name, shake, rng, monkeypatch):
    """A part is worth its steps from afar; what lies below its noise it cannot know."""
    problem, start, _ = made(rng, output_name, fits=6, half=50.0, shake=shake)
    whole, found = fit(problem, start, METHOD), fit_staged(problem, start, METHOD)
    exacting = tuple(replace(stage, enough=1e-12) for stage in STAGES)
    monkeypatch.setattr(staged, "STAGES", exacting)
    to_the_end = fit_staged(problem, start, METHOD)
    assert found.passes.mean() < 0.8 * whole.passes.mean()
    assert found.passes.mean() < 0.95 * to_the_end.passes.mean()
    assert (found.cost - whole.cost <= 1e-8 * problem.scale(whole.cost)).all()


def test_small_samples_are_fitted_as_a_whole(rng):
    problem, start, _ = made(rng, n=400, fits=3)
    whole, found = fit(problem, start, METHOD), fit_staged(problem, start, METHOD)
    for name in ("theta", "cost", "status", "steps", "passes"):
        assert torch.equal(getattr(whole, name), getattr(found, name)), name


def test_parts_are_large_enough_for_their_parameters():
    assert stages_of(WHOLE - 1, 8) == ()
    assert stages_of(WHOLE, 8) == ((WHOLE // STAGES[1].divisor, STAGES[1].enough),)
    assert [count for count, _ in stages_of(100_000, 8)] == [3333, 20_000]
    assert [count for count, _ in stages_of(100_000, 400)] == [20_000]
    assert stages_of(WHOLE, 2000 // FOR_EACH + 1) == ()
    assert FEWEST >= FOR_EACH * 8


@pytest.mark.parametrize("expert_name", ["tanh", "relu"])
def test_a_staged_fit_does_not_depend_on_its_batch_bit_for_bit(expert_name, rng):
    problem, start, _ = made(rng, expert=expert_name, fits=3, n=WHOLE)
    start[1] = 6.0 * start[1]  # begins far off, and may begin anew
    together = fit_staged(problem, start, METHOD)
    for row in range(3):
        alone = fit_staged(replace(problem, rows=problem.rows[row : row + 1]), start[row : row + 1],
                           METHOD)  # fmt: skip
        for name in ("theta", "cost", "status", "steps", "passes"):
            assert torch.equal(getattr(alone, name)[0], getattr(together, name)[row]), name


def test_on_the_edge_of_the_box_a_fit_begins_anew(rng):
    problem, start, truth = made(rng, fits=2, n=WHOLE)
    half = 0.6 * truth.abs().amax()
    tight = replace(
        problem, lower=problem.lower.clamp_min(-half), upper=problem.upper.clamp_max(half)
    )
    whole, found = fit(tight, start, METHOD), fit_staged(tight, start, METHOD)
    edge = whole.status == int(Status.BOUNDARY)
    assert edge.any()
    assert torch.equal(found.theta[edge], whole.theta[edge])
    assert torch.equal(found.cost[edge], whole.cost[edge])
    assert (found.passes[edge] > whole.passes[edge]).all()


def test_without_numbers_the_start_is_kept(rng):
    problem, start, _ = made(rng, fits=2, n=WHOLE)
    response = problem.response.clone()
    response[1, 3] = torch.nan
    response[0, -1] = torch.nan  # beyond the part
    found = fit_staged(replace(problem, response=response), start, METHOD)
    assert found.status.tolist() == [int(Status.NON_FINITE)] * 2
    assert torch.equal(found.theta, problem.clamp(start))


@pytest.mark.parametrize("asked", [1, 5])
def test_a_request_to_stop_is_heard_on_a_part(asked, rng):
    problem, start, _ = made(rng, fits=2)
    calls = []

    def should_stop():
        calls.append(1)
        return len(calls) >= asked

    with pytest.raises(Cancelled):
        fit_staged(problem, start, METHOD, should_stop)
    assert len(calls) == asked


def test_a_path_shows_the_parts_with_the_costs_of_the_whole(rng):
    problem, start, truth = made(rng, fits=2)
    start = truth + 0.1 * (start - truth)
    found = fit_staged(problem, start, METHOD, watched=2)
    bare = fit_staged(problem, start, METHOD)
    assert torch.equal(found.theta, bare.theta)
    for row, path in enumerate(found.paths):
        assert path.start == row
        assert path.steps == tuple(sorted(set(path.steps)))
        assert (path.steps[0], path.steps[-1]) == (0, int(found.steps[row]))
        assert torch.equal(path.theta[0], problem.clamp(start)[row])
        assert torch.equal(path.theta[-1], found.theta[row])
        costs = with_costs(problem, path).cost
        torch.testing.assert_close(path.cost, costs, rtol=1e-12, atol=0)


def test_a_path_of_a_fit_that_began_anew_leads_from_its_start(rng):
    problem, start, _ = made(rng, fits=1, n=WHOLE)
    found = fit_staged(problem, start, replace(METHOD, max_steps=8), watched=1)
    (path,) = found.paths
    # One trial on the part, then from the start again: the second evaluation of it, and one trial.
    assert path.steps[:2] == (0, 3)
    assert found.steps.tolist() == [path.steps[-1]]
    assert torch.equal(path.theta[0], problem.clamp(start)[0])
    share = (WHOLE // STAGES[1].divisor) / WHOLE
    whole = int(found.steps[0]) - 2 + 1.0
    assert found.passes.tolist() == pytest.approx([whole + 2.0 * share])


@pytest.mark.parametrize("allowed", [1, 2, 7, 8, 9, 13, 20])
def test_steps_on_parts_and_whole_together_keep_to_what_is_allowed(allowed, rng):
    problem, start, _ = made(rng, fits=3)
    start[1] = 6.0 * start[1]
    method = replace(METHOD, max_steps=allowed)
    found = fit_staged(problem, start, method)
    assert (found.steps <= allowed).all()
    spent = found.status == int(Status.STEP_LIMIT)
    assert (found.steps[spent] == allowed).all()
    assert spent.any()
    if allowed < 8:
        whole = fit(problem, start, method)
        assert torch.equal(found.theta, whole.theta)
        assert torch.equal(found.steps, whole.steps)


def test_each_fit_has_its_own_steps_left(rng):
    problem, start, _ = made(rng, fits=3)
    start[1] = 6.0 * start[1]
    method = replace(METHOD, max_steps=9)
    together = fit_staged(problem, start, method)
    for row in range(3):
        alone = fit_staged(some_fits(problem, [row]), start[row : row + 1], method)
        for name in ("theta", "cost", "status", "steps", "passes"):
            assert torch.equal(getattr(alone, name)[0], getattr(together, name)[row]), name


def blown(rng, fits=2):
    """Fits whose part leads to where the whole sample's cost is no number, but for the last.

    A far input beyond the part sees e^t, of which no other knows how large it may be there.
    """
    mixture = make_mixture("linear", "softmax", "custom", expert_formula="exp(t)", noise=0.1)
    layout = mixture.layout(1, 1)
    x = uniform(rng, fits, 1, WHOLE)
    x[:-1, 0, -1] = 1000.0
    response = torch.exp(x[:, 0].clamp(max=1.0)) + 0.1 * normal(rng, fits, WHOLE)
    lower, upper = box(mixture, layout, 20.0)
    start = torch.zeros(fits, layout.size, dtype=torch.float64)
    problem = Problem(mixture, mixture.features(x), response, torch.arange(fits), lower, upper)
    return problem, start


def test_where_a_part_leads_beyond_numbers_a_fit_begins_anew(rng):
    problem, start = blown(rng)
    whole = fit(problem, start, METHOD)
    found = fit_staged(problem, start, METHOD, keep_trace=True, watched=2)
    assert int(Status.NON_FINITE) not in whole.status.tolist()
    assert torch.equal(found.status, whole.status)
    assert torch.equal(found.theta[0], whole.theta[0])
    assert torch.equal(found.cost[0], whole.cost[0])
    assert (found.steps <= METHOD.max_steps).all()
    assert found.steps[0] > whole.steps[0]
    assert found.passes[0] > whole.passes[0] + 1.0
    trace = torch.stack(found.trace)
    assert torch.equal(trace[0, 0], whole_cost(problem, start)[0])
    assert torch.equal(trace[-1], found.cost)
    assert (trace.diff(dim=0) <= 0).all()
    assert [path.start for path in found.paths] == [0, 1]
    for row, path in enumerate(found.paths):
        assert torch.equal(path.theta[0], start[row])
        assert torch.equal(path.theta[-1], found.theta[row])
        assert path.steps[-1] == int(found.steps[row])
    alone = fit_staged(some_fits(problem, [1]), start[1:], METHOD)
    assert torch.equal(alone.theta[0], found.theta[1])
    assert torch.equal(alone.steps[0], found.steps[1])


def whole_cost(problem, theta):
    return problem.moments(theta, torch.arange(theta.shape[0])).cost
