r"""The compiled pass of expectation-maximisation: sums over the complete data, block by block.

Every row of the complete data is a weight per sample times a feature, so all sums are weights
times products of two features. The weights :math:`g_i` of the gate add up to 1; of the scores'
information

.. math:: \sum_n (\delta_{ij} g_i - g_i g_j)\, z z^\top

the blocks i = j are minus the sum of the others in their row. So the products of different atoms'
weights are enough, and nothing cancels. An expert's information is
:math:`\sum_n r\, \omega\, \sigma \sigma' x x^\top`, with responsibilities r, the slopes
:math:`\sigma` of its channels (predictors and scalars) and the information :math:`\omega` of one
observation about its copies' values.

Importing this module compiles it, or reads what was compiled before.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from moeviz.model.fused import elementary as el
from moeviz.model.fused.cache import cached
from moeviz.model.fused.density_rows import (
    FLOOR,
    classes,
    expert_rows,
    gaussian,
    row_sum,
)
from moeviz.model.fused.machine import (
    BLOCK,
    F1,
    F2,
    F3,
    I1,
    I2,
    SOFTMAX,
    compiled,
    linear_row,
    weigh,
)
from moeviz.model.fused.products import tile


@tile
def add_weighted(
    weights: np.ndarray, first: int, last: int, feature: np.ndarray, out: np.ndarray
) -> None:
    """Add to `out` the products of the rows `first` to `last` of `weights` with a feature."""
    w, count = first, weights.shape[1]
    while w + 4 <= last:
        a, b, c, d = weights[w], weights[w + 1], weights[w + 2], weights[w + 3]
        sa = sb = sc = sd = 0.0
        for n in range(count):
            sa += a[n] * feature[n]
            sb += b[n] * feature[n]
            sc += c[n] * feature[n]
            sd += d[n] * feature[n]
        out[w] += sa
        out[w + 1] += sb
        out[w + 2] += sc
        out[w + 3] += sd
        w += 4
    while w + 2 <= last:
        a, b = weights[w], weights[w + 1]
        sa = sb = 0.0
        for n in range(count):
            sa += a[n] * feature[n]
            sb += b[n] * feature[n]
        out[w] += sa
        out[w + 1] += sb
        w += 2
    if w < last:
        a = weights[w]
        sa = 0.0
        for n in range(count):
            sa += a[n] * feature[n]
        out[w] += sa


@compiled
def add_sums(
    features: np.ndarray,
    first: int,
    weights: np.ndarray,
    ends: np.ndarray,
    spare: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Add weights times products of features a <= b, the last of which is 1.

    Parameters
    ----------
    features : shape (Q, N)
    first : int
        The block's first sample.
    weights : shape (V, B)
    ends : shape (3,)
        How many weights go with all products; with these or single features; at all: the rest
        goes with 1 alone.
    spare : shape (B,)
        Overwritten.
    sums : shape (Q (Q + 1) / 2, V)
    """
    width, count, p = features.shape[0], weights.shape[1], 0
    for a in range(width):
        one = features[a, first : first + count]
        for b in range(a, width - 1):
            other = features[b, first : first + count]
            for n in range(count):
                spare[n] = one[n] * other[n]
            add_weighted(weights, 0, ends[0], spare, sums[p])
            p += 1
        add_weighted(weights, 0, ends[1] if a < width - 1 else ends[2], one, sums[p])
        p += 1


@compiled
def _gate_weights(weights: np.ndarray, shares: np.ndarray, out: np.ndarray) -> None:
    """Write products of different atoms' weights, then responsibilities less weights."""
    atoms, count = weights.shape
    at = 0
    for i in range(atoms):
        one = weights[i]
        for j in range(i):
            other, to = weights[j], out[at]
            for n in range(count):
                to[n] = one[n] * other[n]
            at += 1
    for i in range(atoms):
        share, weight, to = shares[i], weights[i], out[at + i]
        for n in range(count):
            to[n] = share[n] - weight[n]


@compiled
def _pull(
    share: np.ndarray, chance: np.ndarray, y: np.ndarray, first: int, which: int, out: np.ndarray
) -> None:
    """Write r times what the logit of class `which` is pulled by."""
    for n in range(out.shape[0]):
        seen = 1.0 if y[first + n] == which else 0.0
        out[n] = share[n] * (seen - chance[n])


@compiled
def _omega(share: np.ndarray, chances: np.ndarray, c: int, d: int, out: np.ndarray) -> None:
    """Write r times the information of one class about the logits c and d."""
    one, other = chances[c], chances[d]
    if c == d:
        for n in range(out.shape[0]):
            value = one[n] * (1.0 - one[n])
            out[n] = share[n] * (FLOOR if value < FLOOR else value)
    else:
        for n in range(out.shape[0]):
            out[n] = -(share[n] * (one[n] * other[n]))


@compiled
def _times(row: np.ndarray, out: np.ndarray) -> None:
    for n in range(out.shape[0]):
        out[n] *= row[n]


@compiled
def _expert_weights(
    i: int,
    y: np.ndarray,
    first: int,
    rows: np.ndarray,
    slopes: np.ndarray,
    chances: np.ndarray,
    variance: float,
    share: np.ndarray,
    off: np.ndarray,
    pairs: np.ndarray,
    singles: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write the weights of atom i's channels.

    Without `slopes` the values are their predictors. Without `chances` densities are Gaussian.
    """
    count, free = share.shape[0], chances.shape[0]
    step = max(1, slopes.shape[0])
    precision = 1.0 / variance
    for m in range(singles.shape[0]):
        c, to = m // step, out[singles[m] + i]
        if free:
            _pull(share, chances[c], y, first, c, to)
        else:
            for n in range(count):
                to[n] = share[n] * off[n] * precision
        if slopes.shape[0]:
            _times(rows[c, slopes[m - c * step]], to)
    for p in range(pairs.shape[0]):
        m, o = pairs[p, 0], pairs[p, 1]
        c, d, to = m // step, o // step, out[pairs[p, 2] + i]
        if free:
            _omega(share, chances, c, d, to)
        else:
            for n in range(count):
                to[n] = share[n] * precision
        if slopes.shape[0]:
            _times(rows[c, slopes[m - c * step]], to)
            _times(rows[d, slopes[o - d * step]], to)


@tile
def _square_sum(share: np.ndarray, off: np.ndarray, precision: float) -> float:
    """Return the sum of r (off^2 / variance - 1)."""
    total = 0.0
    for n in range(share.shape[0]):
        total += share[n] * (off[n] * off[n] * precision - 1.0)
    return total


@compiled
def _place(a: int, b: int, width: int) -> int:
    """Return the place of a pair of features among the pairs a <= b in their order."""
    low, high = min(a, b), max(a, b)
    return low * width - low * (low - 1) // 2 + high - low


@compiled
def _assemble(
    wide: int,
    gate_sums: np.ndarray,
    expert_sums: np.ndarray,
    gram_places: np.ndarray,
    slope_places: np.ndarray,
    slope: np.ndarray,
    gram: np.ndarray,
) -> None:
    """Put a fit's sums where they belong: slope (K, H), gram (K, H, K, H), which is all 0."""
    atoms, size = slope.shape[0], slope_places.shape[0]
    many, pair = atoms * (atoms - 1) // 2, 0
    each = expert_sums.shape[1] // atoms
    for i in range(atoms):
        for a in range(wide):
            slope[i, a] = gate_sums[_place(a, wide - 1, wide), many + i]
        for j in range(i):
            for a in range(wide):
                for b in range(wide):
                    value = gate_sums[_place(a, b, wide), pair]
                    gram[i, a, j, b] = -value
                    gram[j, a, i, b] = -value
                    gram[i, a, i, b] += value
                    gram[j, a, j, b] += value
            pair += 1
        for e in range(size):
            at = slope_places[e]
            slope[i, wide + e] = expert_sums[at // each, at % each * atoms + i]
            for o in range(size):
                at = gram_places[e, o]
                value = expert_sums[at // each, at % each * atoms + i]
                gram[i, wide + e, i, wide + o] = value


@njit(
    f"void({F3}, {F3}, i8, i8, {I2}, {F2}, i8, {I1}, i8, i8, {I2}, {I1}, {I1}, {I2}, {I1}, "
    f"{F3}, {F3}, {F2}, {I1}, {F1}, {F2}, {F3}, f8[:,:,:,:,::1])",
    fastmath=set(el.FAST), error_model="numpy", nogil=True, cache=cached(),
)  # fmt: skip
def sum_complete(
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
    pairs: np.ndarray,
    singles: np.ndarray,
    ends: np.ndarray,
    gram_places: np.ndarray,
    slope_places: np.ndarray,
    z: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    which: np.ndarray,
    cost: np.ndarray,
    share: np.ndarray,
    slope: np.ndarray,
    gram: np.ndarray,
) -> None:
    """Add up the complete data's moments over the predictors.

    Parameters
    ----------
    gate : shape (F, K, Dz + 1)
    expert : shape (F, K, E)
    kept : int
        How many experts the gate keeps.
    classes_ : int
        C, or 0 for Gaussian densities.
    steps, numbers, value, heads, scalars
        The expert's instructions.
    slopes : shape (heads + scalars,)
        Rows of its derivatives; empty where its value is its only predictor.
    pairs, singles, ends, gram_places, slope_places
        As :class:`moeviz.model.fused.complete.Plan` has them.
    z, x, y : shapes (R, Dz + 1, N), (R, D + 1, N), (R, N)
        Features and observations.
    which : shape (F,)
        Each fit's data set.
    cost : shape (F,)
    share : shape (F, K)
    slope : shape (F, K, H)
    gram : shape (F, K, H, K, H)
        All 0 before.
    """
    fits, atoms, wide = gate.shape
    samples, inputs = y.shape[1], heads + scalars
    free = max(0, classes_ - 1)
    copies = max(1, free)
    width = x.shape[1]
    many, last = atoms * (atoms - 1) // 2, slope.shape[2] - 1
    gate_ends = np.array([many, many + atoms, many + atoms])
    gate_sums = np.zeros((fits, wide * (wide + 1) // 2, many + atoms))
    expert_sums = np.zeros((fits, width * (width + 1) // 2, ends[2]))
    for piece in range(2):  # whole blocks, then what is left
        whole = samples - samples % BLOCK
        start, stop = (0, whole) if piece == 0 else (whole, samples)
        if start == stop:
            continue
        count = min(BLOCK, stop - start)
        rows = np.empty((atoms, copies, inputs + steps.shape[0], count))
        scores, weights = np.empty((atoms, count)), np.empty((atoms, count))
        shares, extra = np.empty((atoms, count)), np.empty((atoms, count))
        chances = np.empty((atoms, free, count))
        aside, spare = np.empty((2, count)), np.empty((2, count))
        by_gate = np.empty((many + atoms, count))
        by_expert = np.empty((ends[2], count))
        for f in range(fits):
            zf, xf, yf = z[which[f]], x[which[f]], y[which[f]]
            variance = expert[f, :, expert.shape[2] - 1].copy()
            for first in range(start, stop, count):
                for i in range(atoms):
                    linear_row(gate[f, i], zf, first, scores[i])
                    expert_rows(
                        expert[f, i], copies, steps, numbers, heads, scalars, xf, first, rows[i]
                    )
                weigh(SOFTMAX, kept, scores, weights, aside)
                if free:
                    cost[f] += classes(
                        yf, first, rows, value, weights, chances, extra, shares, spare
                    )
                else:
                    cost[f] += gaussian(
                        yf, first, rows, value, variance, kept, scores, aside, shares,
                        extra, spare,
                    )  # fmt: skip
                _gate_weights(weights, shares, by_gate)
                add_sums(zf, first, by_gate, gate_ends, spare[0], gate_sums[f])
                for i in range(atoms):
                    _expert_weights(
                        i, yf, first, rows[i], slopes, chances[i], variance[i], shares[i],
                        extra[i], pairs, singles, by_expert,
                    )  # fmt: skip
                    share[f, i] += row_sum(shares[i])
                    if not free:
                        slope[f, i, last] += _square_sum(shares[i], extra[i], 1.0 / variance[i])
                add_sums(xf, first, by_expert, ends, spare[0], expert_sums[f])
    for f in range(fits):
        _assemble(wide, gate_sums[f], expert_sums[f], gram_places, slope_places, slope[f], gram[f])
        if not free:
            for i in range(atoms):
                half = 0.5 / expert[f, i, expert.shape[2] - 1]
                slope[f, i, last] *= half
                gram[f, i, last, i, last] = 2.0 * share[f, i] * half * half
