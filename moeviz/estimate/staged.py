"""Fits that start on a part of the sample and end on the whole.

Samples are independent and alike, so that the first part of them already says roughly where the
minimum lies: the steps from afar are taken there, at a fraction of their price, and the whole
sample is passed over a few times only. What is minimised in the end, the box and the starts are
those of a fit to the whole sample from the beginning; where a cost has several minima near each
other, another one may be reached.

A fit that does not converge inside the box on a part, or whose cost on the whole sample is no
number where a part has led it, begins anew, from its own start, on the whole sample. Every start of
a data set is carried through to the end; none is dropped on a part.
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
"""Trial points on a part, and with the next a quarter of those allowed at most.

Whoever has not converged then begins anew on the whole sample.
"""


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
        Its steps are those allowed to each fit, on the parts and the whole sample together; at most
        half of them go to the parts. Of fewer than 8 none do: there are no parts.
    should_stop : callable, optional
        Asked once per step; when it says yes the work stops.
    keep_trace : bool
        Whether to keep every fit's cost after each step on the whole sample. What comes first is
        the cost where the parts have led, or at the start of a fit that began anew.
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
        return _Stages(problem, start, method, watched, should_stop).to_end(keep_trace)


class _Stages:
    """What the stages of a batch hand on."""

    def __init__(
        self,
        problem: Problem,
        start: Tensor,
        method: LevenbergMarquardt,
        watched: int,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self._problem, self._method, self._watched = problem, method, watched
        self._should_stop = should_stop
        self._start = problem.clamp(start)
        self._theta = self._start
        self._first = start.new_full((start.shape[0],), method.initial_damping)
        self._damping = self._first
        self._going = torch.arange(start.shape[0], device=start.device)
        self._steps = torch.zeros_like(self._going)
        self._passes = torch.zeros_like(self._first)
        self._walks: list[list[tuple[int, Path]]] = [[] for _ in range(watched)]

    def to_end(self, keep_trace: bool) -> FitResult:
        """Fit on the parts, on the whole sample, and once more what was lost there."""
        every, allowed = self._going, self._method.max_steps
        # With what the parts leave, a fit can begin anew.
        steps = min(STEPS, allowed // 4 - 1)
        for count, enough in stages_of(self._problem.samples, self._start.shape[1]):
            if self._going.numel() and steps > 0:
                self._on_part(count, replace(self._method, max_steps=steps, enough=enough))
        found = self._on_whole(every, keep_trace)
        lost = found.status == int(Status.NON_FINITE)
        again = every[lost & (self._theta != self._start).any(1)]
        if again.numel():
            found = self._anew(found, again, keep_trace)
            lost = found.status == int(Status.NON_FINITE)
        return replace(found, theta=choose(lost, self._start, found.theta))

    def _run(
        self,
        problem: Problem,
        fits: Tensor,
        method: LevenbergMarquardt,
        keep_trace: bool = False,
    ) -> tuple[Run, FitResult]:
        """Go on with some fits from where they are; paths say whose they are."""
        numbers: Sequence[int] = fits[: self._watched].tolist()
        watched = [number for number in numbers if number < self._watched]
        watch, most = Watch(len(watched)), (self._method.max_steps - self._steps[fits]).tolist()
        start, damping = self._theta[fits], self._damping[fits]
        run = Run(problem, start, method, damping, keep_trace, watch, most)
        found = run.to_end(self._should_stop)
        paths = [
            replace(path, start=number) for number, path in zip(watched, found.paths, strict=True)
        ]
        return run, replace(found, paths=paths)

    def _on_part(self, count: int, method: LevenbergMarquardt) -> None:
        going, whole = self._going, self._problem
        run, found = self._run(whole.part(count, going), going, method)
        fine = (found.status == int(Status.CONVERGED)) & ~on_boundary(whole, run.ahead)
        for path, goes_on in zip(found.paths, fine.tolist(), strict=False):
            seen = (int(self._steps[path.start]), path)
            self._walks[path.start] = [*self._walks[path.start], seen] if goes_on else []
        self._move(going, choose(fine, run.ahead, self._start[going]))
        damping = torch.where(fine, run.damping, self._first[going])
        self._damping = self._damping.index_copy(0, going, damping)
        self._count(going, found, count / whole.samples)
        self._steps = self._steps.index_add(0, going, torch.ones_like(going))
        self._going = going[fine]

    def _on_whole(self, fits: Tensor, keep_trace: bool) -> FitResult:
        """Return fits of the whole sample; steps and passes are those from the start on."""
        problem = self._problem
        if fits.shape != problem.rows.shape:
            problem = replace(problem, rows=problem.rows[fits])
        _, found = self._run(problem, fits, self._method, keep_trace)
        paths = [self._walked(path) for path in found.paths]
        self._count(fits, found, 1.0)
        steps, passes = self._steps[fits], self._passes[fits]
        return replace(found, steps=steps, passes=passes, paths=paths)

    def _anew(self, found: FitResult, fits: Tensor, keep_trace: bool) -> FitResult:
        """Return all fits, of which some have begun anew from their own starts."""
        self._move(fits, self._start[fits])
        self._damping = self._damping.index_copy(0, fits, self._first[fits])
        for number in fits[: self._watched].tolist():
            if number < self._watched:
                self._walks[number] = []
        later = self._on_whole(fits, keep_trace)
        paths = {path.start: path for path in [*found.paths, *later.paths]}
        long = max(len(found.trace), len(later.trace))
        traces = (_prolonged(one.trace, long) for one in (found, later))
        merged = {
            name: getattr(found, name).index_copy(0, fits, getattr(later, name))
            for name in ("theta", "cost", "status", "steps", "passes")
        }
        return FitResult(
            **merged,
            trace=[one.index_copy(0, fits, two) for one, two in zip(*traces, strict=True)],
            paths=[paths[number] for number in sorted(paths)],
        )

    def _move(self, fits: Tensor, theta: Tensor) -> None:
        self._theta = self._theta.index_copy(0, fits, theta)

    def _count(self, fits: Tensor, found: FitResult, share: float) -> None:
        assert found.passes is not None
        self._steps = self._steps.index_add(0, fits, found.steps)
        self._passes = self._passes.index_add(0, fits, share * found.passes)

    def _walked(self, path: Path) -> Path:
        """Return a path on the whole sample with what came before it."""
        before = int(self._steps[path.start])
        if not before:
            return path
        walks = self._walks[path.start]
        if walks:
            earlier = [(step, with_costs(self._problem, walk)) for step, walk in walks]
            return joined([*earlier, (before, path)])
        # The start is where the whole sample's path begins, too.
        return replace(path, steps=(0, *(step + before for step in path.steps[1:])))


def _prolonged(trace: list[Tensor], length: int) -> list[Tensor]:
    """Return a trace in which ended fits stay where they are."""
    return [*trace, *trace[-1:] * (length - len(trace))]
