"""Fits that start on a part of the sample and end on the whole.

Samples are independent and alike, so that the first part of them already says roughly where the
minimum lies: the steps from afar are taken there, at a fraction of their price, and the whole
sample is passed over a few times only. What is minimised in the end, the box and the starts are
those of a fit to the whole sample from the beginning; where a cost has several minima near each
other, another one may be reached.

A fit that does not converge inside the box on a part begins anew, from its own start, on the whole
sample. Every start of a data set is carried through to the end; none is dropped on a part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from moeviz.estimate.newton import LevenbergMarquardt
from moeviz.estimate.path import Path, Watch, joined, with_costs
from moeviz.estimate.problem import Problem
from moeviz.estimate.solver import FitResult, Run, choose, on_boundary
from moeviz.estimate.status import Status
from moeviz.model.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Stage:
    """A part of the sample.

    Attributes
    ----------
    divisor : int
        The part is N over this.
    enough : float
        A fit goes on when its next step promises less than this share of one observation's cost;
        that step leads to where it goes on.
    """

    divisor: int
    enough: float


STAGES = (Stage(30, 0.1), Stage(5, 1.0))
"""Parts of growing size, chosen by the number of passes that presets of the laboratory take."""

WHOLE = 10_000
"""Fewer samples than this are fitted as a whole from the beginning."""

FEWEST = 1000
"""Samples that a part must have."""

FOR_EACH = 20
"""Samples that a part must have for each parameter."""

STEPS = 40
"""Trial points on a part; whoever has not converged then begins anew on the whole sample."""


def stages_of(samples: int, size: int) -> tuple[tuple[int, float], ...]:
    """Return the parts that a fit of P = `size` parameters goes through before the whole sample.

    Parameters
    ----------
    samples, size : int

    Returns
    -------
    tuple of (int, float)
        Samples of each part, and what is enough there.
    """
    if samples < WHOLE:
        return ()
    least = max(FEWEST, FOR_EACH * size)
    parts = ((samples // stage.divisor, stage.enough) for stage in STAGES)
    return tuple((count, enough) for count, enough in parts if count >= least)


def fit_staged(
    problem: Problem,
    start: Tensor,
    method: LevenbergMarquardt,
    should_stop: Callable[[], bool] | None = None,
    keep_trace: bool = False,
    watched: int = 0,
) -> FitResult:
    """Minimise the costs of all fits from `start`, first on parts of the sample.

    Parameters
    ----------
    problem : Problem
    start : Tensor, shape (F, P)
        Clipped to the box.
    method : LevenbergMarquardt
        Its steps are those allowed on the whole sample.
    should_stop : callable, optional
        Asked once per step; when it says yes the work stops.
    keep_trace : bool
        Whether to keep every fit's cost after each step on the whole sample.
    watched : int
        Of how many fits, from the first on, to keep the path.

    Returns
    -------
    FitResult
        A path shows the steps on the parts, too, each with the cost of the whole sample; of a fit
        that began anew it shows its start and its steps from then on.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    with one_thread():
        return _Stages(problem, start, method, watched).to_end(should_stop, keep_trace)


class _Stages:
    """What the stages of a batch hand on."""

    def __init__(
        self, problem: Problem, start: Tensor, method: LevenbergMarquardt, watched: int
    ) -> None:
        self._problem, self._method, self._watched = problem, method, watched
        self._start = problem.clamp(start)
        self._theta = self._start
        self._first = start.new_full((start.shape[0],), method.initial_damping)
        self._damping = self._first
        self._going = torch.arange(start.shape[0], device=start.device)
        self._steps = torch.zeros_like(self._going)
        self._passes = torch.zeros_like(self._first)
        self._walks: list[list[tuple[int, Path]]] = [[] for _ in range(watched)]

    def to_end(self, should_stop: Callable[[], bool] | None, keep_trace: bool) -> FitResult:
        for count, enough in stages_of(self._problem.samples, self._start.shape[1]):
            if self._going.numel():
                self._on_part(count, enough, should_stop)
        watch = Watch(self._watched)
        run = Run(self._problem, self._theta, self._method, self._damping, keep_trace, watch)
        found = run.to_end(should_stop)
        assert found.passes is not None
        lost = found.status == int(Status.NON_FINITE)
        return replace(
            found,
            theta=choose(lost, self._start, found.theta),
            steps=found.steps + self._steps,
            passes=found.passes + self._passes,
            paths=[self._walked(path) for path in found.paths],
        )

    def _on_part(self, count: int, enough: float, should_stop: Callable[[], bool] | None) -> None:
        going, whole = self._going, self._problem
        part = whole.part(count, going)
        steps = min(STEPS, self._method.max_steps)
        method = replace(self._method, max_steps=steps, enough=enough)
        numbers: Sequence[int] = going[: self._watched].tolist()
        watched = [number for number in numbers if number < self._watched]
        watch = Watch(len(watched))
        run = Run(part, self._theta[going], method, self._damping[going], watch=watch)
        found = run.to_end(should_stop)
        assert found.passes is not None
        fine = (found.status == int(Status.CONVERGED)) & ~on_boundary(whole, run.ahead)
        for number, path, goes_on in zip(watched, found.paths, fine.tolist(), strict=False):
            seen = (int(self._steps[number]), replace(path, start=number))
            self._walks[number] = [*self._walks[number], seen] if goes_on else []
        theta = choose(fine, run.ahead, self._start[going])
        self._theta = self._theta.index_copy(0, going, theta)
        damping = torch.where(fine, run.damping, self._first[going])
        self._damping = self._damping.index_copy(0, going, damping)
        self._steps = self._steps.index_add(0, going, found.steps + 1)
        share = count / whole.samples
        self._passes = self._passes.index_add(0, going, share * found.passes)
        self._going = going[fine]

    def _walked(self, path: Path) -> Path:
        """Return a path on the whole sample with what came before it."""
        number, before = path.start, int(self._steps[path.start])
        if not before:
            return path
        walks = self._walks[number]
        if walks:
            earlier = [(step, with_costs(self._problem, walk)) for step, walk in walks]
            return joined([*earlier, (before, path)])
        # The start is where the whole sample's path begins, too.
        return replace(path, steps=(0, *(step + before for step in path.steps[1:])))
