"""The loop that all iterative estimators share.

A method proposes and accepts steps for the fits that are still running; the loop owns iteration,
step counts, traces, cancelling and how a fit ends. Each fit has its own state, and its arithmetic
never touches another's, so its result is the same, bit for bit, whoever shares its batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

import torch

from moeviz.errors import Cancelled
from moeviz.estimate.path import Path, Watch
from moeviz.estimate.problem import Problem
from moeviz.model.moments import Moments
from moeviz.model.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor

ALIGNED = 8
"""Matrices are a multiple of this many numbers wide when they are factorised."""


class Status(IntEnum):
    """How a fit ended."""

    CONVERGED = 0
    BOUNDARY = 1
    STEP_LIMIT = 2
    NON_FINITE = 3
    RUNNING = 4
    PROTOCOL = 5
    DIVERGED = 6
    STUCK = 7

    @property
    def label(self) -> str:
        """The status in words."""
        return (
            "converged",
            "boundary",
            "step limit",
            "non-finite",
            "running",
            "protocol run",
            "diverged",
            "stuck",
        )[self]

    @property
    def failed(self) -> bool:
        """Whether the fit found no parameters, so that there is nothing to read off it."""
        return self in (Status.NON_FINITE, Status.DIVERGED)

    @property
    def advice(self) -> str:
        """What the status means and what can be done."""
        return (
            "The fit is a minimum inside the box.",
            "The fit converged on the edge of the box: its parameters say where the box ends, "
            "not where the truth is. More data or an exact number of atoms helps.",
            "The fit was still improving when its steps ran out; allow more steps.",
            "The cost was not a number at the start or on the way; start nearer to the truth.",
            "The fit has not ended.",
            "The fit ran the published number of epochs; nobody asked whether it had converged.",
            "The parameters or the cost grew without end; take a smaller learning rate or start "
            "nearer to the truth.",
            "Steps grew ever shorter without lowering the cost, although its derivative still "
            "promises a fall: a kink, a jump, or a derivative that is no number. Take more starts "
            "or other ones.",
        )[self]


ENDED = (
    Status.CONVERGED,
    Status.BOUNDARY,
    Status.STEP_LIMIT,
    Status.STUCK,
    Status.NON_FINITE,
    Status.DIVERGED,
    Status.PROTOCOL,
)
"""The ways to end, in the order in which they are counted."""

FAILED = tuple(int(status) for status in ENDED if status.failed)
"""Values of the ways to end that leave no parameters to read."""

RUNAWAY = 1e30
"""Damping beyond which no step moves anything."""

SHORT = 1.0
"""A step damped by more is so much shorter than Newton's that its small gain proves nothing."""

FLOOR = 1e-12
"""Least damped curvature, as a share of the largest."""

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
        Trial points used; epochs of stochastic gradient descent.
    trace : list of Tensor, shape (F,)
        The cost at the start and after each step, as long as it was kept.
    paths : list of Path
        Of the fits that were watched.
    """

    theta: Tensor
    cost: Tensor
    status: Tensor
    steps: Tensor
    trace: list[Tensor] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)


@dataclass
class RunningFits:
    """The running fits; `index` says which fit of the batch each row is."""

    index: Tensor
    theta: Tensor
    at: Moments
    damping: Tensor
    growth: Tensor

    def keep(self, rows: Tensor) -> RunningFits:
        """Return some of the fits."""
        parts = {name: value[rows] for name, value in vars(self.at).items()}
        return RunningFits(
            self.index[rows],
            self.theta[rows],
            type(self.at)(**parts),
            self.damping[rows],
            self.growth[rows],
        )

    def accept(self, accepted: Tensor, trial: Tensor, new: Moments) -> None:
        """Move the fits that `accepted` says, shape (A,), to their trial points."""

        def choose(old: Tensor, fresh: Tensor) -> Tensor:
            mask = accepted.reshape(-1, *[1] * (old.dim() - 1))
            return torch.where(mask, fresh, old)

        self.theta = choose(self.theta, trial)
        self.at = type(self.at)(
            **{name: choose(value, getattr(new, name)) for name, value in vars(self.at).items()}
        )


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
        return _fit(problem, start, method, should_stop, keep_trace, Watch(watched, kept))


def _fit(
    problem: Problem,
    start: Tensor,
    method: Method,
    should_stop: Callable[[], bool] | None,
    keep_trace: bool,
    watch: Watch,
) -> FitResult:
    fits = start.shape[0]
    every = torch.arange(fits, device=start.device)
    theta = problem.clamp(start)
    at = method.moments(problem, theta, every)
    damping = method.begin(at.cost)
    state = RunningFits(every, theta.clone(), at, damping.clone(), torch.full_like(damping, 2.0))
    cost = at.cost.clone()
    status = torch.full((fits,), int(Status.RUNNING), device=start.device)
    steps = torch.zeros(fits, dtype=torch.long, device=start.device)
    trace = [cost.clone()] if keep_trace else []
    watch.see(0, theta, cost, damping)
    lost = ~torch.isfinite(cost)
    status[lost] = int(Status.NON_FINITE)
    state = state.keep(torch.nonzero(~lost).squeeze(1))
    for step in range(1, method.max_steps + 1):
        if not state.index.numel():
            break
        if should_stop is not None and should_stop():
            raise Cancelled("The fit was cancelled before it converged.")
        ended = method.advance(problem, state)
        done = ended != int(Status.RUNNING)
        steps[state.index] = step
        theta[state.index] = state.theta
        cost[state.index] = state.at.cost
        damping[state.index] = state.damping
        watch.see(step, theta, cost, damping)
        if keep_trace:
            trace.append(cost.clone())
        if done.any():
            status[state.index[done]] = ended[done]
            state = state.keep(torch.nonzero(~done).squeeze(1))
    status[status == int(Status.RUNNING)] = int(Status.STEP_LIMIT)
    on_edge = on_boundary(problem, theta) & (status == int(Status.CONVERGED))
    status[on_edge] = int(Status.BOUNDARY)
    return FitResult(theta, cost, status, steps, trace, watch.paths(steps, theta, cost, damping))


def free_coordinates(problem: Problem, theta: Tensor, slope: Tensor) -> Tensor:
    """Return which coordinates may move: those not pushed out of the box, shape (A, P)."""
    outwards = ((theta <= problem.lower) & (slope < 0)) | ((theta >= problem.upper) & (slope > 0))
    return ~outwards & (problem.upper > problem.lower)


def damped_step(at: Moments, free: Tensor, damping: Tensor) -> Tensor:
    """Solve the damped normal equations in the free coordinates; held ones do not move.

    Parameters
    ----------
    at : Moments
    free : Tensor of bool, shape (A, P)
    damping : Tensor, shape (A,)
        Relative to the diagonal of the normal equations.

    Returns
    -------
    Tensor, shape (A, P)
        Zero where the equations cannot be solved.
    """
    mask = free.to(at.slope.dtype)
    diagonal = damping.unsqueeze(1) * _curvature(at)
    matrix = at.gram * mask.unsqueeze(1) * mask.unsqueeze(2)
    matrix = matrix + torch.diag_embed(torch.where(free, diagonal, torch.ones_like(diagonal)))
    root, failed = torch.linalg.cholesky_ex(_aligned(matrix))
    target = torch.nn.functional.pad(at.slope * mask, (0, root.shape[-1] - matrix.shape[-1]))
    step = torch.cholesky_solve(target.unsqueeze(2), root).squeeze(2)[:, : matrix.shape[-1]]
    step = torch.where((failed == 0).unsqueeze(1), step, torch.zeros_like(step))
    return torch.nan_to_num(step, nan=0.0, posinf=0.0, neginf=0.0)


def _curvature(at: Moments) -> Tensor:
    """Return the diagonal of the normal equations, kept away from 0, shape (A, P)."""
    scale = at.gram.diagonal(dim1=1, dim2=2)
    floor = FLOOR * scale.amax(1, keepdim=True).clamp_min(1e-300)
    return torch.maximum(scale, floor)


def promised(at: Moments, moving: Tensor) -> Tensor:
    """Return the largest fall of the cost that one coordinate alone promises, shape (A,).

    It is at most what the undamped equations promise, and needs no solution of them: so it tells
    a step that is small because there is nothing to gain from one that damping has made small.

    Parameters
    ----------
    at : Moments
    moving : Tensor of bool, shape (A, P)
        Coordinates that may move.

    Returns
    -------
    Tensor
        Infinite where the derivative is no number.
    """
    fall = torch.where(moving, at.slope**2 / _curvature(at), torch.zeros_like(at.slope))
    return torch.nan_to_num(fall, nan=torch.inf, posinf=torch.inf).amax(1)


def reasons(converged: Tensor, stuck: Tensor) -> Tensor:
    """Return how fits ended, shape (A,); who is stuck has not converged, others go on."""
    status = torch.full(converged.shape, int(Status.RUNNING), device=converged.device)
    status[converged] = int(Status.CONVERGED)
    status[stuck] = int(Status.STUCK)
    return status


def quadratic(step: Tensor, gram: Tensor) -> Tensor:
    """Return s^T G s of each fit, shape (A,); not as a matrix product, for its last bits' sake."""
    return ((gram * step.unsqueeze(1)).sum(2) * step).sum(1)


def _aligned(matrix: Tensor) -> Tensor:
    """Return matrices, shape (A, Q, Q), with rows and columns of the identity added.

    Each starts and each row lies where a factorisation rounds alike, whoever shares its batch.
    """
    size = matrix.shape[-1]
    more = -size % ALIGNED
    whole = torch.nn.functional.pad(matrix, (0, more, 0, more))
    whole.diagonal(dim1=1, dim2=2)[:, size:] = 1.0
    return whole


def on_boundary(problem: Problem, theta: Tensor) -> Tensor:
    """Return which fits have a coordinate on the edge of the box that is not held, shape (A,)."""
    width = problem.upper - problem.lower
    near = torch.minimum(theta - problem.lower, problem.upper - theta) <= 1e-9 * width
    return (near & (width > 0)).any(1)
