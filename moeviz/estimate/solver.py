"""The loop that all iterative estimators share.

A method proposes and accepts steps for the fits that are still running; the loop owns iteration,
step counts, traces, cancelling and how a fit ends. Each fit has its own state, and its arithmetic
never touches another's, so its result is the same, bit for bit, whoever shares its batch.

The host learns once per step how the fits went, in one small transfer; nothing else waits for the
device.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import torch

from moeviz.errors import Cancelled
from moeviz.estimate.path import Path, Watch
from moeviz.estimate.problem import Problem
from moeviz.estimate.status import Status
from moeviz.model.moments import Moments
from moeviz.model.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor

RUNAWAY = 1e30
"""Damping beyond which no step moves anything."""

SHORT = 1.0
"""A step damped by more is so much shorter than Newton's that its small gain proves nothing."""

WORTH = 0.01
"""A fall of the cost by less than this share of one observation's is not worth a step.

It moves no parameter by more than a tenth of its standard error.
"""


@dataclass(frozen=True)
class FitResult:
    """Where the fits ended.

    Attributes
    ----------
    theta : Tensor, shape (F, P)
        Fitted parameters; the start where a fit failed, which no reading may show.
    cost : Tensor, shape (F,)
        Sums of squared residuals, or deviances.
    status : Tensor of int, shape (F,)
        Values of :class:`Status`.
    steps : Tensor of int, shape (F,)
        Trial points used, those on a part of the sample included; epochs of stochastic gradient
        descent.
    trace : list of Tensor, shape (F,)
        The cost at the start and after each step, as long as it was kept.
    paths : list of Path
        Of the fits that were watched.
    passes : Tensor, shape (F,), optional
        Passes over the sample, those over a part of it in proportion; None of a protocol.
    """

    theta: Tensor
    cost: Tensor
    status: Tensor
    steps: Tensor
    trace: list[Tensor] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    passes: Tensor | None = None


def rows_of(part: Any, rows: Tensor) -> Any:
    """Return some fits of a tensor, or of a dataclass of such; other values stay as they are."""
    if isinstance(part, torch.Tensor):
        return part[rows]
    if is_dataclass(part) and not isinstance(part, type):
        kept = {one.name: rows_of(getattr(part, one.name), rows) for one in fields(part)}
        return replace(part, **kept)
    return part


@dataclass
class RunningFits:
    """The running fits; `index` says which fit of the batch each row is.

    Attributes
    ----------
    index : Tensor of int, shape (A,)
    theta : Tensor, shape (A, P)
    at : Moments
    damping, growth : Tensor, shape (A,)
    ahead : Tensor, shape (A, P), optional
        The next trial points, where a method knows them before its step.
    memory : dataclass of tensors of length A, optional
        What else a method remembers of each fit.
    bent : Tensor of bool, shape (A,), optional
        Which fits the method has found to need more than a quadratic model of their cost.
    any_bent : bool
        Whether the host has seen that there are some.
    """

    index: Tensor
    theta: Tensor
    at: Moments
    damping: Tensor
    growth: Tensor
    ahead: Tensor | None = None
    memory: Any = None
    bent: Tensor | None = None
    any_bent: bool = False

    def keep(self, rows: Tensor) -> RunningFits:
        """Return some of the fits."""
        kept: RunningFits = rows_of(self, rows)
        return kept

    def accept(self, accepted: Tensor, trial: Tensor, new: Moments) -> None:
        """Move the fits that `accepted` says, shape (A,), to their trial points."""
        self.theta = choose(accepted, trial, self.theta)
        self.at = type(self.at)(
            **{
                name: choose(accepted, getattr(new, name), value)
                for name, value in vars(self.at).items()
            }
        )


def choose(mask: Tensor, there: Tensor, elsewhere: Tensor) -> Tensor:
    """Return, fit by fit, the one value where `mask`, shape (A,), is true, else the other."""
    return torch.where(mask.reshape(-1, *[1] * (there.dim() - 1)), there, elsewhere)


class Method(Protocol):
    """One way to take steps."""

    @property
    def max_steps(self) -> int:
        """Trial points allowed for each fit."""
        ...

    def moments(self, problem: Problem, theta: Tensor, fits: Tensor) -> Moments:
        """Return what the method needs to know at `theta`."""
        ...

    def begin(self, cost: Tensor) -> Tensor:
        """Return the first damping of each fit."""
        ...

    def advance(self, problem: Problem, state: RunningFits) -> Tensor:
        """Take one step of every running fit, in place; return each one's :class:`Status`.

        It is RUNNING for those that go on. On the edge of the box, CONVERGED becomes BOUNDARY.
        """
        ...


def fit(
    problem: Problem,
    start: Tensor,
    method: Method,
    should_stop: Callable[[], bool] | None = None,
    keep_trace: bool = False,
    watched: int = 0,
    kept: int | None = None,
) -> FitResult:
    """Minimise the costs of all fits from `start`.

    Parameters
    ----------
    problem : Problem
    start : Tensor, shape (F, P)
        Clipped to the box.
    method : Method
    should_stop : callable, optional
        Asked once per step; when it says yes the work stops.
    keep_trace : bool
        Whether to keep every fit's cost after each step.
    watched : int
        Of how many fits, from the first on, to keep the path.
    kept : int, optional
        How many of all its steps a path keeps; by default few of many.

    Returns
    -------
    FitResult

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    with one_thread():
        run = Run(problem, start, method, keep_trace=keep_trace, watch=Watch(watched, kept))
        return run.to_end(should_stop)


class Run:
    """A batch of fits from their starts to their ends.

    Parameters
    ----------
    problem : Problem
    start : Tensor, shape (F, P)
        Clipped to the box.
    method : Method
    damping : Tensor, shape (F,), optional
        To begin with; by default the method's.
    keep_trace : bool
    watch : Watch, optional
    most : sequence of int, optional
        Trial points allowed for each fit, and never more than the method's.

    Attributes
    ----------
    theta, cost, damping : Tensor, shape (F, P), (F,), (F,)
        Where each fit is, as of the last step in which one ended.
    status, steps : Tensor of int, shape (F,)
    trace : list of Tensor, shape (F,)
    ahead : Tensor, shape (F, P)
        Where the next step would have led, as far as the method knows.
    """

    def __init__(
        self,
        problem: Problem,
        start: Tensor,
        method: Method,
        damping: Tensor | None = None,
        keep_trace: bool = False,
        watch: Watch | None = None,
        most: Sequence[int] | None = None,
    ) -> None:
        self._problem, self._method = problem, method
        self._watch, self._keep_trace = watch or Watch(0), keep_trace
        self._most = [method.max_steps] * start.shape[0] if most is None else list(most)
        every = torch.arange(start.shape[0], device=start.device)
        self.theta = self.ahead = problem.clamp(start)
        at = method.moments(problem, self.theta, every)
        self.cost = at.cost.clone()
        self.damping = (method.begin(at.cost) if damping is None else damping).clone()
        self.steps = torch.zeros_like(every)
        self.trace = [self.cost.clone()] if keep_trace else []
        lost = ~torch.isfinite(at.cost)
        self.status = torch.full_like(every, int(Status.RUNNING))
        self.status[lost] = int(Status.NON_FINITE)
        self._state = RunningFits(
            every, self.theta, at, self.damping, torch.full_like(self.damping, 2.0)
        )
        self._watch.see(0, self.theta, self.cost, self.damping)

    def to_end(self, should_stop: Callable[[], bool] | None = None) -> FitResult:
        """Take steps until every fit has ended.

        Raises
        ------
        Cancelled
            If `should_stop` said yes.
        """
        with torch.inference_mode():  # a step is many small calls, each of which is cheaper so
            self._go_on(0, self.status.tolist())
            for step in range(1, self._method.max_steps + 1):
                if not self._state.index.numel():
                    break
                if should_stop is not None and should_stop():
                    raise Cancelled("The fit was cancelled before it converged.")
                self._take(step)
        self._put_down()
        return self._ended()

    def _take(self, step: int) -> None:
        state = self._state
        ended = self._method.advance(self._problem, state)
        self.status.index_copy_(0, state.index, ended)
        # An assignment would bring the number from the host, which waits.
        self.steps.index_fill_(0, state.index, step)
        if self._watch.looks_at(step) or self._keep_trace:
            self._put_down()
            self._watch.see(step, self.theta, self.cost, self.damping)
        if self._keep_trace:
            self.trace.append(self.cost.clone())
        self._go_on(step, *_told(ended, state.bent))

    def _go_on(self, step: int, ended: Sequence[int], bent: Sequence[int] = ()) -> None:
        """Let go of the fits that have ended; all that the host knows comes in here."""
        running = [
            row
            for row, (status, most) in enumerate(zip(ended, self._most, strict=True))
            if status == int(Status.RUNNING) and step < most
        ]
        if len(running) < len(ended):
            self._most = [self._most[row] for row in running]
            self._put_down()
            self._state = self._state.keep(_brought(running, self.theta.device))
        self._state.any_bent = any(bent[row] for row in running) if bent else False

    def _put_down(self) -> None:
        """Write down where the running fits are."""
        state = self._state
        self.theta = self.theta.index_copy(0, state.index, state.theta)
        ahead = state.theta if state.ahead is None else state.ahead
        self.ahead = self.ahead.index_copy(0, state.index, ahead)
        self.cost = self.cost.index_copy(0, state.index, state.at.cost)
        self.damping = self.damping.index_copy(0, state.index, state.damping)

    def _ended(self) -> FitResult:
        running = self.status == int(Status.RUNNING)
        status = self.status.masked_fill(running, int(Status.STEP_LIMIT))
        on_edge = on_boundary(self._problem, self.theta) & (status == int(Status.CONVERGED))
        self.status = status.masked_fill(on_edge, int(Status.BOUNDARY))
        paths = self._watch.paths(self.steps, self.theta, self.cost, self.damping)
        passes = self.steps.to(self.theta.dtype) + 1.0
        trace = [cost.clone() for cost in self.trace]
        return FitResult(self.theta, self.cost, self.status, self.steps, trace, paths, passes)


def _brought(rows: Sequence[int], device: torch.device) -> Tensor:
    """Return numbers that the host knows on the device, which need not wait for them."""
    known = torch.tensor(rows, dtype=torch.long)
    if device.type != "cuda":
        return known.to(device)
    return known.pin_memory().to(device, non_blocking=True)


def _told(ended: Tensor, bent: Tensor | None) -> list[list[int]]:
    """Return what the host needs to know of a step: the one thing that it waits for."""
    if bent is None:
        return [ended.tolist()]
    ends, bends = torch.stack([ended, bent.to(ended.dtype)]).tolist()
    return [ends, bends]


def reasons(converged: Tensor, stuck: Tensor) -> Tensor:
    """Return how fits ended, shape (A,); who is stuck has not converged, others go on."""
    going = torch.full_like(converged, int(Status.RUNNING), dtype=torch.long)
    done = going.masked_fill(converged, int(Status.CONVERGED))
    return done.masked_fill(stuck, int(Status.STUCK))


def on_boundary(problem: Problem, theta: Tensor) -> Tensor:
    """Return which fits have a coordinate on the edge of the box that is not held, shape (A,)."""
    width = problem.upper - problem.lower
    near = torch.minimum(theta - problem.lower, problem.upper - theta) <= 1e-9 * width
    return (near & (width > 0)).any(1)
