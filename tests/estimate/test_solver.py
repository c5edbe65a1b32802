"""The solver under every method: known optima, bounds, statuses, independence of the batch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.optimize import least_squares

from moeviz.errors import Cancelled
from moeviz.estimate import (
    ExpectationMaximisation,
    LevenbergMarquardt,
    Status,
    StochasticGradient,
    box,
    fit,
    fit_from_starts,
    fit_staged,
    fit_stochastic_gradient,
    random_start,
)
from moeviz.model import Features
from tests.support import DENSE, DENSITIES, TOP, combined, some_fits, task, uniform

SMOOTH = ("tanh", "gelu", "scaled-sigmoid", "linear", "polynomial")


def run(method, problem, start, **more):
    """Fit by a method, whatever its kind; each fit has the stream of its data set's number."""
    if isinstance(method, StochasticGradient):
        numbers = problem.response[:, 0].mul(1e6).long().abs().tolist()
        streams = [np.random.default_rng(number) for number in numbers]
        return fit_stochastic_gradient(problem, start, method, streams, **more)
    return fit(problem, start, method, **more)


def methods(problem, **limits):
    """Every method that can fit a problem."""
    steps = limits.get("steps", 30)
    yield LevenbergMarquardt(max_steps=steps)
    if problem.mixture.output.density:
        yield ExpectationMaximisation(max_steps=steps)
    yield StochasticGradient(epochs=min(steps, 3), rate=0.02, batch=64)


def cosines(problem, found):
    """Of residuals and derivatives by free parameters, shape (F, P')."""
    at = problem.moments(found.theta, torch.arange(len(found.theta)))
    free = problem.upper > problem.lower
    scale = at.gram.diagonal(dim1=1, dim2=2) * problem.scale(at.cost).unsqueeze(1)
    return (at.slope.abs() / scale.sqrt().clamp_min(1e-300))[:, free]


@pytest.mark.few(20)
@pytest.mark.only(gate=DENSE)
@pytest.mark.parametrize("expert_name", SMOOTH)
def test_every_fit_stops_where_the_gradient_vanishes(score, gate, expert_name, rng):
    problem, start, _ = task(rng, score, gate, expert_name, fits=3, n=300)
    found = fit(problem, start, LevenbergMarquardt(max_steps=120))
    inside = found.status == int(Status.CONVERGED)
    if inside.any():
        assert cosines(problem, found)[inside].max() < 1e-4
    assert (found.cost <= problem.moments(start, torch.arange(3)).cost).all()


@pytest.mark.few(12)
@pytest.mark.parametrize("expert_name", ["tanh", "linear"])
def test_scoring_stops_where_the_gradient_vanishes(score, density, expert_name, rng):
    problem, start, _ = task(rng, score, "softmax", expert_name, density, fits=3, n=300, reach=2.0)
    found = fit(problem, start, LevenbergMarquardt(max_steps=120))
    inside = found.status == int(Status.CONVERGED)
    if inside.any():
        assert cosines(problem, found)[inside].max() < 1e-4
    assert (found.cost <= problem.moments(start, torch.arange(3)).cost).all()


@pytest.mark.few(30)
@pytest.mark.parametrize("gate_name", ["softmax", "sigmoid"])
def test_fits_reach_the_cost_of_minpack(score, gate_name, rng):
    problem, start, _ = task(rng, score, gate_name, "tanh", fits=2, half=1e3)
    ours = fit(problem, start, LevenbergMarquardt())
    free = problem.upper > problem.lower
    met = 0
    for row in range(2):
        features = Features(problem.features.gate[row], problem.features.expert[row])

        begin = start[row].clone()

        def theta(p, first=begin):
            first[free] = torch.from_numpy(p)
            return first

        found = least_squares(
            lambda p, f=features, y=problem.response[row], t=theta: (
                problem.mixture.predict(t(p), f) - y
            ).numpy(),
            start[row][free].numpy(),
            lambda p, f=features, t=theta: problem.mixture.jacobian(t(p), f)[free].T.numpy(),
            method="lm",
            xtol=1e-13,
            ftol=1e-13,
            gtol=1e-13,
        )
        same = ours.cost[row].item() == pytest.approx(2 * found.cost, rel=1e-7)
        # Where the infimum lies at infinity, each stops somewhere on the way.
        assert same or ours.theta[row].abs().max() > 500
        met += same
    assert met


@pytest.mark.few(30)
@pytest.mark.only(gate=DENSE)
def test_noise_free_data_give_the_truth_back_up_to_gauge(score, gate, rng):
    problem, start, truth = task(rng, score, gate, "tanh", fits=3, shake=0.05)
    exact = problem.mixture.predict(truth, problem.features)
    found = fit(replace(problem, response=exact), start, LevenbergMarquardt(max_steps=400))
    assert found.cost.max() < 1e-12
    x = problem.mixture.features(uniform(rng, 1, 2, 100))
    torch.testing.assert_close(
        problem.mixture.predict(found.theta, x),
        problem.mixture.predict(truth.expand(3, -1), x),
        rtol=0,
        atol=1e-5,
    )


@pytest.mark.few(25)
@pytest.mark.parametrize("expert_name", ["relu", "scaled-sigmoid", "ffn"])
def test_a_fit_does_not_depend_on_its_batch_bit_for_bit(score, gate, expert_name, output, rng):
    problem, start, _ = task(rng, score, gate, expert_name, output, atoms=3, fits=5, n=203)
    for method in methods(problem, steps=5):
        together = run(method, problem, start)
        for rows in ([4], [2, 4]):
            at = rows.index(4)
            alone = run(method, some_fits(problem, rows), start[rows])
            assert torch.equal(alone.theta[at], together.theta[4])
            assert torch.equal(alone.cost[at], together.cost[4])
            assert alone.steps[at] == together.steps[4]
            assert alone.status[at] == together.status[4]


def test_the_cost_never_rises(output, rng):
    problem, start, _ = task(rng, "perturbed-cosine", "softmax", "relu", output)
    for method in (LevenbergMarquardt(40), ExpectationMaximisation(40)):
        if isinstance(method, LevenbergMarquardt) or output in DENSITIES:
            found = fit(problem, start, method, keep_trace=True)
            trace = torch.stack(found.trace)
            assert (trace.diff(dim=0) <= 0).all()
            assert torch.equal(trace[-1], found.cost)
            assert len(trace) == found.steps.max() + 1


@pytest.mark.few(12)
@pytest.mark.only(gate=TOP)
def test_top_gates_are_fitted(score, gate, output, rng):
    problem, start, _ = task(rng, score, gate, "tanh", output, atoms=3, fits=3, top=2)
    first = problem.moments(start, torch.arange(3)).cost
    for method in list(methods(problem))[:-1]:
        found = fit(problem, start, method)
        assert torch.isfinite(found.theta).all()
        assert (found.cost < first).all()


@pytest.mark.few(9)
def test_parameters_stay_in_the_box_and_edges_are_reported(score, output, rng):
    problem, start, _ = task(rng, score, "softmax", "tanh", output, n=300, half=1.0)
    for method in list(methods(problem, steps=60))[:-1]:
        found = fit(problem, start, method)
        assert (found.theta <= problem.upper).all()
        assert (found.theta >= problem.lower).all()
        assert (found.theta == problem.clamp(found.theta)).all()
        edge = ((found.theta == 1.0) | (found.theta == -1.0)).any(1)
        ended = found.status != int(Status.STEP_LIMIT)
        assert ((found.status == int(Status.BOUNDARY)) == edge)[ended].all()
        assert edge.any()


@pytest.mark.few(9)
def test_stochastic_gradients_hold_what_is_fixed_and_keep_variances_positive(score, output, rng):
    problem, start, _ = task(rng, score, "softmax", "tanh", output, fits=2, half=1.0)
    found = run(StochasticGradient(epochs=3, rate=0.3, batch=32), problem, start)
    held = problem.upper == problem.lower
    assert torch.equal(found.theta[:, held], start[:, held])
    assert (found.theta >= problem.lower)[:, problem.lower > 0].all()


@pytest.mark.few(12)
def test_a_score_without_offsets_keeps_them_at_zero(score, output, rng):
    problem, start, _ = task(rng, score, "softmax", "tanh", output, fits=2)
    offset = problem.mixture.layout(2, 2).weight_column
    for method in methods(problem):
        rows = run(method, problem, start).theta.unflatten(-1, (2, -1))[..., offset]
        assert (rows[:, -1] == 0).all()
        assert bool((rows[:, 0] == 0).all()) != problem.mixture.score.has_offset


@pytest.mark.few(12)
def test_box_holds_what_no_data_show(pairing):
    mixture = combined(*pairing)
    layout = mixture.layout(3, 2)
    lower, upper = box(mixture, layout, 5.0)
    offsets = torch.zeros(3, layout.width, dtype=torch.bool)
    offsets[:, layout.weight_column] = True
    held = (lower == upper).reshape(3, -1)
    assert not held[~offsets].any()
    expected = [not mixture.score.has_offset] * 2
    expected.append(not mixture.score.has_offset or mixture.gate.normalised)
    assert held[offsets].tolist() == expected
    assert (upper[upper > lower] == 5.0).all()
    positive = torch.tensor([name == "nu" for name in layout.names()]).repeat(3)
    assert torch.equal(lower > 0, positive)


def test_on_the_edge_the_gradient_points_outwards(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", half=1.0)
    found = fit(problem, start, LevenbergMarquardt())
    at = problem.moments(found.theta, torch.arange(6))
    moving = problem.upper > problem.lower
    inside = moving & (found.theta > problem.lower) & (found.theta < problem.upper)
    scale = (at.gram.diagonal(dim1=1, dim2=2) * at.cost.unsqueeze(1)).sqrt()
    assert (at.slope.abs() / scale)[inside].max() < 1e-4
    assert (at.slope * found.theta.sign())[~inside & moving].min() >= -1e-9


def test_a_spent_step_limit_is_reported(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", "gaussian")
    for method in (LevenbergMarquardt(max_steps=1), ExpectationMaximisation(max_steps=1)):
        found = fit(problem, start, method)
        assert (found.status == int(Status.STEP_LIMIT)).all()
        assert (found.steps == 1).all()


def test_a_fit_without_numbers_is_reported_and_leaves_the_others_alone(output, rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", output)
    others = [0, 1, 3, 4, 5]
    spoilt = problem.features.expert.clone()
    spoilt[2, 0, 5] = float("nan")
    broken = replace(problem, features=Features(problem.features.gate, spoilt))
    for method in methods(problem, steps=5):
        good, found = run(method, problem, start), run(method, broken, start)
        assert found.status[2] == int(Status.NON_FINITE)
        assert torch.equal(found.theta[others], good.theta[others])
        assert torch.isfinite(found.theta).all()


def test_a_request_to_stop_is_heard_within_one_step(output, rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", output)
    for method in methods(problem):
        calls = []

        def stop(calls=calls):
            calls.append(1)
            return len(calls) == 2

        with pytest.raises(Cancelled):
            run(method, problem, start, should_stop=stop)
        assert len(calls) == 2


def test_the_best_start_wins(density, rng):
    for names in (("linear", "softmax", "tanh"), ("competition", "softmax", "tanh", density)):
        problem, start, _ = task(rng, *names, fits=3, n=200)
        layout = problem.mixture.layout(2, 2)
        draws = np.random.default_rng(1)
        others = torch.from_numpy(
            np.stack([random_start(draws, problem.mixture, 2, layout).ravel() for _ in range(9)])
        ).reshape(3, 3, -1)
        starts = torch.cat([others, start.unsqueeze(1)], dim=1)
        data = (problem.mixture, problem.features, problem.response)
        bounds, method = (problem.lower, problem.upper), LevenbergMarquardt(max_steps=30)
        best = fit_from_starts(*data, starts, bounds, method)
        alone = [fit_from_starts(*data, starts[:, [s]], bounds, method) for s in range(4)]
        assert torch.equal(best.cost, torch.stack([one.cost for one in alone]).amin(0))
        assert torch.equal(best.steps, torch.stack([one.steps for one in alone]).sum(0))


@pytest.mark.parametrize("way", [fit, fit_staged])
def test_what_a_fit_found_is_open_to_whoever_asks_for_derivatives(way, output, rng):
    problem, start, _ = task(rng, "perturbed-cosine", "softmax", "tanh", output, n=12_000, fits=2)
    found = way(problem, start, LevenbergMarquardt(), keep_trace=True, watched=1)
    path = found.paths[0]
    for part in (
        found.theta, found.cost, found.status, found.steps, found.passes, *found.trace,
        path.theta, path.cost, path.damping,
    ):  # fmt: skip
        assert not part.is_inference()


def test_a_failed_start_loses_to_any_other(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=2, n=200)
    starts = torch.stack([torch.full_like(start, float("nan")), start], dim=1)
    found = fit_from_starts(
        problem.mixture, problem.features, problem.response, starts,
        (problem.lower, problem.upper), LevenbergMarquardt(),
    )  # fmt: skip
    assert torch.isfinite(found.theta).all()
    assert (found.status != int(Status.NON_FINITE)).all()


def test_statuses_carry_advice():
    for status in Status:
        assert status.label
        assert status.advice.endswith(".")


def on_gpu(problem):
    return replace(
        problem,
        features=Features(problem.features.gate.cuda(), problem.features.expert.cuda()),
        response=problem.response.cuda(),
        rows=problem.rows.cuda(),
        lower=problem.lower.cuda(),
        upper=problem.upper.cuda(),
    )


needs_gpu = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a CUDA device and PyTorch built for it"
)


@needs_gpu
@pytest.mark.cuda
def test_values_and_moments_agree_between_processors(combination, rng):
    """Every model, to 1e-10 of the size of the numbers."""
    problem, start, _ = task(rng, *combination, fits=2, n=300)
    there = on_gpu(problem)
    rows = torch.arange(2)
    for name in ("predict", "cost"):
        more = [] if name == "predict" else [problem.response]
        here = getattr(problem.mixture, name)(start, problem.features, *more)
        far = getattr(problem.mixture, name)(
            start.cuda(), there.features, *(part.cuda() for part in more)
        )
        scale = 1.0 + here.abs().max()
        torch.testing.assert_close(far.cpu() / scale, here / scale, rtol=0, atol=1e-10)
    kinds = ["moments", "complete"] if problem.mixture.output.density else ["moments"]
    for kind in kinds:
        cpu = vars(getattr(problem, kind)(start, rows))
        gpu = vars(getattr(there, kind)(start.cuda(), rows.cuda()))
        for name, value in cpu.items():
            scale = 1.0 + value.abs().max()
            torch.testing.assert_close(gpu[name].cpu() / scale, value / scale, rtol=0, atol=1e-10)


@needs_gpu
@pytest.mark.cuda
def test_fits_agree_between_processors(pairing, rng):
    """A few steps of every method; more would magnify roundings where a fit is ill-posed."""
    problem, start, _ = task(rng, *pairing, fits=2, n=400)
    for method in methods(problem, steps=5):
        cpu, gpu = run(method, problem, start), run(method, on_gpu(problem), start.cuda())
        torch.testing.assert_close(gpu.cost.cpu(), cpu.cost, rtol=1e-8, atol=1e-8)


def test_a_problem_knows_its_own_scale(rng):
    squares, _, _ = task(rng, "linear", "softmax", "tanh", fits=1)
    deviance, _, _ = task(rng, "linear", "softmax", "tanh", "gaussian", fits=1)
    cost = torch.tensor([-3.0], dtype=torch.float64)
    assert torch.equal(squares.scale(cost), cost)
    assert deviance.scale(cost).item() == deviance.samples
