"""One run of expectation-maximisation that serves many ways to end it.

No rule, tolerance or number of iterations has a say in where the steps lead, only in when they
end. So one run that goes on until the last way has ended passes through the end of each; there a
fit's parameters are written down, and nothing is kept of its path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch

from moeviz.estimate.em import ExpectationMaximisation
from moeviz.estimate.em_rule import EM_RULES, EmRule, EmStep, EmWay, ends
from moeviz.estimate.problem import Problem
from moeviz.estimate.solver import FitResult, RunningFits, fit, on_boundary
from moeviz.estimate.status import Status
from moeviz.model.moments import Moments

if TYPE_CHECKING:
    from torch import Tensor


def fit_ways(
    problem: Problem,
    start: Tensor,
    ways: Sequence[EmWay],
    should_stop: Callable[[], bool] | None = None,
) -> tuple[FitResult, ...]:
    """Run expectation-maximisation once and return where each way would have ended it.

    Parameters
    ----------
    problem : Problem
    start : Tensor, shape (F, P)
        Clipped to the box.
    ways : sequence of EmWay
    should_stop : callable, optional
        Asked once per iteration; when it says yes the work stops.

    Returns
    -------
    tuple of FitResult
        One for each way, of F fits, to the last bit what a run of its own would have found.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    if not ways:
        return ()
    method = _Ways(ways, problem.clamp(start))
    found = fit(problem, start, method, should_stop)
    lost = found.status == int(Status.NON_FINITE)
    method.status[:, lost] = int(Status.NON_FINITE)
    return tuple(
        FitResult(theta, cost, status, steps, passes=steps.to(theta.dtype) + 1.0)
        for theta, cost, status, steps in zip(
            method.theta, method.cost, method.status, method.steps, strict=True
        )
    )


class _Ways:
    """The method, writing down where each of W ways ends.

    Attributes
    ----------
    theta, cost, status, steps : Tensor, shape (W, F, P), (W, F), (W, F), (W, F)
        Where each way has ended each fit; the start of one that it has not.
    going : Tensor of bool, shape (W, F)
    """

    def __init__(self, ways: Sequence[EmWay], start: Tensor) -> None:
        self._method, device = ExpectationMaximisation(), start.device
        self._limit = torch.tensor([[way.steps] for way in ways], device=device)
        self._rules: list[tuple[EmRule, Tensor, Tensor]] = []
        for name, rule in EM_RULES.items():
            mine = [number for number, way in enumerate(ways) if way.rule == name]
            if mine:
                tolerance = [[ways[number].tolerance] for number in mine]
                self._rules.append(
                    (
                        rule,
                        torch.tensor(mine, device=device),
                        torch.tensor(tolerance, dtype=start.dtype, device=device),
                    )
                )
        self._taken, self._most = 0, max(way.steps for way in ways)
        shape = (len(ways), start.shape[0])
        self.theta = start.expand(len(ways), *start.shape).clone()
        self.cost = start.new_empty(shape)
        self.status = torch.full(shape, int(Status.STEP_LIMIT), device=device)
        self.steps = torch.zeros_like(self.status)
        self.going = (self._limit > 0).expand(shape).clone()

    @property
    def max_steps(self) -> int:
        return self._most

    def moments(self, problem: Problem, theta: Tensor, fits: Tensor) -> Moments:
        found = self._method.moments(problem, theta, fits)
        self.cost[:] = found.cost
        return found

    def begin(self, cost: Tensor) -> Tensor:
        return self._method.begin(cost)

    def advance(self, problem: Problem, state: RunningFits) -> Tensor:
        self._taken += 1
        step = self._method.step(problem, state)
        ended = self._ended(step, problem.samples)
        index = state.index
        stops = self.going[:, index] & (ended != int(Status.RUNNING))
        if bool(stops.any()):
            edge = on_boundary(problem, state.theta) & (ended == int(Status.CONVERGED))
            ended = ended.masked_fill(edge, int(Status.BOUNDARY))
            way, row = stops.nonzero(as_tuple=True)
            fits = index[row]
            self.theta[way, fits] = state.theta[row]
            self.cost[way, fits] = state.at.cost[row]
            self.status[way, fits] = ended[way, row]
            self.steps[way, fits] = self._taken
            self.going[way, fits] = False
        over = ~self.going[:, index].any(0)
        return torch.where(over, int(Status.CONVERGED), int(Status.RUNNING))

    def _ended(self, step: EmStep, samples: int) -> Tensor:
        """Return how each way ends each running fit or lets it go on, shape (W, A)."""
        ended = self.status.new_empty(self.status.shape[0], step.rise.shape[0])
        for rule, ways, tolerance in self._rules:
            ended[ways] = ends(step, samples, rule, tolerance).expand(len(ways), -1)
        over = (self._limit <= self._taken) & (ended == int(Status.RUNNING))
        return ended.masked_fill(over, int(Status.STEP_LIMIT))
