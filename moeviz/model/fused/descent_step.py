"""A step of a descent: from parameters to predictors, and back with their slope: compiled code."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from moeviz.model.fused.machine import compiled, copy

if TYPE_CHECKING:
    import numpy as np

TINY = 1e-150
"""As that of :mod:`moeviz.model.scores`."""


@compiled
def _length(gate: np.ndarray) -> float:
    total = 0.0
    for j in range(gate.shape[0]):
        total += gate[j] * gate[j]
    return math.sqrt(total)


@compiled
def chart(theta: np.ndarray, gates: int, beside: float, own: np.ndarray) -> None:
    """Write the predictors of parameters, both (K, W)."""
    for i in range(own.shape[0]):
        copy(theta[i], own[i])
        if beside >= 0.0:
            long = _length(theta[i, :gates]) + beside
            long = TINY if long < TINY else long
            for j in range(gates):
                own[i, j] = theta[i, j] / long


@compiled
def pull_back(gate: np.ndarray, beside: float, slope: np.ndarray) -> None:
    """Turn an atom's slope over coordinates into one over its gate, both (Dz,)."""
    if beside < 0.0:
        return
    length, along = _length(gate), 0.0
    long = length + beside
    short = TINY if length < TINY else length
    for j in range(gate.shape[0]):
        along += gate[j] / short * slope[j]
    for j in range(gate.shape[0]):
        if beside == 0.0 and not length > TINY:
            slope[j] = 0.0
        else:
            slope[j] = (slope[j] - gate[j] * along / long) / long


@compiled
def in_order(
    z_sums: np.ndarray,
    x_sums: np.ndarray,
    by_scalar: np.ndarray,
    by_variance: np.ndarray,
    copies: int,
    heads: int,
    slope: np.ndarray,
) -> None:
    """Put a batch's sums in the order of the predictors, (K, W)."""
    gates, width, scalars = z_sums.shape[1], x_sums.shape[1], by_scalar.shape[1]
    for i in range(slope.shape[0]):
        to = slope[i]
        copy(z_sums[i], to[:gates])
        at = gates
        for c in range(i * copies, (i + 1) * copies):
            for h in range(c * heads, (c + 1) * heads):
                copy(x_sums[h], to[at : at + width])
                at += width
            copy(by_scalar[c], to[at : at + scalars])
            at += scalars
        if at < to.shape[0]:
            to[at] = by_variance[i]


@compiled
def step(
    theta: np.ndarray, slope: np.ndarray, moving: np.ndarray, floor: np.ndarray, rate: float
) -> None:
    """Go along the slope, and stay on or above the floor; what is no number stays none."""
    for i in range(theta.shape[0]):
        own, by = theta[i], slope[i]
        at = i * own.shape[0]
        for j in range(own.shape[0]):
            new = own[j] + moving[at + j] * by[j] * rate
            own[j] = floor[at + j] if new < floor[at + j] else new
