"""A study's data sets in compiled loops: features over norms, and a regression's observations.

Importing this module compiles it, or reads what was compiled before from
:mod:`moeviz.model.fused.cache`.
"""

from __future__ import annotations

import numpy as np

from moeviz.model.fused import elementary as el
from moeviz.model.fused.kept import kept
from moeviz.model.fused.machine import BLOCK, F2, F3, I2, add_times, linear_row, run, weigh


@kept(
    f"void({F2}, {F2}, i8, i8, {I2}, {F2}, i8, i8, i8, i8, f8, {F3}, {F3}, {F2})",
    fastmath=set(el.FAST),
)  # fmt: skip
def add_means(
    gate: np.ndarray,
    expert: np.ndarray,
    kind: int,
    kept: int,
    steps: np.ndarray,
    numbers: np.ndarray,
    value: int,
    affinity: int,
    heads: int,
    scalars: int,
    noise: float,
    z: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
) -> None:
    """Turn standard draws into observations: the mean of the data's model plus noise times draw.

    Parameters
    ----------
    gate : shape (K, Dz + 1)
    expert : shape (K, E)
    kind, kept : int
        The gate, and how many experts it keeps.
    steps, numbers, value, affinity, heads, scalars
        The expert's instructions, and the rows of its value and of what the score reads off it;
        -1 where it reads nothing.
    noise : float
        Standard deviation.
    z, x : shapes (R, Dz + 1, N), (R, D + 1, N)
        Features.
    y : shape (R, N)
        The draws; overwritten.
    """
    atoms, samples, width = gate.shape[0], y.shape[1], x.shape[1]
    inputs = heads + scalars
    for piece in range(2):
        # All blocks of full length, then what is left.
        whole = samples - samples % BLOCK
        start, stop = (0, whole) if piece == 0 else (whole, samples)
        if start == stop:
            continue
        count = min(BLOCK, stop - start)
        rows = np.empty((atoms, inputs + steps.shape[0], count))
        scores, weights = np.empty((atoms, count)), np.empty((atoms, count))
        aside = np.empty((2, count))
        for r in range(y.shape[0]):
            zr, xr = z[r], x[r]
            for first in range(start, stop, count):
                for i in range(atoms):
                    linear_row(gate[i], zr, first, scores[i])
                    for h in range(heads):
                        slope = expert[i, h * width : (h + 1) * width]
                        linear_row(slope, xr, first, rows[i, h])
                    for s in range(scalars):
                        rows[i, heads + s, :] = expert[i, heads * width + s]
                    run(steps, numbers, inputs, rows[i])
                    if affinity >= 0:
                        add_times(rows[i, affinity], 1.0, scores[i])
                weigh(kind, kept, scores, weights, aside)
                out = y[r, first : first + count]
                for n in range(count):
                    out[n] *= noise
                for i in range(atoms):
                    w, h = weights[i], rows[i, value]
                    for n in range(count):
                        out[n] += w[n] * h[n]


@kept(f"void({F3}, f8, f8, {F3})")
def divide_by_norms(x: np.ndarray, beside: float, least: float, out: np.ndarray) -> None:
    """Write inputs divided by their norms, and a last row of ones.

    Parameters
    ----------
    x : shape (R, D + 1, N)
        Inputs and a row that is not read.
    beside, least : float
        Added to the norms; what is divided by is at least `least`.
    out : shape (R, D + 1, N)
        Overwritten.
    """
    inputs, samples = x.shape[1] - 1, x.shape[2]
    norms = np.empty(BLOCK)
    for r in range(x.shape[0]):
        for first in range(0, samples, BLOCK):
            count = min(BLOCK, samples - first)
            for n in range(count):
                norms[n] = 0.0
            for i in range(inputs):
                row = x[r, i, first : first + count]
                for n in range(count):
                    norms[n] += row[n] * row[n]
            for n in range(count):
                norm = np.sqrt(norms[n]) + beside
                norms[n] = norm if norm > least else least
            for i in range(inputs):
                row, to = x[r, i, first : first + count], out[r, i, first : first + count]
                for n in range(count):
                    to[n] = row[n] / norms[n]
            to = out[r, inputs, first : first + count]
            for n in range(count):
                to[n] = 1.0
