"""Weights, responsibilities and costs of densities, on rows of samples: compiled code.

The same numbers as those of :mod:`moeviz.model.outputs` and :mod:`moeviz.model.categorical`. Every
loop reads few rows and writes one or two, so that a compiler can tell that they do not overlap.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from moeviz.model.fused import elementary as el
from moeviz.model.fused.machine import compiled, copy, fill, linear_row, run, silence
from moeviz.model.fused.products import tile

if TYPE_CHECKING:
    import numpy as np

FLOOR = 1e-280
"""As that of :mod:`moeviz.model.output`: nothing is divided by a smaller probability."""

FAR = 1e-14
"""As that of :mod:`moeviz.model.categorical`: draws that show less have formulas of their own."""


@compiled
def expert_rows(
    parameters: np.ndarray,
    copies: int,
    steps: np.ndarray,
    numbers: np.ndarray,
    heads: int,
    scalars: int,
    x: np.ndarray,
    first: int,
    rows: np.ndarray,
) -> None:
    """Run the instructions of an atom's copies, whose rows are (copies, inputs + I, B).

    Parameters
    ----------
    parameters : shape (E,)
    copies : int
    steps, numbers, heads, scalars
        The expert's instructions.
    x : shape (D + 1, N)
    first : int
        The block's first sample.
    rows : shape (copies, inputs + I, B)
        Overwritten.
    """
    width, at = x.shape[0], 0
    for c in range(copies):
        for h in range(heads):
            linear_row(parameters[at : at + width], x, first, rows[c, h])
            at += width
        for s in range(scalars):
            fill(parameters[at], rows[c, heads + s])
            at += 1
        run(steps, numbers, heads + scalars, rows[c])


@tile
def log_sum(row: np.ndarray) -> float:
    """Return the sum of the logs of a row."""
    total = 0.0
    for n in range(row.shape[0]):
        total += el.log(row[n])
    return total


@tile
def row_sum(row: np.ndarray) -> float:
    """Return the sum of a row."""
    total = 0.0
    for n in range(row.shape[0]):
        total += row[n]
    return total


@compiled
def _log_joint(
    score: np.ndarray,
    top: np.ndarray,
    off: np.ndarray,
    half: float,
    constant: float,
    out: np.ndarray,
) -> None:
    for n in range(out.shape[0]):
        out[n] = ((score[n] - top[n]) + constant) - off[n] * off[n] * half


@compiled
def _largest(rows: np.ndarray, out: np.ndarray) -> None:
    copy(rows[0], out)
    for i in range(1, rows.shape[0]):
        row = rows[i]
        for n in range(out.shape[0]):
            out[n] = row[n] if row[n] > out[n] else out[n]


@compiled
def gaussian(
    y: np.ndarray,
    first: int,
    rows: np.ndarray,
    value: int,
    variance: np.ndarray,
    kept: int,
    scores: np.ndarray,
    weights: np.ndarray,
    aside: np.ndarray,
    shares: np.ndarray,
    off: np.ndarray,
    spare: np.ndarray,
) -> float:
    """Write responsibilities and the experts' residuals; return the deviance.

    Parameters
    ----------
    y : shape (N,)
    first : int
        The block's first sample.
    rows : shape (K, inputs + I, B)
    value : int
        Which of an atom's rows is its mean.
    variance : shape (K,)
    kept : int
        How many experts the gate keeps.
    scores, weights : shape (K, B)
        Of the gate. The log of a weight is its score less the largest, plus the log of the largest
        weight.
    shares, off : shape (K, B)
        Overwritten.
    aside, spare : shape (2, B)
        Overwritten.
    """
    atoms, count = scores.shape
    peak, mixed, top, scale = spare[0], spare[1], aside[0], aside[1]
    _largest(scores, top)
    _largest(weights, scale)
    fill(-math.inf, peak)
    for i in range(atoms):
        mean, gap, share = rows[i, 0, value], off[i], shares[i]
        for n in range(count):
            gap[n] = y[first + n] - mean[n]
        constant = -0.5 * math.log(2.0 * math.pi * variance[i])
        _log_joint(scores[i], top, gap, 0.5 / variance[i], constant, share)
    if kept < atoms:
        silence(scores, kept, mixed, shares)
    for i in range(atoms):
        share = shares[i]
        for n in range(count):
            peak[n] = share[n] if share[n] > peak[n] else peak[n]
    fill(0.0, mixed)
    for i in range(atoms):
        share = shares[i]
        for n in range(count):
            share[n] = el.exp_down(share[n] - peak[n])
        for n in range(count):
            mixed[n] += share[n]
    for n in range(count):
        scale[n] *= mixed[n]
    for n in range(count):
        mixed[n] = 1.0 / mixed[n]
    for i in range(atoms):
        share = shares[i]
        for n in range(count):
            share[n] *= mixed[n]
    return -2.0 * (log_sum(scale) + row_sum(peak))


@compiled
def _two(
    logit: np.ndarray,
    y: np.ndarray,
    first: int,
    weight: np.ndarray,
    chance: np.ndarray,
    share: np.ndarray,
) -> None:
    """Write an atom's probabilities of the first of two classes, and of what was observed."""
    for n in range(share.shape[0]):
        chance[n] = el.sigmoid(logit[n])
    for n in range(share.shape[0]):
        share[n] = abs(chance[n] - y[first + n]) * weight[n]


@compiled
def _several(
    rows: np.ndarray,
    value: int,
    y: np.ndarray,
    first: int,
    weight: np.ndarray,
    chances: np.ndarray,
    last: np.ndarray,
    share: np.ndarray,
    top: np.ndarray,
) -> None:
    """Write an atom's probabilities of more classes, and of what was observed."""
    free, count = chances.shape
    fill(0.0, top)
    for c in range(free):
        logit = rows[c, value]
        for n in range(count):
            top[n] = logit[n] if logit[n] > top[n] else top[n]
    for n in range(count):
        last[n] = el.exp_down(-top[n])
    copy(last, share)
    for c in range(free):
        logit, chance = rows[c, value], chances[c]
        for n in range(count):
            chance[n] = el.exp_down(logit[n] - top[n])
            share[n] += chance[n]
    for n in range(count):
        top[n] = 1.0 / share[n]
    for n in range(count):
        last[n] *= top[n]
        share[n] = last[n]
    for c in range(free):
        chance = chances[c]
        for n in range(count):
            chance[n] *= top[n]
        for n in range(count):
            share[n] = chance[n] if y[first + n] == c else share[n]
    for n in range(count):
        share[n] *= weight[n]


@compiled
def classes(
    y: np.ndarray,
    first: int,
    rows: np.ndarray,
    value: int,
    weights: np.ndarray,
    chances: np.ndarray,
    last: np.ndarray,
    shares: np.ndarray,
    spare: np.ndarray,
) -> float:
    """Write probabilities and responsibilities; return the deviance.

    Parameters
    ----------
    y : shape (N,)
    first : int
        The block's first sample.
    rows : shape (K, C - 1, inputs + I, B)
    value : int
        Which of a copy's rows is its logit.
    weights : shape (K, B)
    chances : shape (K, C - 1, B)
        Overwritten with the probabilities of all classes but the last.
    last : shape (K, B)
        Overwritten with those of the last, where there are more than two.
    shares : shape (K, B)
        Overwritten with responsibilities.
    spare : shape (2, B)
        Overwritten.
    """
    atoms, free, count = chances.shape
    mixed = spare[0]
    fill(0.0, mixed)
    for i in range(atoms):
        share = shares[i]
        if free == 1:
            _two(rows[i, 0, value], y, first, weights[i], chances[i, 0], share)
        else:
            _several(rows[i], value, y, first, weights[i], chances[i], last[i], share, spare[1])
        for n in range(count):
            mixed[n] += share[n]
    for n in range(count):
        mixed[n] = FLOOR if mixed[n] < FLOOR else mixed[n]
    deviance = -2.0 * log_sum(mixed)
    for n in range(count):
        mixed[n] = 1.0 / mixed[n]
    for i in range(atoms):
        share = shares[i]
        for n in range(count):
            share[n] *= mixed[n]
    return deviance
