"""The damped normal equations of one step, and what a step may promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from moeviz.estimate.problem import Problem
from moeviz.model.moments import Moments

if TYPE_CHECKING:
    from torch import Tensor

ALIGNED = 8
"""Matrices are a multiple of this many numbers wide when they are factorised."""

FLOOR = 1e-12
"""Least damped curvature, as a share of the largest."""


def free_coordinates(problem: Problem, theta: Tensor, slope: Tensor) -> Tensor:
    """Return which coordinates may move: those not pushed out of the box, shape (A, P)."""
    up, down = (slope > 0) & (theta >= problem.upper), theta <= problem.lower
    return (problem.upper > problem.lower) & ~torch.where(slope < 0, down, up)


def damped_step(at: Moments, free: Tensor, damping: Tensor, bend: Tensor | None = None) -> Tensor:
    """Solve the damped normal equations in the free coordinates; held ones do not move.

    Parameters
    ----------
    at : Moments
    free : Tensor of bool, shape (A, P)
    damping : Tensor, shape (A,)
        Relative to the diagonal of the normal equations.
    bend : Tensor, shape (A, P), optional
        The :func:`curvature`, where it is known.

    Returns
    -------
    Tensor, shape (A, P)
        Zero where the equations cannot be solved.
    """
    return damped_steps(at, free, damping, at.slope.unsqueeze(1), bend).squeeze(1)


def damped_steps(
    at: Moments, free: Tensor, damping: Tensor, slopes: Tensor, bend: Tensor | None = None
) -> Tensor:
    """Solve the damped normal equations for several slopes of each fit, shape (A, M, P).

    Parameters
    ----------
    at : Moments
    free : Tensor of bool, shape (A, P)
    damping : Tensor, shape (A,)
    slopes : Tensor, shape (A, M, P)
    bend : Tensor, shape (A, P), optional
        The :func:`curvature`, where it is known.

    Returns
    -------
    Tensor, shape (A, M, P)
        Zero where the equations cannot be solved.
    """
    mask = free.to(at.slope.dtype)
    row = mask.unsqueeze(1)
    size = mask.shape[1]
    diagonal = damping.unsqueeze(1) * (curvature(at) if bend is None else bend)
    matrix = aligned(at.gram * row * mask.unsqueeze(2))
    matrix.diagonal(dim1=1, dim2=2)[:, :size] += torch.where(free, diagonal, 1.0)
    root, failed = torch.linalg.cholesky_ex(matrix)
    target = torch.nn.functional.pad(slopes * row, (0, matrix.shape[-1] - size))
    steps = torch.cholesky_solve(target.transpose(1, 2), root).transpose(1, 2)
    steps = steps[..., :size].masked_fill((failed != 0)[:, None, None], 0.0)
    return torch.nan_to_num(steps, nan=0.0, posinf=0.0, neginf=0.0)


def curvature(at: Moments) -> Tensor:
    """Return the diagonal of the normal equations, kept away from 0, shape (A, P)."""
    scale = at.gram.diagonal(dim1=1, dim2=2)
    floor = FLOOR * scale.amax(1, keepdim=True).clamp_min(1e-300)
    return torch.maximum(scale, floor)


def promised(at: Moments, moving: Tensor, bend: Tensor | None = None) -> Tensor:
    """Return the largest fall of the cost that one coordinate alone promises, shape (A,).

    It is at most what the undamped equations promise, and needs no solution of them: so it tells
    a step that is small because there is nothing to gain from one that damping has made small.

    Parameters
    ----------
    at : Moments
    moving : Tensor of bool, shape (A, P)
        Coordinates that may move.
    bend : Tensor, shape (A, P), optional
        The :func:`curvature`, where it is known.

    Returns
    -------
    Tensor
        Infinite where the derivative is no number.
    """
    fall = torch.where(moving, at.slope**2 / (curvature(at) if bend is None else bend), 0.0)
    return torch.nan_to_num(fall, nan=torch.inf, posinf=torch.inf).amax(1)


def quadratic(step: Tensor, gram: Tensor) -> Tensor:
    """Return s^T G s of each fit, shape (A,); not as a matrix product, for its last bits' sake."""
    return ((gram * step.unsqueeze(1)).sum(2) * step).sum(1)


def aligned(matrix: Tensor) -> Tensor:
    """Return matrices, shape (A, Q, Q), with rows and columns of the identity added.

    Each starts and each row lies where a factorisation rounds alike, whoever shares its batch.
    """
    size = matrix.shape[-1]
    more = -size % ALIGNED
    whole = torch.nn.functional.pad(matrix, (0, more, 0, more))
    if more:
        whole.diagonal(dim1=1, dim2=2)[:, size:].fill_(1.0)
    return whole
