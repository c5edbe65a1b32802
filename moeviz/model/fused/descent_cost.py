"""The compiled pass of costs alone: a protocol asks for them where it ends, and along a path.

Importing this module compiles it, or reads what was compiled before.
"""

from __future__ import annotations

import numpy as np

from moeviz.model.fused import elementary as el
from moeviz.model.fused.density_rows import classes, expert_rows, gaussian
from moeviz.model.fused.descent_pass import GAUSSIAN, REGRESSION
from moeviz.model.fused.kept import kept
from moeviz.model.fused.machine import BLOCK, F1, F2, F3, I1, I2, compiled, linear_row, weigh
from moeviz.model.fused.products import dot


@compiled
def _squares(
    y: np.ndarray, first: int, value: int, rows: np.ndarray, weights: np.ndarray, spare: np.ndarray
) -> float:
    """Return the sum of squared residuals; `spare` (2, B) is overwritten."""
    residual, count = spare[0], weights.shape[1]
    for n in range(count):
        residual[n] = y[first + n]
    for i in range(weights.shape[0]):
        w, h = weights[i], rows[i, 0, value]
        for n in range(count):
            residual[n] -= w[n] * h[n]
    return dot(residual, residual)


@kept(
    f"void({F3}, {F3}, i8, i8, i8, {I2}, {F2}, i8, i8, i8, {F3}, {F3}, {F2}, {I1}, {F1})",
    fastmath=set(el.FAST),
)  # fmt: skip
def sum_costs(
    gate: np.ndarray,
    expert: np.ndarray,
    kind: int,
    kept: int,
    output: int,
    steps: np.ndarray,
    numbers: np.ndarray,
    value: int,
    heads: int,
    scalars: int,
    z: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    which: np.ndarray,
    cost: np.ndarray,
) -> None:
    """Add up sums of squared residuals, or deviances.

    Parameters
    ----------
    gate : shape (F, K, Dz + 1)
    expert : shape (F, K, E)
    kind, kept : int
        The gate, and how many experts it keeps.
    output : int
        As of :func:`~moeviz.model.fused.descent_pass.descend`.
    steps, numbers, value, heads, scalars
        The expert's instructions, and the row of its value.
    z, x, y : shapes (R, Dz + 1, N), (R, D + 1, N), (R, N)
        Features and observations.
    which : shape (F,)
        Each fit's data set.
    cost : shape (F,)
        Added to.
    """
    atoms, samples = gate.shape[1], y.shape[1]
    free = output - 1 if output > GAUSSIAN else 0
    copies = max(1, free)
    whole = samples - samples % BLOCK
    for piece in range(2):  # whole blocks, then what is left
        start, stop = (0, whole) if piece == 0 else (whole, samples)
        if start == stop:
            continue
        count = min(BLOCK, stop - start)
        rows = np.empty((atoms, copies, heads + scalars + steps.shape[0], count))
        scores, weights = np.empty((atoms, count)), np.empty((atoms, count))
        shares, extra = np.empty((atoms, count)), np.empty((atoms, count))
        chances = np.empty((atoms, free, count))
        aside, spare = np.empty((2, count)), np.empty((2, count))
        for f in range(gate.shape[0]):
            zf, xf, yf = z[which[f]], x[which[f]], y[which[f]]
            variance = expert[f, :, expert.shape[2] - 1].copy()
            for first in range(start, stop, count):
                for i in range(atoms):
                    linear_row(gate[f, i], zf, first, scores[i])
                    expert_rows(
                        expert[f, i], copies, steps, numbers, heads, scalars, xf, first, rows[i]
                    )
                weigh(kind, kept, scores, weights, aside)
                if output == REGRESSION:
                    cost[f] += _squares(yf, first, value, rows, weights, spare)
                elif output == GAUSSIAN:
                    cost[f] += gaussian(
                        yf, first, rows, value, variance, kept, scores, weights, aside, shares,
                        extra, spare,
                    )  # fmt: skip
                else:
                    cost[f] += classes(
                        yf, first, rows, value, weights, chances, extra, shares, spare
                    )
