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
    return damped_steps(at, free, damping, at.slope.unsqueeze(1)).squeeze(1)


def damped_steps(at: Moments, free: Tensor, damping: Tensor, slopes: Tensor) -> Tensor:
    """Solve the damped normal equations for several slopes of each fit, shape (A, M, P).

    Parameters
    ----------
    at : Moments
    free : Tensor of bool, shape (A, P)
    damping : Tensor, shape (A,)
    slopes : Tensor, shape (A, M, P)

    Returns
    -------
    Tensor, shape (A, M, P)
        Zero where the equations cannot be solved.
    """
    mask = free.to(at.slope.dtype)
    diagonal = damping.unsqueeze(1) * curvature(at)
    matrix = at.gram * mask.unsqueeze(1) * mask.unsqueeze(2)
    matrix = matrix + torch.diag_embed(torch.where(free, diagonal, torch.ones_like(diagonal)))
    root, failed = torch.linalg.cholesky_ex(aligned(matrix))
    more = root.shape[-1] - matrix.shape[-1]
    target = torch.nn.functional.pad(slopes * mask.unsqueeze(1), (0, more))
    steps = torch.cholesky_solve(target.transpose(1, 2), root).transpose(1, 2)
    steps = steps[..., : matrix.shape[-1]]
    steps = torch.where((failed == 0)[:, None, None], steps, torch.zeros_like(steps))
    return torch.nan_to_num(steps, nan=0.0, posinf=0.0, neginf=0.0)


def curvature(at: Moments) -> Tensor:
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
    fall = torch.where(moving, at.slope**2 / curvature(at), torch.zeros_like(at.slope))
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
    whole.diagonal(dim1=1, dim2=2)[:, size:] = 1.0
    return whole
