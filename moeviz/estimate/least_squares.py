"""Batched Levenberg-Marquardt least squares over a box.

Each fit has its own damping, status and step count. One pass of the loop, for the fits that are
still running:

1. hold coordinates that sit on the box and would be pushed outwards;
2. solve the damped normal equations in the others and clip the step to the box;
3. evaluate residuals and derivatives at the trial point, in one pass over the data;
4. accept if the sum of squares fell; set the damping by the ratio of actual to predicted fall
   (Nielsen's rule), or raise it if the trial was refused;
5. let go of the fits that have converged or failed.

A fit's arithmetic never touches another's, so its result is the same, bit for bit, whoever
shares its batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import torch
from torch import Tensor

from moeviz.errors import Cancelled
from moeviz.estimate.problem import LeastSquaresProblem
from moeviz.model.moments import Moments
from moeviz.model.threads import one_thread


class Status(IntEnum):
    """How a fit ended."""

    CONVERGED = 0
    BOUNDARY = 1
    STEP_LIMIT = 2
    NON_FINITE = 3
    RUNNING = 4

    @property
    def label(self) -> str:
        """The status in words."""
        return ("converged", "boundary", "step limit", "non-finite", "running")[self]

    @property
    def advice(self) -> str:
        """What the status means and what can be done."""
        return (
            "The fit is a minimum inside the box.",
            "The fit converged on the edge of the box: its parameters say where the box ends, "
            "not where the truth is. More data or an exact number of atoms helps.",
            "The fit was still improving when its steps ran out; allow more steps.",
            "The sum of squares was not a number at the start; start nearer to the truth.",
            "The fit has not ended.",
        )[self]


ENDED = (Status.CONVERGED, Status.BOUNDARY, Status.STEP_LIMIT, Status.NON_FINITE)


@dataclass(frozen=True)
class LevenbergMarquardt:
    """The solver's configuration.

    Attributes
    ----------
    max_steps : int
        Trial points allowed for each fit.
    cost_tolerance : float
        A fit has converged when the predicted and the actual change of its sum of squares both
        fall below this share of it.
    angle_tolerance : float
        A fit has converged when the cosine between its residual and every free column of the
        Jacobian is below this.
    initial_damping : float
        First damping, relative to the diagonal of the normal equations.
    """

    max_steps: int = 200
    cost_tolerance: float = 1e-10
    angle_tolerance: float = 1e-10
    initial_damping: float = 1e-3


@dataclass(frozen=True)
class FitResult:
    """Where the fits ended.

    Attributes
    ----------
    theta : Tensor, shape (F, P)
        Fitted parameters; the last finite ones where a fit failed.
    squares : Tensor, shape (F,)
        Sums of squared residuals.
    status : Tensor of int, shape (F,)
        Values of :class:`Status`.
    steps : Tensor of int, shape (F,)
        Trial points used.
    """

    theta: Tensor
    squares: Tensor
    status: Tensor
    steps: Tensor


@dataclass
class _State:
    """The running fits; `index` says which fit of the batch each row is."""

    index: Tensor
    theta: Tensor
    at: Moments
    damping: Tensor
    growth: Tensor

    def keep(self, rows: Tensor) -> _State:
        at = Moments(self.at.squares[rows], self.at.slope[rows], self.at.gram[rows])
        return _State(self.index[rows], self.theta[rows], at, self.damping[rows], self.growth[rows])


def fit_least_squares(
    problem: LeastSquaresProblem,
    start: Tensor,
    solver: LevenbergMarquardt | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> FitResult:
    """Minimise the sums of squares of all fits from `start`.

    Parameters
    ----------
    problem : LeastSquaresProblem
    start : Tensor, shape (F, P)
        Clipped to the box.
    solver : LevenbergMarquardt, optional
    should_stop : callable, optional
        Asked once per step; when it says yes the work stops.

    Returns
    -------
    FitResult

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    with one_thread():
        return _fit(problem, start, solver or LevenbergMarquardt(), should_stop)


def _fit(
    problem: LeastSquaresProblem,
    start: Tensor,
    solver: LevenbergMarquardt,
    should_stop: Callable[[], bool] | None,
) -> FitResult:
    fits = start.shape[0]
    every = torch.arange(fits, device=start.device)
    theta = problem.clamp(start)
    state = _begin(problem, solver, every, theta)
    squares = state.at.squares.clone()
    status = torch.full((fits,), int(Status.RUNNING), device=start.device)
    steps = torch.zeros(fits, dtype=torch.long, device=start.device)
    lost = ~torch.isfinite(squares)
    status[lost] = int(Status.NON_FINITE)
    state = state.keep(torch.nonzero(~lost).squeeze(1))
    for step in range(1, solver.max_steps + 1):
        if not state.index.numel():
            break
        if should_stop is not None and should_stop():
            raise Cancelled("The fit was cancelled before it converged.")
        done = _advance(problem, solver, state)
        steps[state.index] = step
        theta[state.index] = state.theta
        squares[state.index] = state.at.squares
        if done.any():
            status[state.index[done]] = int(Status.CONVERGED)
            state = state.keep(torch.nonzero(~done).squeeze(1))
    status[status == int(Status.RUNNING)] = int(Status.STEP_LIMIT)
    on_edge = _on_boundary(problem, theta) & (status == int(Status.CONVERGED))
    status[on_edge] = int(Status.BOUNDARY)
    return FitResult(theta, squares, status, steps)


def _begin(
    problem: LeastSquaresProblem, solver: LevenbergMarquardt, index: Tensor, theta: Tensor
) -> _State:
    at = problem.moments(theta, index)
    damping = torch.full_like(at.squares, solver.initial_damping)
    return _State(index, theta.clone(), at, damping, torch.full_like(damping, 2.0))


def _advance(problem: LeastSquaresProblem, solver: LevenbergMarquardt, state: _State) -> Tensor:
    """Take one step of every running fit, in place; return which have converged, shape (A,)."""
    at = state.at
    free = _free(problem, state.theta, at.slope)
    scale = at.gram.diagonal(dim1=1, dim2=2)
    cosine = at.slope.abs() / (scale * at.squares.unsqueeze(1)).sqrt().clamp_min(1e-300)
    stationary = (cosine * free).amax(1) <= solver.angle_tolerance
    step = _damped_step(at, free, scale, state.damping)
    trial = problem.clamp(state.theta + step)
    step = trial - state.theta
    predicted = 2.0 * (step * at.slope).sum(1) - torch.einsum("fp,fpq,fq->f", step, at.gram, step)
    new = problem.moments(trial, state.index)
    fall = at.squares - new.squares
    accept = torch.isfinite(new.squares) & (fall > 0) & (predicted > 0)
    small = solver.cost_tolerance * at.squares
    settled = (predicted.abs() <= small) & (fall.abs() <= small)
    exact = at.squares <= 1e-28 * problem.samples
    ratio = fall / predicted
    shrink = (1.0 - (2.0 * ratio - 1.0) ** 3).clamp(1.0 / 3.0, 1.0)
    state.damping = torch.where(
        accept, (state.damping * shrink).clamp_min(1e-12), state.damping * state.growth
    )
    state.growth = torch.where(accept, torch.full_like(ratio, 2.0), 2.0 * state.growth)
    state.theta = torch.where(accept.unsqueeze(1), trial, state.theta)
    state.at = Moments(
        torch.where(accept, new.squares, at.squares),
        torch.where(accept.unsqueeze(1), new.slope, at.slope),
        torch.where(accept[:, None, None], new.gram, at.gram),
    )
    stuck = state.damping > 1e30
    return stationary | settled | exact | stuck


def _free(problem: LeastSquaresProblem, theta: Tensor, slope: Tensor) -> Tensor:
    """Return which coordinates may move, shape (A, P)."""
    outwards = ((theta <= problem.lower) & (slope < 0)) | ((theta >= problem.upper) & (slope > 0))
    return ~outwards & (problem.upper > problem.lower)


def _damped_step(at: Moments, free: Tensor, scale: Tensor, damping: Tensor) -> Tensor:
    """Solve the damped normal equations in the free coordinates; held ones do not move."""
    mask = free.to(at.slope.dtype)
    floor = 1e-12 * scale.amax(1, keepdim=True).clamp_min(1e-300)
    diagonal = damping.unsqueeze(1) * torch.maximum(scale, floor)
    matrix = at.gram * mask.unsqueeze(1) * mask.unsqueeze(2)
    matrix = matrix + torch.diag_embed(torch.where(free, diagonal, torch.ones_like(diagonal)))
    root, failed = torch.linalg.cholesky_ex(matrix)
    step = torch.cholesky_solve((at.slope * mask).unsqueeze(2), root).squeeze(2)
    step = torch.where((failed == 0).unsqueeze(1), step, torch.zeros_like(step))
    return torch.nan_to_num(step, nan=0.0, posinf=0.0, neginf=0.0)


def _on_boundary(problem: LeastSquaresProblem, theta: Tensor) -> Tensor:
    width = problem.upper - problem.lower
    near = torch.minimum(theta - problem.lower, problem.upper - theta) <= 1e-9 * width
    return (near & (width > 0)).any(1)
