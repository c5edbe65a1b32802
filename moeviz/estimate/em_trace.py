"""One run of expectation-maximisation that serves every tolerance.

Where the steps lead does not depend on the tolerance, only when they end does. So a run with a
small tolerance and many steps has passed through the end of every run with a larger tolerance or
fewer steps, and what each step said is enough to find that end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from moeviz.errors import SpecificationError
from moeviz.estimate.em import ExpectationMaximisation
from moeviz.estimate.em_rule import EM_RULES, EmStep, ends
from moeviz.estimate.problem import Problem
from moeviz.estimate.solver import FitResult, RunningFits, fit, on_boundary
from moeviz.estimate.status import Status
from moeviz.model.moments import Moments

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class EmTrace:
    """What every step of a run said.

    Attributes
    ----------
    method : ExpectationMaximisation
        With which it ran.
    samples : int
        N.
    found : FitResult
        Where that run ended.
    start : Tensor, shape (F, P)
        Clipped to the box.
    cost : Tensor, shape (F, T + 1)
        At the start and after each step; a fit that has ended stays where it is.
    index : tuple of Tensor of int, shape (A,)
        Which fits each step moved.
    steps : tuple of EmStep
        What each step said about them.
    edge : tuple of Tensor of bool, shape (A,)
        Which of them were on the edge of the box after it.
    path : tuple of Tensor, shape (A, P)
        Where they were after it; empty where nobody asked for it.
    """

    method: ExpectationMaximisation
    samples: int
    found: FitResult
    start: Tensor
    cost: Tensor
    index: tuple[Tensor, ...]
    steps: tuple[EmStep, ...]
    edge: tuple[Tensor, ...]
    path: tuple[Tensor, ...]

    def stopped_at(self, tolerance: float, max_steps: int | None = None) -> FitResult:
        """Return what a run with another tolerance and the same rule would have found, to the bit.

        Parameters
        ----------
        tolerance : float
            At least that of the run.
        max_steps : int, optional
            At most that of the run, which is the default.

        Returns
        -------
        FitResult
            Parameters are no numbers where a path was not kept, except of fits that had ended at
            their start.

        Raises
        ------
        SpecificationError
            If the run cannot know.
        """
        limit = self.method.max_steps if max_steps is None else max_steps
        rule = EM_RULES[self.method.rule]
        if not tolerance >= self.method.tolerance or not 0 <= limit <= self.method.max_steps:
            raise SpecificationError(
                f"Expected a tolerance of at least {self.method.tolerance:g} and at most "
                f"{self.method.max_steps} steps, as those of the run, but got {tolerance:g} and "
                f"{limit}; run it again with a smaller tolerance or more steps."
            )
        status = torch.full_like(self.found.status, int(Status.RUNNING))
        status[self.found.status == int(Status.NON_FINITE)] = int(Status.NON_FINITE)
        steps = torch.zeros_like(self.found.steps)
        theta = self.start.clone()
        for number, (index, step, edge) in enumerate(
            zip(self.index[:limit], self.steps, self.edge, strict=False), start=1
        ):
            going = status[index] == int(Status.RUNNING)
            if not going.any():
                break
            ended = ends(step, self.samples, rule, tolerance)
            ended[edge & (ended == int(Status.CONVERGED))] = int(Status.BOUNDARY)
            moved = index[going]
            steps[moved] = number
            status[moved] = ended[going]
            theta[moved] = self.path[number - 1][going] if self.path else torch.nan
        status[status == int(Status.RUNNING)] = int(Status.STEP_LIMIT)
        cost = self.cost.gather(1, steps.unsqueeze(1)).squeeze(1)
        return FitResult(theta, cost, status, steps)


@dataclass
class _Recorder:
    """The method, remembering what its steps say."""

    method: ExpectationMaximisation
    keep_path: bool
    index: list[Tensor] = field(default_factory=list)
    steps: list[EmStep] = field(default_factory=list)
    edge: list[Tensor] = field(default_factory=list)
    path: list[Tensor] = field(default_factory=list)

    @property
    def max_steps(self) -> int:
        return self.method.max_steps

    def moments(self, problem: Problem, theta: Tensor, fits: Tensor) -> Moments:
        return self.method.moments(problem, theta, fits)

    def begin(self, cost: Tensor) -> Tensor:
        return self.method.begin(cost)

    def advance(self, problem: Problem, state: RunningFits) -> Tensor:
        step = self.method.step(problem, state)
        self.index.append(state.index)
        self.steps.append(step)
        self.edge.append(on_boundary(problem, state.theta))
        if self.keep_path:
            self.path.append(state.theta)
        rule = EM_RULES[self.method.rule]
        return ends(step, problem.samples, rule, self.method.tolerance)


def trace_em(
    problem: Problem,
    start: Tensor,
    method: ExpectationMaximisation,
    should_stop: Callable[[], bool] | None = None,
    keep_path: bool = False,
) -> EmTrace:
    """Run expectation-maximisation once and keep what every step said.

    Parameters
    ----------
    problem : Problem
    start : Tensor, shape (F, P)
        Clipped to the box.
    method : ExpectationMaximisation
        With the smallest tolerance and the most steps that anybody will ask for.
    should_stop : callable, optional
        Asked once per step; when it says yes the work stops.
    keep_path : bool
        Whether to keep the parameters after each step, 8 P bytes per fit and step.

    Returns
    -------
    EmTrace

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    recorder = _Recorder(method, keep_path)
    found = fit(problem, start, recorder, should_stop, keep_trace=True)
    return EmTrace(
        method,
        problem.samples,
        found,
        problem.clamp(start),
        torch.stack(found.trace, dim=1),
        tuple(recorder.index),
        tuple(recorder.steps),
        tuple(recorder.edge),
        tuple(recorder.path),
    )
