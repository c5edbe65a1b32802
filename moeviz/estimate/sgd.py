"""Stochastic gradient descent, as the papers run it: a protocol, not an estimator.

A fixed number of epochs at a fixed rate, over mini-batches in a new random order each epoch.
Where it ends depends on the start, the rate and the batch size; it is shown beside the converged
estimator under its own name. With the whole sample as one batch it is gradient descent, one step
an epoch.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import torch

from moeviz.errors import Cancelled
from moeviz.estimate.path import Watch
from moeviz.estimate.problem import Problem
from moeviz.estimate.solver import FitResult
from moeviz.estimate.status import Status
from moeviz.model.fused.choice import allowed
from moeviz.model.fused.descent import PASS, Descent, supported
from moeviz.model.mixture import Features
from moeviz.model.moments import chunk_length, pieces, slopes
from moeviz.model.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor

Ask: TypeAlias = "Callable[[], None]"
"""Asks whether to stop, and raises if so."""

LARGEST = sys.float_info.epsilon**-0.5
"""The square of a parameter beyond this does not feel a 1 added to it: the fit has diverged."""


@dataclass(frozen=True)
class StochasticGradient:
    """The protocol.

    Attributes
    ----------
    epochs : int
        Passes over the data.
    rate : float
        Step along the gradient of the mean cost of a batch.
    batch : int
        Samples per batch; 0 takes the whole sample. The papers do not say theirs.

    Notes
    -----
    Source: `cosine` App. E.1 for epochs and rate.
    """

    epochs: int = 10
    rate: float = 0.1
    batch: int = 128


def fit_stochastic_gradient(
    problem: Problem,
    start: Tensor,
    protocol: StochasticGradient,
    streams: Sequence[np.random.Generator],
    should_stop: Callable[[], bool] | None = None,
    watched: int = 0,
    kept: int | None = None,
) -> FitResult:
    """Run the protocol from `start`.

    A fit has diverged when its cost, or a parameter, is no number at the end, or when a parameter
    is beyond :data:`LARGEST`.

    Parameters
    ----------
    problem : Problem
        Its box holds parameters with equal ends fixed and keeps variances positive; others are
        free, as in the protocol.
    start : Tensor, shape (F, P)
    protocol : StochasticGradient
    streams : sequence of numpy.random.Generator
        One for each fit; decides the order of its samples.
    should_stop : callable, optional
        Asked once per batch, or of compiled code some times a second; when it says yes the
        work stops.
    watched : int
        Of how many fits, from the first on, to keep the path; its costs are not numbers but at
        the end, see :func:`~moeviz.estimate.path.with_costs`.
    kept : int, optional
        How many of all its batches a path keeps; by default few of many.

    Returns
    -------
    FitResult
        Of a fit that failed, `theta` is its start and its cost is infinite.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    theta, watch = problem.clamp(start), Watch(watched, kept)
    every = torch.arange(theta.shape[0], device=theta.device)

    def ask() -> None:
        if should_stop is not None and should_stop():
            raise Cancelled("The fit was cancelled before its epochs were over.")

    compiled = supported(problem.mixture) and allowed(theta, PASS)
    walk = _compiled if compiled else _by_tensors
    theta, done = walk(problem, theta, protocol, streams, ask, watch)
    bounded = (theta.abs() <= LARGEST).all(1)
    cost = problem.costs(torch.where(bounded.unsqueeze(1), theta, start), every)
    bounded &= torch.isfinite(cost)
    status = torch.where(bounded, int(Status.PROTOCOL), int(Status.DIVERGED))
    if not bool(bounded.all()):
        began = torch.isfinite(problem.costs(problem.clamp(start), every))
        status = torch.where(bounded | began, status, int(Status.NON_FINITE))
    steps = torch.full_like(status, protocol.epochs)
    theta = torch.where(bounded.unsqueeze(1), theta, start)
    cost = cost.masked_fill(~bounded, torch.inf)
    paths = watch.paths(torch.full_like(steps, done), theta, cost)
    return FitResult(theta, cost, status, steps, paths=paths)


def _by_tensors(
    problem: Problem,
    theta: Tensor,
    protocol: StochasticGradient,
    streams: Sequence[np.random.Generator],
    ask: Ask,
    watch: Watch,
) -> tuple[Tensor, int]:
    """Take all steps, tensor by tensor; return where they end and how many there were."""
    moving, floor = _moving(problem), _floor(problem)
    done = 0
    with one_thread():
        for batch in _batches(problem, protocol, streams, ask):
            ask()
            watch.see(done, theta)
            if batch is None:
                slope, size = _whole_slope(problem, theta), problem.samples
            else:
                piece, observed = batch
                slope, size = slopes(problem.mixture, theta, piece, observed), observed.shape[1]
            theta = theta + moving * slope * (2.0 * protocol.rate / size)
            theta = torch.maximum(theta, floor)
            done += 1
    return theta, done


def _compiled(
    problem: Problem,
    theta: Tensor,
    protocol: StochasticGradient,
    streams: Sequence[np.random.Generator],
    ask: Ask,
    watch: Watch,
) -> tuple[Tensor, int]:
    """Take the same steps, many in a call; one that is watched begins a call."""
    descent = Descent(
        problem.mixture,
        theta,
        problem.features,
        problem.response,
        problem.rows,
        _moving(problem),
        _floor(problem),
        protocol.batch or problem.samples,
        protocol.rate,
    )
    # The whole sample is one batch in any order.
    any_order = None if protocol.batch else np.tile(np.arange(problem.samples), (len(theta), 1))
    done = 0
    for _ in range(protocol.epochs):
        order = _orders(problem, streams, ask) if any_order is None else any_order
        first = 0
        while first < descent.batches:
            ask()
            watch.see(done, descent.theta)
            most = min(descent.together, descent.batches - first)
            many = watch.until_next(done, most)
            descent.walk(order, first, first + many)
            first, done = first + many, done + many
    return descent.theta, done


def _whole_slope(problem: Problem, theta: Tensor) -> Tensor:
    """Return minus half the gradient over the whole sample, shape (F, P), chunk by chunk."""
    chunk, _ = chunk_length(problem.features, theta.device)
    total = torch.zeros_like(theta)
    for piece, observed in pieces(problem.features, problem.response, problem.rows, chunk):
        total += slopes(problem.mixture, theta, piece, observed)
    return total


def _orders(problem: Problem, streams: Sequence[np.random.Generator], ask: Ask) -> np.ndarray:
    """Return each fit's order of the samples in one epoch, shape (F, N); ask before each."""
    orders = np.empty((len(streams), problem.samples), dtype=np.int64)
    for order, stream in zip(orders, streams, strict=True):
        ask()
        order[:] = stream.permutation(problem.samples)
    return orders


def _batches(
    problem: Problem,
    protocol: StochasticGradient,
    streams: Sequence[np.random.Generator],
    ask: Ask,
) -> Iterator[tuple[Features, Tensor] | None]:
    """Yield every batch of every epoch; None for the whole sample, which has no order."""
    if not protocol.batch:
        yield from [None] * protocol.epochs
        return
    n = problem.samples
    features = problem.features.take(problem.rows, 0, n)
    response = problem.response.index_select(0, problem.rows)
    for _ in range(protocol.epochs):
        order = torch.from_numpy(_orders(problem, streams, ask))
        shuffled, answers = _reorder(features, response, order)
        for first in range(0, n, protocol.batch):
            at = slice(first, first + protocol.batch)
            yield Features(shuffled.gate[..., at], shuffled.expert[..., at]), answers[:, at]


def _floor(problem: Problem) -> Tensor:
    """Return the lower ends of positive parameters, and minus infinity elsewhere."""
    nowhere = torch.full_like(problem.lower, -torch.inf)
    return torch.where(problem.lower > 0, problem.lower, nowhere)


def _moving(problem: Problem) -> Tensor:
    """Return 1 for parameters that move and 0 for those that are fixed."""
    return (problem.upper > problem.lower).to(problem.lower.dtype)


def _reorder(features: Features, response: Tensor, order: Tensor) -> tuple[Features, Tensor]:
    order = order.to(response.device)

    def along(part: Tensor) -> Tensor:
        return part.gather(-1, order.unsqueeze(1).expand(-1, part.shape[1], -1))

    return Features(along(features.gate), along(features.expert)), response.gather(-1, order)
