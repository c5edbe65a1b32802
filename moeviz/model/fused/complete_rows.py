"""Weights of the complete data's sums, and the sums themselves, on rows: compiled code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moeviz.model.fused.density_rows import FLOOR
from moeviz.model.fused.machine import compiled
from moeviz.model.fused.products import tile

if TYPE_CHECKING:
    import numpy as np


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
def gate_weights(weights: np.ndarray, shares: np.ndarray, out: np.ndarray) -> None:
    """Write products of different atoms' weights, then responsibilities less weights.

    Parameters
    ----------
    weights, shares : shape (K, B)
    out : shape (K (K - 1) / 2 + K, B)
        Overwritten; pairs i > j come in the order of i.
    """
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
def expert_weights(
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

    Parameters
    ----------
    i : int
    y : shape (N,)
    first : int
        The block's first sample.
    rows : shape (copies, inputs + I, B)
        The atom's.
    slopes : shape (heads + scalars,)
        Rows of the derivatives; empty where values are their only predictor.
    chances : shape (C - 1, B)
        Probabilities of the classes; none for Gaussian densities.
    variance : float
    share, off : shape (B,)
        Responsibilities and residuals.
    pairs, singles
        As :class:`moeviz.model.fused.complete.Plan` has them.
    out : shape (V, B)
        The atom's rows are overwritten.
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
def square_sum(share: np.ndarray, off: np.ndarray, precision: float) -> float:
    """Return the sum of r (off^2 / variance - 1) over rows r and off."""
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
def assemble(
    wide: int,
    gate_sums: np.ndarray,
    expert_sums: np.ndarray,
    gram_places: np.ndarray,
    slope_places: np.ndarray,
    slope: np.ndarray,
    gram: np.ndarray,
) -> None:
    """Put a fit's sums where they belong.

    Parameters
    ----------
    wide : int
        Dz + 1.
    gate_sums : shape (Q, K (K - 1) / 2 + K)
    expert_sums : shape (Q', V)
    gram_places, slope_places
        As :class:`moeviz.model.fused.complete.Plan` has them.
    slope : shape (K, H)
        Overwritten, but for an output's own parameters.
    gram : shape (K, H, K, H)
        All 0 before.
    """
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
