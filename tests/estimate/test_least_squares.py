"""The solver: known minima, bounds, statuses, and independence of the batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import least_squares

from moeviz.errors import Cancelled
from moeviz.estimate import (
    LeastSquaresProblem,
    LevenbergMarquardt,
    Status,
    box,
    fit_from_starts,
    fit_least_squares,
    near_truth_start,
    random_start,
)
from moeviz.model import Features, make_mixture
from tests.support import normal, uniform


def problem(
    rng, score="perturbed-cosine", expert="tanh", atoms=2, fits=6, n=700, noise=0.1, half=6.0
):
    """Data of a mixture near a truth whose experts point in different directions."""
    mixture = make_mixture(score, "softmax", expert, tau2=0.1)
    layout = mixture.layout(atoms, 2)
    truth = 0.6 * normal(rng, layout.size)
    for i in range(atoms):
        angle = torch.tensor(2.4 * i)
        truth[layout.column(i, "expert")] = torch.tensor(
            [2.5 * angle.cos(), 2.5 * angle.sin(), 0.4 - 0.5 * i], dtype=torch.float64
        )
    truth[layout.column(-1, "weight")] = 0.0
    features = mixture.features(uniform(rng, fits, 2, n))
    response = mixture.predict(truth, features) + noise * normal(rng, fits, n)
    lower, upper = box(layout, half)
    start = truth + 0.1 * normal(rng, fits, layout.size)
    rows = torch.arange(fits)
    return LeastSquaresProblem(mixture, features, response, rows, lower, upper), start, truth


def test_every_fit_stops_where_the_gradient_vanishes(score, rng):
    for expert in ("tanh", "gelu", "sigmoid", "linear", "polynomial"):
        task, start, _ = problem(rng, score, expert)
        found = fit_least_squares(task, start)
        inside = found.status == int(Status.CONVERGED)
        assert inside.any(), expert
        at = task.moments(found.theta, torch.arange(6))
        free = task.upper > task.lower
        scale = (at.gram.diagonal(dim1=1, dim2=2) * at.squares.unsqueeze(1)).sqrt()
        cosine = (at.slope.abs() / scale.clamp_min(1e-300))[:, free]
        assert cosine[inside].max() < 1e-4, expert


def test_fits_reach_the_cost_of_minpack(score, rng):
    task, start, _ = problem(rng, score, "tanh", fits=4)
    ours = fit_least_squares(task, start)
    free = task.upper > task.lower
    for row in range(4):
        features = Features(task.features.gate[row], task.features.expert[row])
        response, first = task.response[row], start[row].clone()
        first[~free] = 0.0

        def theta(p, first=first):
            full = first.clone()
            full[free] = torch.from_numpy(p)
            return full

        found = least_squares(
            lambda p, f=features, y=response, t=theta: (task.mixture.predict(t(p), f) - y).numpy(),
            first[free].numpy(),
            lambda p, f=features, t=theta: task.mixture.jacobian(t(p), f)[free].T.numpy(),
            method="lm",
            xtol=1e-13,
            ftol=1e-13,
            gtol=1e-13,
        )
        assert ours.squares[row].item() == pytest.approx(2 * found.cost, rel=1e-8)


def test_noise_free_data_give_the_truth_back_up_to_gauge(score, rng):
    task, start, truth = problem(rng, score, "tanh", noise=0.0)
    found = fit_least_squares(task, start)
    assert (found.status == int(Status.CONVERGED)).all()
    assert found.squares.max() < 1e-15
    x = task.mixture.features(uniform(rng, 1, 2, 100))
    torch.testing.assert_close(
        task.mixture.predict(found.theta, x),
        task.mixture.predict(truth.expand(6, -1), x),
        rtol=0,
        atol=1e-7,
    )


@pytest.mark.parametrize("expert_name", ["relu", "tanh"])
def test_a_fit_does_not_depend_on_its_batch_bit_for_bit(score, expert_name, rng):
    task, start, _ = problem(rng, score, expert_name, atoms=3, fits=7, n=1500)
    together = fit_least_squares(task, start)
    assert together.steps.unique().numel() > 1
    for rows in ([3], [6, 3], [3, 0, 1, 5]):
        at = rows.index(3)
        part = LeastSquaresProblem(
            task.mixture,
            Features(task.features.gate[rows], task.features.expert[rows]),
            task.response[rows],
            torch.arange(len(rows)),
            task.lower,
            task.upper,
        )
        alone = fit_least_squares(part, start[rows])
        assert torch.equal(alone.theta[at], together.theta[3])
        assert torch.equal(alone.squares[at], together.squares[3])
        assert alone.steps[at] == together.steps[3]
        assert alone.status[at] == together.status[3]


def test_the_sum_of_squares_never_rises(rng):
    task, start, _ = problem(rng, "perturbed-cosine", "relu")
    before = None
    for steps in range(1, 15):
        found = fit_least_squares(task, start, LevenbergMarquardt(max_steps=steps))
        if before is not None:
            assert (found.squares <= before).all()
        before = found.squares


def test_parameters_stay_in_the_box_and_edges_are_reported(rng):
    task, start, _ = problem(rng, "linear", "tanh", half=1.0)
    found = fit_least_squares(task, start)
    assert (found.theta <= task.upper).all()
    assert (found.theta >= task.lower).all()
    assert (found.status == int(Status.BOUNDARY)).all()
    edge = (found.theta.abs() == 1.0).any(1)
    assert edge.all()


def test_on_the_edge_the_gradient_points_outwards(rng):
    task, start, _ = problem(rng, "linear", "tanh", half=1.0)
    found = fit_least_squares(task, start)
    at = task.moments(found.theta, torch.arange(6))
    free = (task.upper > task.lower) & (found.theta > task.lower) & (found.theta < task.upper)
    scale = (at.gram.diagonal(dim1=1, dim2=2) * at.squares.unsqueeze(1)).sqrt()
    assert (at.slope.abs() / scale)[free].max() < 1e-4
    held = ~free & (task.upper > task.lower)
    assert (at.slope * found.theta.sign())[held].min() >= -1e-9


def test_a_spent_step_limit_is_reported(rng):
    task, start, _ = problem(rng)
    found = fit_least_squares(task, start, LevenbergMarquardt(max_steps=1))
    assert (found.status == int(Status.STEP_LIMIT)).all()
    assert (found.steps == 1).all()


def test_a_fit_without_numbers_is_reported_and_leaves_the_others_alone(rng):
    task, start, _ = problem(rng)
    good = fit_least_squares(task, start)
    task.response[2, 5] = float("nan")
    found = fit_least_squares(task, start)
    assert found.status[2] == int(Status.NON_FINITE)
    others = [0, 1, 3, 4, 5]
    assert torch.equal(found.theta[others], good.theta[others])
    assert torch.isfinite(found.theta).all()


def test_a_request_to_stop_is_heard_within_one_step(rng):
    task, start, _ = problem(rng)
    calls = []

    def stop():
        calls.append(1)
        return len(calls) == 2

    with pytest.raises(Cancelled):
        fit_least_squares(task, start, should_stop=stop)
    assert len(calls) == 2


def test_the_best_start_wins(rng):
    task, start, _ = problem(rng, fits=4)
    layout = task.mixture.layout(2, 2)
    draws = np.random.default_rng(1)
    others = torch.from_numpy(
        np.stack([random_start(draws, 2, layout).ravel() for _ in range(12)])
    ).reshape(4, 3, -1)
    starts = torch.cat([others, start.unsqueeze(1)], dim=1)
    bounds = (task.lower, task.upper)
    best = fit_from_starts(task.mixture, task.features, task.response, starts, bounds)
    for s in range(4):
        one = fit_from_starts(
            task.mixture, task.features, task.response, starts[:, s : s + 1], bounds
        )
        assert (best.squares <= one.squares).all()


def test_near_truth_starts_put_extra_atoms_into_true_cells():
    layout = make_mixture("linear", "softmax", "relu").layout(2, 1)
    true = np.array([[1.0, 0.3, 2.0, 0.1], [-1.0, 0.0, -2.0, 0.2]])
    start = near_truth_start(np.random.default_rng(0), true, 4, layout, 0.0)
    assert start.shape == (4, 4)
    assert start[-1, layout.gate] == 0.0
    for atom in true:
        inside = np.all(np.delete(start, 1, 1) == np.delete(atom, 1), axis=1)
        assert inside.any()
    ratio = (
        np.exp(start[:, 1])
        @ np.array([row[0] == 1.0 for row in start])
        / (np.exp(start[:, 1]) @ np.array([row[0] == -1.0 for row in start]))
    )
    assert ratio == pytest.approx(np.exp(0.3))


def test_statuses_carry_advice():
    for status in Status:
        assert status.label
        assert status.advice.endswith(".")


@pytest.mark.cuda
@pytest.mark.parametrize("expert_name", ["tanh", "gelu", "sigmoid", "polynomial"])
def test_cuda_and_cpu_agree(score, expert_name, rng):
    task, start, _ = problem(rng, score, expert_name)
    cpu = fit_least_squares(task, start)
    there = LeastSquaresProblem(
        task.mixture,
        Features(task.features.gate.cuda(), task.features.expert.cuda()),
        task.response.cuda(),
        task.rows.cuda(),
        task.lower.cuda(),
        task.upper.cuda(),
    )
    gpu = fit_least_squares(there, start.cuda())
    torch.testing.assert_close(gpu.squares.cpu(), cpu.squares, rtol=1e-8, atol=0)
