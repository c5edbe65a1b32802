r"""The compiled pass of likelihoods: the products of their rows, block by block.

A density has one row of square roots of the information per sample, a class out of C has C - 1: as
:mod:`moeviz.model.categorical` says. They are written below each other with their residual, and
multiplied with themselves.

Importing this module compiles it, or reads what was compiled before.
"""

from __future__ import annotations

import math

import numpy as np

from moeviz.model.fused import elementary as el
from moeviz.model.fused.class_rows import (
    add_later,
    along,
    by_logit,
    by_logit_of,
    decided,
    draw,
    mix,
)
from moeviz.model.fused.density_rows import FAR, classes, expert_rows, gaussian, row_sum
from moeviz.model.fused.kept import kept
from moeviz.model.fused.machine import (
    BLOCK,
    F1,
    F2,
    F3,
    I1,
    I2,
    SOFTMAX,
    add_through,
    add_times,
    compiled,
    copy,
    fill,
    linear_row,
    times_features,
    weigh,
)
from moeviz.model.fused.products import add_products, add_row, mirror


@compiled
def _write_copy(
    by: np.ndarray,
    rows: np.ndarray,
    slopes: np.ndarray,
    heads: int,
    scalars: int,
    x: np.ndarray,
    first: int,
    at: int,
    out: np.ndarray,
    spare: np.ndarray,
) -> int:
    """Write derivatives by one copy's predictors and scalars; return the next row."""
    for h in range(heads):
        slope = rows[slopes[h]]
        for n in range(by.shape[0]):
            spare[n] = by[n] * slope[n]
        at = times_features(spare, x, first, at, out)
    for s in range(scalars):
        slope, to = rows[slopes[heads + s]], out[at + s]
        for n in range(by.shape[0]):
            to[n] = by[n] * slope[n]
    return at + scalars


@compiled
def _by_mean(
    share: np.ndarray, off: np.ndarray, precision: float, mean: np.ndarray, spread: np.ndarray
) -> None:
    """Write a Gaussian's derivatives by its mean and by its variance."""
    for n in range(share.shape[0]):
        mean[n] = (share[n] * off[n]) * precision
    for n in range(share.shape[0]):
        spread[n] = (mean[n] * off[n] - share[n]) * (0.5 * precision)


@compiled
def _add(jacobian: np.ndarray, total: np.ndarray) -> None:
    if total.shape[0] == 1:
        add_row(jacobian, jacobian.shape[0] - 1, total[0])
    else:
        add_products(jacobian, total)


@kept(
    f"void({F3}, {F3}, i8, i8, {I2}, {F2}, i8, {I1}, i8, i8, "
    f"{F3}, {F3}, {F2}, {I1}, {F1}, {F3})",
    fastmath=set(el.FAST),
)  # fmt: skip
def sum_likelihoods(
    gate: np.ndarray,
    expert: np.ndarray,
    kept: int,
    classes_: int,
    steps: np.ndarray,
    numbers: np.ndarray,
    value: int,
    slopes: np.ndarray,
    heads: int,
    scalars: int,
    z: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    which: np.ndarray,
    cost: np.ndarray,
    total: np.ndarray,
) -> None:
    """Add up the deviance, and products of the rows by the predictors and the residual.

    Parameters
    ----------
    gate : shape (F, K, Dz + 1)
    expert : shape (F, K, E)
    kept : int
        How many experts the gate keeps.
    classes_ : int
        C, or 0 for Gaussian densities.
    steps, numbers, value, slopes, heads, scalars
        The expert's instructions, and the rows of its value and of its derivatives; where the
        score reads it, also those of the affinity and of its derivative.
    z, x, y : shapes (R, Dz + 1, N), (R, D + 1, N), (R, N)
        Features and observations.
    which : shape (F,)
        Each fit's data set.
    cost : shape (F,)
        Added to.
    total : shape (F, S + 1, S + 1) or (F, 1, S + 1)
        All products, or the residual's alone. Added to.
    """
    fits, atoms = gate.shape[0], gate.shape[1]
    samples, height, inputs = y.shape[1], total.shape[2], heads + scalars
    free = max(0, classes_ - 1)
    copies = max(1, free)
    reads, share_of = slopes.shape[0] > inputs, 1.0 / copies
    for piece in range(2):
        # All blocks of full length, then what is left.
        whole = samples - samples % BLOCK
        start, stop = (0, whole) if piece == 0 else (whole, samples)
        if start == stop:
            continue
        count = min(BLOCK, stop - start)
        rows = np.empty((atoms, copies, inputs + steps.shape[0], count))
        scores, weights = np.empty((atoms, count)), np.empty((atoms, count))
        shares, extra = np.empty((atoms, count)), np.empty((atoms, count))
        chances, mixed = np.empty((atoms, free, count)), np.empty((free + 1, count))
        aside, spare, by = np.empty((2, count)), np.empty((2, count)), np.empty(count)
        after, by_score = np.empty(count), np.empty(count)
        jacobian = np.empty((height, count))
        residual = jacobian[height - 1]
        for f in range(fits):
            zf, xf, yf = z[which[f]], x[which[f]], y[which[f]]
            variance = expert[f, :, expert.shape[2] - 1].copy()
            for first in range(start, stop, count):
                for i in range(atoms):
                    linear_row(gate[f, i], zf, first, scores[i])
                    expert_rows(
                        expert[f, i], copies, steps, numbers, heads, scalars, xf, first, rows[i]
                    )
                    if reads:
                        for c in range(copies):
                            add_times(rows[i, c, slopes[inputs]], share_of, scores[i])
                weigh(SOFTMAX, kept, scores, weights, aside)
                if not free:
                    cost[f] += gaussian(
                        yf, first, rows, value, variance, kept, scores, weights, aside, shares,
                        extra, spare,
                    )  # fmt: skip
                    at = 0
                    for i in range(atoms):
                        share, weight = shares[i], weights[i]
                        for n in range(count):
                            by[n] = share[n] - weight[n]
                        at = times_features(by, zf, first, at, jacobian)
                        _by_mean(share, extra[i], 1.0 / variance[i], spare[0], spare[1])
                        if reads:
                            add_through(by, rows[i, 0, slopes[inputs + 1]], 1.0, spare[0])
                        at = _write_copy(
                            spare[0], rows[i, 0], slopes, heads, scalars, xf, first, at, jacobian,
                            by,
                        )  # fmt: skip
                        copy(spare[1], jacobian[at])
                        at += 1
                    fill(1.0, residual)
                    _add(jacobian, total[f])
                    continue
                cost[f] += classes(yf, first, rows, value, weights, chances, extra, shares, spare)
                mix(weights, chances, extra, mixed)
                before, here, mean = aside[0], aside[1], spare[0]
                for c in range(free):
                    draw(c, mixed, yf, first, before, here, mean, residual)
                    far = not row_sum(here) < 1.0 / math.sqrt(FAR)
                    if far:
                        decided(c, mixed, yf, first, before, here, after, residual)
                    fill(0.0, mean)
                    for i in range(atoms):
                        share, weight = shares[i], weights[i]
                        along(c, chances[i], before, here, share)
                        if far:
                            add_later(c, chances[i], extra[i], after, share)
                        for n in range(count):
                            mean[n] += weight[n] * share[n]
                    at = 0
                    for i in range(atoms):
                        share, weight = shares[i], weights[i]
                        for n in range(count):
                            by[n] = weight[n] * (share[n] - mean[n])
                        at = times_features(by, zf, first, at, jacobian)
                        if reads:
                            copy(by, by_score)
                        for d in range(free):
                            if d > c and far:
                                by_logit_of(weight, chances[i, d], share, after, by)
                            elif d > c:
                                by_logit(weight, chances[i, d], share, by)
                            else:
                                by_logit_of(
                                    weight, chances[i, d], share, here if d == c else before, by
                                )
                            if reads:
                                bend = rows[i, d, slopes[inputs + 1]]
                                add_through(by_score, bend, share_of, by)
                            at = _write_copy(
                                by, rows[i, d], slopes, heads, scalars, xf, first, at, jacobian,
                                spare[1],
                            )  # fmt: skip
                    _add(jacobian, total[f])
    if total.shape[1] == height:
        for f in range(fits):
            mirror(total[f])
