"""Observations of a regression in one compiled loop: what makes a study's data sets.

Importing this module compiles it, or reads what was compiled before from
:mod:`moeviz.model.fused.cache`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from moeviz.model.fused import elementary as el
from moeviz.model.fused.cache import cached
from moeviz.model.fused.machine import linear_row, run, weigh

BLOCK = 256
"""Samples per block."""

_F1, _F2, _F3 = "f8[::1]", "f8[:,::1]", "f8[:,:,::1]"
_I1, _I2 = "i8[::1]", "i8[:,::1]"


@njit(
    f"void({_F2}, {_F2}, i8, i8, {_I2}, {_F2}, i8, i8, i8, f8, {_F3}, {_F3}, {_F2})",
    fastmath=set(el.FAST), error_model="numpy", nogil=True, cache=cached(),
)  # fmt: skip
def add_means(
    gate: np.ndarray,
    expert: np.ndarray,
    kind: int,
    kept: int,
    steps: np.ndarray,
    numbers: np.ndarray,
    value: int,
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
    steps, numbers, value, heads, scalars
        The expert's instructions, and the row of its value.
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
                weigh(kind, kept, scores, weights, aside)
                out = y[r, first : first + count]
                for n in range(count):
                    out[n] *= noise
                for i in range(atoms):
                    w, h = weights[i], rows[i, value]
                    for n in range(count):
                        out[n] += w[n] * h[n]
