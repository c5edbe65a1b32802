"""Epochs of stochastic gradient descent: compiled, tensor by tensor, and a plain loop of torch's.

All three take the same steps along the same orders of the samples; what is left between their ends
is in the row. The compiled way and the tensors' work on all fits of a case at once, the plain loop
on one after another with automatic differentiation, as its users write it. Seconds are processor
time of one core for one epoch of all fits, without what a run does once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from moeviz.bench.work import Row, row
from moeviz.estimate import Problem, StochasticGradient, box, fit_stochastic_gradient, make_problem
from moeviz.kernels import KERNEL
from moeviz.model import Mixture, make_mixture

EPOCHS = (1, 4)
"""Runs of so many epochs; their difference is what an epoch takes, without what is done once."""

ROUNDS = 5
"""Of each way, in turns; the fastest counts."""

RATE, BATCH = 0.01, 128
TAU1, TAU2 = 0.5, 0.1


@dataclass(frozen=True)
class Case:
    """A model and its size."""

    router: str
    expert: str
    output: str
    atoms: int
    inputs: int
    n: int
    fits: int

    @property
    def mixture(self) -> Mixture:
        """The model."""
        parts = (self.router, "softmax", self.expert, self.output)
        return make_mixture(*parts, tau1=TAU1, tau2=TAU2)

    @property
    def work(self) -> str:
        """What is done, in words."""
        return (
            f"an epoch of {self.fits} fits, {self.router} router, {self.expert} experts, "
            f"{self.output}, k={self.atoms}, d={self.inputs}, n={self.n:,}, batches of {BATCH}"
        )

    def problem(self) -> tuple[Problem, Tensor]:
        """Return random data and starts."""
        mixture, rng = self.mixture, torch.Generator().manual_seed(0)
        layout = mixture.layout(self.atoms, self.inputs)
        shape = (self.fits, self.inputs, self.n)
        x = 2.0 * torch.rand(*shape, dtype=torch.float64, generator=rng) - 1.0
        start = torch.randn(self.fits, layout.size, dtype=torch.float64, generator=rng)
        y = torch.randn(self.fits, self.n, dtype=torch.float64, generator=rng)
        if self.output == "categorical":
            y = (y > 0.0).to(y.dtype)
        problem = make_problem(mixture, mixture.features(x), y, box(mixture, layout, 100.0))
        return problem, problem.clamp(start / self.inputs**0.5)


CASES = (
    Case("perturbed-cosine", "tanh", "regression", 2, 2, 20_000, 10),
    Case("perturbed-cosine", "relu", "regression", 8, 32, 10_000, 4),
    Case("linear", "linear", "categorical", 3, 2, 20_000, 10),
)


def _streams(fits: int) -> list[np.random.Generator]:
    return [np.random.default_rng(fit) for fit in range(fits)]


def _ours(problem: Problem, start: Tensor, epochs: int) -> Tensor:
    protocol = StochasticGradient(epochs, RATE, BATCH)
    return fit_stochastic_gradient(problem, start, protocol, _streams(len(start))).theta


def _cost(case: Case, atoms: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Return the mean cost of one fit on inputs, shape (B, D), written by hand."""
    d = case.inputs
    gate, offset, slope, level = atoms[:, :d], atoms[:, d], atoms[:, d + 1 : -1], atoms[:, -1]
    if case.router == "perturbed-cosine":
        gate = gate / (gate.norm(dim=1, keepdim=True) + TAU1)
        scores = (x / (x.norm(dim=1, keepdim=True) + TAU2)) @ gate.T + offset
    else:
        scores = x @ gate.T + offset
    heads = x @ slope.T + level
    if case.output == "categorical":
        logs = torch.nn.functional.logsigmoid(torch.where(y[:, None] == 0, heads, -heads))
        each: Tensor = -2.0 * (scores.log_softmax(1) + logs).logsumexp(1)
    else:
        values = heads.tanh() if case.expert == "tanh" else heads.relu()
        each = (y - (scores.softmax(1) * values).sum(1)) ** 2
    return each.mean()


def _plain(case: Case, problem: Problem, start: Tensor, epochs: int) -> Tensor:
    """Run a loop over fits and batches by automatic differentiation."""
    moving = (problem.upper > problem.lower).to(start.dtype).reshape(case.atoms, -1)
    ends = []
    for fit, stream in enumerate(_streams(len(start))):
        x, y = problem.features.expert[fit, :-1].T.contiguous(), problem.response[fit]
        atoms = start[fit].reshape(case.atoms, -1).clone().requires_grad_()
        for _ in range(epochs):
            order = torch.from_numpy(stream.permutation(case.n))
            for first in range(0, case.n, BATCH):
                chosen = order[first : first + BATCH]
                (slope,) = torch.autograd.grad(_cost(case, atoms, x[chosen], y[chosen]), atoms)
                with torch.no_grad():
                    atoms -= RATE * moving * slope
        ends.append(atoms.detach().flatten())
    return torch.stack(ends)


def _seconds(run: Callable[[int], Tensor]) -> list[float]:
    """Return the processor seconds of runs of :data:`EPOCHS`."""
    found = []
    for epochs in EPOCHS:
        began = time.process_time()
        run(epochs)
        found.append(time.process_time() - began)
    return found


def _measured(case: Case) -> Iterator[tuple[str, float, Tensor]]:
    """Yield each way with the seconds of an epoch and where it ends after one."""
    problem, start = case.problem()

    def going(way: str) -> Callable[[int], Tensor]:
        def run(epochs: int) -> Tensor:
            os.environ[KERNEL] = way
            return _ours(problem, start, epochs)

        return run

    ways: dict[str, Callable[[int], Tensor]] = {
        "compiled": going("fused"),
        "tensor by tensor": going("torch"),
        "plain loop": lambda epochs: _plain(case, problem, start, epochs),
    }
    before = os.environ.get(KERNEL)
    ends = {way: run(1) for way, run in ways.items()}  # the first run loads or compiles
    least = {way: [float("inf")] * len(EPOCHS) for way in ways}
    for _ in range(ROUNDS):
        for way, run in ways.items():
            least[way] = list(map(min, least[way], _seconds(run)))
    if before is None:
        del os.environ[KERNEL]
    else:
        os.environ[KERNEL] = before
    for way, (few, many) in least.items():
        yield way, (many - few) / (EPOCHS[1] - EPOCHS[0]), ends[way]


def sgd_benchmark() -> list[Row]:
    """Measure an epoch of every case beside both peers."""
    torch.set_num_threads(1)
    rows = []
    for case in CASES:
        (_, ours, theta), *peers = _measured(case)
        per = 1e9 / (case.n * case.fits)
        for peer, seconds, other in peers:
            rows.append(
                row(
                    "sgd", case.work, ours, peer, seconds,
                    nanoseconds_per_sample_and_fit=per * ours,
                    peer_nanoseconds_per_sample_and_fit=per * seconds,
                    largest_difference=float((theta - other).abs().max()),
                )
            )  # fmt: skip
    return rows
