"""The least-squares pass: values, residuals, derivatives and their products, block by block.

A fit is worked through alone, in blocks of samples whose rows stay in the nearest cache, so that
its sums are the same to the last bit whatever fits come before it. Importing this module compiles
it, or reads what was compiled before from :mod:`moeviz.model.fused.cache`.
"""

from __future__ import annotations

import numpy as np

from moeviz.model.fused import elementary as el
from moeviz.model.fused.kept import kept
from moeviz.model.fused.machine import (
    BLOCK,
    F2,
    F3,
    I1,
    I2,
    SIGMOID,
    add_through,
    add_times,
    copy,
    fill,
    linear_row,
    run,
    times_features,
    weigh,
)
from moeviz.model.fused.products import add_products, add_row, mirror

_MODEL = f"{F3}, {F3}, i8, i8, {I2}, {F2}, {I1}, i8, i8"
_DATA = f"{F3}, {F3}, {F2}, {I1}"


@kept(
    f"void({_MODEL}, {_DATA}, {F3})",
    fastmath=set(el.FAST),
)  # fmt: skip
def sum_products(
    gate: np.ndarray,
    expert: np.ndarray,
    kind: int,
    kept: int,
    steps: np.ndarray,
    numbers: np.ndarray,
    outputs: np.ndarray,
    heads: int,
    scalars: int,
    z: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    which: np.ndarray,
    total: np.ndarray,
) -> None:
    """Add up products of the rows by the predictors and the residual.

    Parameters
    ----------
    gate : shape (F, K, Dz + 1)
    expert : shape (F, K, E)
    kind, kept : int
        The gate, and how many experts it keeps.
    steps, numbers, outputs, heads, scalars
        The expert's instructions, with those of the affinity where the score reads it.
    z, x, y : shapes (R, Dz + 1, N), (R, D + 1, N), (R, N)
        Features and observations.
    which : shape (F,)
        Each fit's data set.
    total : shape (F, S + 1, S + 1) or (F, 1, S + 1)
        Overwritten with all products, the residual's last, or with the residual's alone.
    """
    fits, atoms = gate.shape[0], gate.shape[1]
    samples, height = y.shape[1], total.shape[2]
    inputs, width = heads + scalars, x.shape[1]
    reads = outputs.shape[0] > 1 + inputs
    for f in range(fits):
        for i in range(total.shape[1]):
            fill(0.0, total[f, i])
    whole = samples - samples % BLOCK
    for piece in range(2):  # whole blocks, then what is left
        start, stop = (0, whole) if piece == 0 else (whole, samples)
        if start == stop:
            continue
        count = min(BLOCK, stop - start)
        rows = np.empty((atoms, inputs + steps.shape[0], count))
        scores, weights = np.empty((atoms, count)), np.empty((atoms, count))
        aside, mean, by = np.empty((2, count)), np.empty(count), np.empty(count)
        jacobian = np.empty((height, count))
        residual = jacobian[height - 1]
        for f in range(fits):
            zf, xf, yf = z[which[f]], x[which[f]], y[which[f]]
            for first in range(start, stop, count):
                for i in range(atoms):
                    linear_row(gate[f, i], zf, first, scores[i])
                    for h in range(heads):
                        a = expert[f, i, h * width : (h + 1) * width]
                        linear_row(a, xf, first, rows[i, h])
                    for s in range(scalars):
                        fill(expert[f, i, heads * width + s], rows[i, heads + s])
                    run(steps, numbers, inputs, rows[i])
                    if reads:
                        add_times(rows[i, outputs[1 + inputs]], 1.0, scores[i])
                weigh(kind, kept, scores, weights, aside)
                fill(0.0, mean)
                for i in range(atoms):
                    w, value = weights[i], rows[i, outputs[0]]
                    for n in range(count):
                        mean[n] += w[n] * value[n]
                for n in range(count):
                    residual[n] = yf[first + n] - mean[n]
                at = 0
                for i in range(atoms):
                    w, value = weights[i], rows[i, outputs[0]]
                    if kind == SIGMOID:
                        for n in range(count):
                            by[n] = (w[n] * (1.0 - w[n])) * value[n]
                    else:
                        for n in range(count):
                            by[n] = w[n] * (value[n] - mean[n])
                    at = times_features(by, zf, first, at, jacobian)
                    if reads:  # what the weight is to the value directly
                        add_through(by, rows[i, outputs[2 + inputs]], 1.0, w)
                    for o in range(1, 1 + inputs):
                        slope = rows[i, outputs[o]]
                        for n in range(count):
                            by[n] = w[n] * slope[n]
                        if o <= heads:
                            at = times_features(by, xf, first, at, jacobian)
                        else:
                            copy(by, jacobian[at])
                            at += 1
                if total.shape[1] == height:
                    add_products(jacobian, total[f])
                else:
                    add_row(jacobian, height - 1, total[f, 0])
    if total.shape[1] == height:
        for f in range(fits):
            mirror(total[f])
