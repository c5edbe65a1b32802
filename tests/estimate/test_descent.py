"""The compiled descent beside the tensor's way, which is the reference, and beside hand's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from moeviz.errors import Cancelled, ShapeError
from moeviz.estimate import (
    Status,
    StochasticGradient,
    fit_stochastic_gradient,
    make_problem,
    with_costs,
)
from moeviz.kernels import KERNEL
from moeviz.model import Features, make_mixture
from moeviz.model.fused import descent
from moeviz.model.fused.machine import BLOCK
from moeviz.model.moments import costs, moments
from tests.support import some_fits, task

OUTPUTS = [("regression", 2), ("gaussian", 2), ("categorical", 2), ("categorical", 4)]
"""Names, and how many classes."""


def run(problem, start, protocol, **more):
    """Each fit has the stream of its data set's number."""
    seeds = problem.response[problem.rows, 0].mul(1e6).long().abs().tolist()
    streams = [np.random.default_rng((seed, row)) for row, seed in enumerate(seeds)]
    return fit_stochastic_gradient(problem, start, protocol, streams, **more)


@pytest.fixture
def by_tensors(monkeypatch):
    """The same, tensor by tensor."""

    def run_by_tensors(*case, **more):
        with monkeypatch.context() as patch:
            patch.setenv(KERNEL, "torch")
            return run(*case, **more)

    return run_by_tensors


def apart(found, wanted):
    """Return how far fits are apart, as a share of each fit's largest parameter."""
    assert torch.equal(found.status, wanted.status)
    return ((found.theta - wanted.theta).abs().amax(1) / wanted.theta.abs().amax(1)).max()


@pytest.mark.few(30)
def test_an_epoch_of_every_combination_ends_where_the_tensors_does(combination, rng, by_tensors):
    problem, start, _ = task(rng, *combination, n=60, fits=2, classes=3)
    score = problem.mixture.score
    assert descent.supported(problem.mixture) == (not score.reads_expert)
    protocol = StochasticGradient(epochs=1, rate=0.05, batch=16)
    found, wanted = run(problem, start, protocol), by_tensors(problem, start, protocol)
    assert apart(found, wanted) <= 1e-14
    torch.testing.assert_close(found.cost, wanted.cost, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("output_name", "classes"), OUTPUTS)
@pytest.mark.parametrize("atoms", [1, 2, 5])
@pytest.mark.parametrize(("dimension", "samples", "batch"), [
    (1, 7, 1), (2, 50, 7), (2, 2 * BLOCK + 5, BLOCK), (7, 700, BLOCK + 44), (33, 90, 32),
    (3, 40, 1000), (4, 9, 8), (2, 2 * BLOCK + 9, 0),
])  # fmt: skip
def test_every_size_ends_where_the_tensors_does(
    atoms, dimension, samples, batch, output_name, classes, rng, by_tensors
):
    case = ("perturbed-cosine", "softmax", "tanh", output_name)
    problem, start, _ = task(
        rng, *case, n=samples, fits=3, atoms=atoms, dimension=dimension, classes=classes
    )
    protocol = StochasticGradient(epochs=2, rate=0.02, batch=batch)
    found, wanted = run(problem, start, protocol), by_tensors(problem, start, protocol)
    assert apart(found, wanted) <= 1e-13


@pytest.mark.parametrize(("rate", "share"), [(0.02, 1e-14), (0.1, 1e-10)])
def test_at_the_papers_rate_ten_epochs_keep_nine_digits(rate, share, output, rng, by_tensors):
    """Steps that are too long amplify rounding, so that the rate of a fit says what is left."""
    problem, start, _ = task(rng, "perturbed-cosine", "softmax", "relu", output, n=400, fits=4)
    protocol = StochasticGradient(epochs=10, rate=rate, batch=16)
    assert apart(run(problem, start, protocol), by_tensors(problem, start, protocol)) <= share


def one_expert(x, y, atoms=1):
    """Linear experts and one sample, or more that are alike, beginning at 0."""
    mixture = make_mixture("linear", "softmax", "linear")
    features = mixture.features(torch.tensor(x, dtype=torch.float64).reshape(1, 1, -1))
    response = torch.tensor(y, dtype=torch.float64).reshape(1, -1)
    size = mixture.layout(atoms, 1).size
    lower = torch.full((size,), -9.0, dtype=torch.float64)
    problem = make_problem(mixture, features, response, (lower, -lower))
    return problem, torch.zeros(1, size, dtype=torch.float64)


def test_one_step_of_a_line_is_what_a_hand_computes():
    """At a = b = 0 the residual is 3, so a moves by 2 rate 3 x and b by 2 rate 3: then 3 is met."""
    problem, start = one_expert([2.0], [3.0])
    found = run(problem, start, StochasticGradient(epochs=1, rate=0.1, batch=1))
    expected = torch.tensor([[0.0, 0.0, 1.2, 0.6]], dtype=torch.float64)
    torch.testing.assert_close(found.theta, expected, rtol=1e-15, atol=0.0)
    assert found.cost.item() == pytest.approx(0.0, abs=1e-28)


def test_one_step_of_a_gate_is_what_a_hand_computes():
    """Two experts say 1 and -1 with weight 1/2 each; 1 is observed at x = 0, of all three samples.

    The residual is 1, and the mean's derivative by a score is 1/2 (1 - 0) and 1/2 (-1 - 0).
    """
    problem, start = one_expert([0.0] * 3, [1.0] * 3, atoms=2)
    start[0, 3], start[0, 7] = 1.0, -1.0
    found = run(problem, start, StochasticGradient(epochs=1, rate=0.1, batch=3))
    expected = torch.tensor([[0.0, 0.1, 0.0, 1.1, 0.0, -0.1, 0.0, -0.9]], dtype=torch.float64)
    torch.testing.assert_close(found.theta, expected, rtol=1e-15, atol=1e-16)


@pytest.mark.parametrize(("output_name", "classes"), OUTPUTS)
@pytest.mark.parametrize("batch", [0, 1, 40, BLOCK + 3])
def test_a_descent_depends_neither_on_its_batch_nor_on_its_calls(
    output_name, classes, batch, rng, monkeypatch
):
    problem, start, _ = task(
        rng, "cosine", "softmax", "tanh", output_name, n=300, fits=5, classes=classes
    )
    protocol = StochasticGradient(epochs=2, rate=0.05, batch=batch)
    streams = [np.random.default_rng(row) for row in range(5)]
    whole = fit_stochastic_gradient(problem, start, protocol, streams)
    monkeypatch.setattr(descent, "WORK", 1.0)  # a call for each batch
    for rows in ([0, 1, 2, 3, 4], [3], [4, 1]):
        streams = [np.random.default_rng(row) for row in rows]
        part = fit_stochastic_gradient(some_fits(problem, rows), start[rows], protocol, streams)
        assert torch.equal(part.theta, whole.theta[rows])
        assert torch.equal(part.cost, whole.cost[rows])


def test_features_in_any_memory_layout_give_the_same_bits(rng):
    problem, start, _ = task(rng, "linear", "softmax", "relu", n=100, fits=3)
    turned = Features(
        problem.features.gate.mT.contiguous().mT, problem.features.expert.mT.contiguous().mT
    )
    protocol = StochasticGradient(2, 0.05, 32)
    other = replace(problem, features=turned, response=problem.response.T.contiguous().T)
    assert torch.equal(run(problem, start, protocol).theta, run(other, start, protocol).theta)


def test_several_starts_share_a_data_set(rng, by_tensors):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", n=80, fits=2)
    bounds = (problem.lower, problem.upper)
    several = make_problem(problem.mixture, problem.features, problem.response, bounds, 3)
    starts = start.repeat_interleave(3, 0) * torch.linspace(0.5, 1.0, 6)[:, None]
    protocol = StochasticGradient(2, 0.05, 16)
    assert apart(run(several, starts, protocol), by_tensors(several, starts, protocol)) <= 1e-14


@pytest.mark.parametrize("batch", [0, 32])
@pytest.mark.parametrize("rate", [10.0, 1e3, 1e9])
def test_what_diverges_diverges_in_both_ways(output, rate, batch, rng, by_tensors):
    problem, start, _ = task(rng, "linear", "softmax", "polynomial", output, n=200, fits=3)
    protocol = StochasticGradient(10, rate, batch)
    found, wanted = run(problem, start, protocol), by_tensors(problem, start, protocol)
    lost = found.status == int(Status.DIVERGED)
    assert torch.equal(found.status, wanted.status)
    assert torch.equal(found.theta[lost], start[lost])
    assert torch.isinf(found.cost[lost]).all()


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_data_that_are_no_numbers_spoil_their_own_fit_alone(output, bad, rng, by_tensors):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", output, n=100, fits=3)
    expert = problem.features.expert.clone()
    expert[1, 0, 3] = bad
    broken = replace(problem, features=Features(problem.features.gate, expert))
    protocol = StochasticGradient(1, 0.1, 32)
    found, good = run(broken, start, protocol), run(problem, start, protocol)
    assert found.status.tolist() == by_tensors(broken, start, protocol).status.tolist()
    assert torch.equal(found.theta[[0, 2]], good.theta[[0, 2]])
    assert found.status[1] != int(Status.PROTOCOL) or bad == torch.inf  # tanh of it is 1


def test_gates_of_zeros_stay_where_they_are(rng, by_tensors):
    problem, start, _ = task(rng, "cosine", "softmax", "tanh", n=100, fits=2)
    gate = problem.mixture.layout(2, 2).column(0, "gate")
    start[:, gate] = 0.0
    protocol = StochasticGradient(2, 0.05, 16)
    found = run(problem, start, protocol)
    assert (found.theta[:, gate] == 0.0).all()
    assert apart(found, by_tensors(problem, start, protocol)) <= 1e-14


@pytest.mark.parametrize(("missing", "end"), [((1, 0), 3), ((0, 1), 3), ((0, 0), 4)])
def test_compiled_steps_read_nothing_beside_their_arrays(missing, end, rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", n=30, fits=2)
    free, floor = torch.ones(start.shape[1]).double(), torch.full_like(start[0], -torch.inf)
    data = (problem.features, problem.response, problem.rows)
    walking = descent.Descent(problem.mixture, start, *data, free, floor, batch=10, rate=0.1)
    order = np.tile(np.arange(30 - missing[1]), (2 - missing[0], 1))
    with pytest.raises(ShapeError, match="Expected orders"):
        walking.walk(order, 0, end)
    assert torch.equal(walking.theta, start)


@pytest.mark.parametrize("kept", [None, 500])
@pytest.mark.parametrize("batch", [1, 16])
def test_paths_are_kept_at_the_tensors_steps(batch, kept, rng, by_tensors):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", "gaussian", n=90, fits=3)
    protocol = StochasticGradient(3, 0.02, batch)
    plain = run(problem, start, protocol)
    seen = run(problem, start, protocol, watched=2, kept=kept)
    wanted = by_tensors(problem, start, protocol, watched=2, kept=kept)
    assert torch.equal(plain.theta, seen.theta)
    assert len(seen.paths) == len(wanted.paths) == 2
    for path, other in zip(seen.paths, wanted.paths, strict=True):
        assert path.steps == other.steps
        assert path.steps[-1] == 3 * -(-90 // batch)
        torch.testing.assert_close(path.theta, other.theta, rtol=1e-10, atol=1e-12)
        alone = with_costs(problem, path, alone=True).cost
        assert alone[-1] == path.cost[-1]
        torch.testing.assert_close(alone, with_costs(problem, path).cost, rtol=1e-12, atol=1e-10)


def test_a_descent_is_asked_between_its_calls(rng, monkeypatch):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", n=100, fits=2)
    protocol, asked = StochasticGradient(3, 0.02, 10), []
    run(problem, start, protocol, should_stop=lambda: asked.append(0))
    assert len(asked) == 3 * (1 + 2)  # an epoch is a call, and an order for each fit
    monkeypatch.setattr(descent, "WORK", 1.0)  # a call for each batch
    asked.clear()
    with pytest.raises(Cancelled, match="before its epochs"):
        run(problem, start, protocol, should_stop=lambda: asked.append(0) or len(asked) == 8)
    assert len(asked) == 8


@pytest.mark.parametrize(("output_name", "classes"), OUTPUTS)
@pytest.mark.parametrize("samples", [1, 3 * BLOCK + 19])
def test_costs_alone_are_those_of_the_moments(output_name, classes, samples, rng):
    problem, start, _ = task(
        rng, "cosine", "softmax", "tanh", output_name, n=samples, fits=4, classes=classes
    )
    case = (problem.mixture, start, problem.features, problem.response, problem.rows)
    found, wanted = costs(*case), moments(*case).cost
    torch.testing.assert_close(found, wanted, rtol=1e-13, atol=1e-12)
    part = costs(*case[:1], start[[2, 0]], *case[2:4], torch.tensor([2, 0]))
    assert torch.equal(part, found[[2, 0]])


def test_a_cancel_is_heard_before_each_order_of_the_samples(rng):
    problem, start, _ = task(rng, "linear", "softmax", "tanh", fits=6, n=50)
    drawn, asked = [], []

    class Counting:
        def permutation(self, n):
            drawn.append(n)
            return np.arange(n)

    def stop():
        asked.append(True)
        return len(drawn) == 2

    with pytest.raises(Cancelled):
        fit_stochastic_gradient(
            problem, start, StochasticGradient(1, 0.1, 10), [Counting()] * 6, stop
        )
    assert len(drawn) == 2
    assert len(asked) == 3
