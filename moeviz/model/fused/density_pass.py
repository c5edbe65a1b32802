r"""The compiled pass of likelihoods: the products of their rows, block by block.

A density has one row of square roots of the information per sample, a class out of C has C - 1: as
:mod:`moeviz.model.outputs` says. They are written below each other with their residual, and
multiplied with themselves.

Importing this module compiles it, or reads what was compiled before.
"""

from __future__ import annotations

import math

import numpy as np

from moeviz.model.fused import elementary as el
from moeviz.model.fused.density_rows import FAR, FLOOR, classes, expert_rows, gaussian, row_sum
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
def _mix(weights: np.ndarray, chances: np.ndarray, last: np.ndarray, mixed: np.ndarray) -> None:
    """Write the mixture's probabilities of C classes, (C, B)."""
    atoms, free, count = chances.shape
    for c in range(free + 1):
        fill(0.0, mixed[c])
    for i in range(atoms):
        weight, rest, to = weights[i], last[i], mixed[free]
        if free == 1:
            rest = chances[i, 0]
            for n in range(count):
                to[n] += weight[n] * (1.0 - rest[n])
        else:
            for n in range(count):
                to[n] += weight[n] * rest[n]
        for c in range(free):
            chance, to = chances[i, c], mixed[c]
            for n in range(count):
                to[n] += weight[n] * chance[n]


@compiled
def _draw(
    c: int,
    mixed: np.ndarray,
    y: np.ndarray,
    first: int,
    before: np.ndarray,
    here: np.ndarray,
    tail: np.ndarray,
    residual: np.ndarray,
) -> None:
    """Write coefficients and residual of draw c of the chain, which is class c or a later one."""
    count = residual.shape[0]
    fill(0.0, tail)
    for d in range(mixed.shape[0] - 1, c, -1):
        row = mixed[d]
        for n in range(count):
            tail[n] += row[n]
    own = mixed[c]
    for n in range(count):
        left = tail[n] + own[n]
        left = FLOOR if left < FLOOR else left
        spread = (own[n] / left) * (tail[n] / left)
        spread = FLOOR if spread < FLOOR else spread
        here[n] = 1.0 / math.sqrt(left * spread)
    for n in range(count):
        left = tail[n] + own[n]
        before[n] = own[n] / (FLOOR if left < FLOOR else left)
    for n in range(count):
        seen = 1.0 if y[first + n] == c else 0.0
        seen = (seen - before[n]) * here[n]
        residual[n] = seen if y[first + n] >= c else 0.0
    for n in range(count):
        before[n] *= here[n]


@compiled
def _decided(
    c: int,
    mixed: np.ndarray,
    y: np.ndarray,
    first: int,
    before: np.ndarray,
    here: np.ndarray,
    after: np.ndarray,
    residual: np.ndarray,
) -> None:
    """Write other coefficients where draw c is all but decided, as `outputs._chain` says."""
    own = mixed[c]
    for n in range(residual.shape[0]):
        after[n] = 0.0
        if here[n] * here[n] > 1.0 / FAR:
            later = 0.0
            for d in range(mixed.shape[0] - 1, c, -1):
                later += mixed[d, n]
            left, a, b = later + own[n], 0.0, 0.0
            if not (own[n] < FLOOR or later < FLOOR):
                a = math.sqrt((later / left) / own[n])
                b = -math.sqrt((own[n] / left) / later)
            before[n], here[n], after[n] = 0.0, a, b
            residual[n] = a if y[first + n] == c else b if y[first + n] > c else 0.0


@compiled
def _add_later(
    c: int, chances: np.ndarray, last: np.ndarray, after: np.ndarray, out: np.ndarray
) -> None:
    """Add what the classes after c of an atom's share do to draw c."""
    free = chances.shape[0]
    for n in range(out.shape[0]):
        rest = last[n] if free > 1 else 1.0 - chances[0, n]
        for d in range(c + 1, free):
            rest += chances[d, n]
        out[n] += after[n] * rest


@compiled
def _along(
    c: int, chances: np.ndarray, before: np.ndarray, here: np.ndarray, out: np.ndarray
) -> None:
    """Write what an atom's share does to draw c."""
    count = out.shape[0]
    chance = chances[c]
    for n in range(count):
        out[n] = here[n] * chance[n]
    for d in range(c):
        chance = chances[d]
        for n in range(count):
            out[n] += before[n] * chance[n]


@compiled
def _by_logit(weight: np.ndarray, chance: np.ndarray, value: np.ndarray, out: np.ndarray) -> None:
    for n in range(out.shape[0]):
        out[n] = -((weight[n] * chance[n]) * value[n])


@compiled
def _by_logit_of(
    weight: np.ndarray,
    chance: np.ndarray,
    value: np.ndarray,
    coefficient: np.ndarray,
    out: np.ndarray,
) -> None:
    for n in range(out.shape[0]):
        out[n] = (weight[n] * chance[n]) * (coefficient[n] - value[n])


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
                _mix(weights, chances, extra, mixed)
                before, here, mean = aside[0], aside[1], spare[0]
                for c in range(free):
                    _draw(c, mixed, yf, first, before, here, mean, residual)
                    far = not row_sum(here) < 1.0 / math.sqrt(FAR)
                    if far:
                        _decided(c, mixed, yf, first, before, here, after, residual)
                    fill(0.0, mean)
                    for i in range(atoms):
                        share, weight = shares[i], weights[i]
                        _along(c, chances[i], before, here, share)
                        if far:
                            _add_later(c, chances[i], extra[i], after, share)
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
                                _by_logit_of(weight, chances[i, d], share, after, by)
                            elif d > c:
                                _by_logit(weight, chances[i, d], share, by)
                            else:
                                _by_logit_of(
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
