"""What one block of a batch says of a descent's gradient, on rows of samples: compiled code.

A gradient is a coefficient for each predictor and sample times a feature, summed over the samples.
Here are the coefficients of every output and their sums; no row of derivatives is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moeviz.model.fused.density_rows import row_sum
from moeviz.model.fused.machine import SIGMOID, compiled, fill
from moeviz.model.fused.products import dot, tile

if TYPE_CHECKING:
    import numpy as np


@compiled
def of_regression(
    kind: int,
    value: int,
    rows: np.ndarray,
    weights: np.ndarray,
    y: np.ndarray,
    spare: np.ndarray,
    by_score: np.ndarray,
    by_value: np.ndarray,
) -> None:
    """Write residual times derivatives of the mean by scores and by the experts' values.

    Parameters
    ----------
    kind, value : int
        The gate, and which of an expert's rows is its value.
    rows : shape (K, 1, inputs + I, B)
    weights : shape (K, B)
    y : shape (B,)
    spare : shape (2, B)
        Overwritten with the mean and the residual.
    by_score, by_value : shape (K, B)
        Overwritten.
    """
    atoms, count = weights.shape
    mean, residual = spare[0], spare[1]
    fill(0.0, mean)
    for i in range(atoms):
        w, h = weights[i], rows[i, 0, value]
        for n in range(count):
            mean[n] += w[n] * h[n]
    for n in range(count):
        residual[n] = y[n] - mean[n]
    for i in range(atoms):
        w, h, score, out = weights[i], rows[i, 0, value], by_score[i], by_value[i]
        if kind == SIGMOID:
            for n in range(count):
                score[n] = ((w[n] * (1.0 - w[n])) * h[n]) * residual[n]
        else:
            for n in range(count):
                score[n] = (w[n] * (h[n] - mean[n])) * residual[n]
        for n in range(count):
            out[n] = w[n] * residual[n]


@compiled
def of_gaussian(
    weights: np.ndarray,
    shares: np.ndarray,
    off: np.ndarray,
    variance: np.ndarray,
    spare: np.ndarray,
    by_score: np.ndarray,
    by_value: np.ndarray,
    by_variance: np.ndarray,
) -> None:
    """Write derivatives of half the log-likelihood's double by scores and means.

    Parameters
    ----------
    weights, shares, off : shape (K, B)
        The gate's, the responsibilities and the experts' residuals.
    variance : shape (K,)
    spare : shape (2, B)
        Overwritten.
    by_score, by_value : shape (K, B)
        Overwritten.
    by_variance : shape (K,)
        The sums of the derivatives by the variances; added to.
    """
    out = spare[0]
    for i in range(weights.shape[0]):
        w, share, gap, score, mean = weights[i], shares[i], off[i], by_score[i], by_value[i]
        precision = 1.0 / variance[i]
        for n in range(w.shape[0]):
            score[n] = share[n] - w[n]
        for n in range(w.shape[0]):
            mean[n] = (share[n] * gap[n]) * precision
        for n in range(w.shape[0]):
            out[n] = (mean[n] * gap[n] - share[n]) * (0.5 * precision)
        by_variance[i] += row_sum(out)


@compiled
def of_classes(
    weights: np.ndarray,
    shares: np.ndarray,
    chances: np.ndarray,
    y: np.ndarray,
    spare: np.ndarray,
    by_score: np.ndarray,
    by_value: np.ndarray,
) -> None:
    """Write derivatives of the log-likelihood by scores and logits.

    Parameters
    ----------
    weights, shares : shape (K, B)
        The gate's, and the responsibilities, whose sum is below 1 where nothing could be divided
        by the probability of what was observed.
    chances : shape (K, C - 1, B)
        Of all classes but the last.
    y : shape (B,)
    spare : shape (2, B)
        Overwritten.
    by_score : shape (K, B)
        Overwritten.
    by_value : shape (K (C - 1), B)
        Overwritten.
    """
    atoms, free, count = chances.shape
    total = spare[0]
    fill(0.0, total)
    for i in range(atoms):
        share = shares[i]
        for n in range(count):
            total[n] += share[n]
    for i in range(atoms):
        w, share, score = weights[i], shares[i], by_score[i]
        for n in range(count):
            score[n] = share[n] - w[n] * total[n]
        for c in range(free):
            chance, out = chances[i, c], by_value[i * free + c]
            for n in range(count):
                out[n] = share[n] * ((1.0 if y[n] == c else 0.0) - chance[n])


@compiled
def add_slopes(
    value_rows: np.ndarray,
    rows: np.ndarray,
    slopes: np.ndarray,
    heads: int,
    scalars: int,
    by_head: np.ndarray,
    by_scalar: np.ndarray,
) -> None:
    """Write coefficients of the heads, and add up those of the scalars.

    Parameters
    ----------
    value_rows : shape (K copies, B)
        Coefficients of the experts' values.
    rows : shape (K, copies, inputs + I, B)
    slopes : shape (heads + scalars,)
        Which of a copy's rows are the value's derivatives.
    heads, scalars : int
    by_head : shape (K copies heads, B)
        Overwritten.
    by_scalar : shape (K copies, scalars)
        Added to.
    """
    copies = rows.shape[1]
    for i in range(rows.shape[0]):
        for c in range(copies):
            own = value_rows[i * copies + c]
            for h in range(heads):
                slope, to = rows[i, c, slopes[h]], by_head[(i * copies + c) * heads + h]
                for n in range(own.shape[0]):
                    to[n] = own[n] * slope[n]
            for s in range(scalars):
                by_scalar[i * copies + c, s] += dot(own, rows[i, c, slopes[heads + s]])


@tile
def _two_by_four(x: np.ndarray, a: int, y: np.ndarray, b: int, total: np.ndarray) -> None:
    r0, r1 = x[a], x[a + 1]
    c0, c1, c2, c3 = y[b], y[b + 1], y[b + 2], y[b + 3]
    s0 = s1 = s2 = s3 = 0.0
    t0 = t1 = t2 = t3 = 0.0
    for n in range(x.shape[1]):
        p, q, r, s = c0[n], c1[n], c2[n], c3[n]
        u, v = r0[n], r1[n]
        s0 += u * p
        s1 += u * q
        s2 += u * r
        s3 += u * s
        t0 += v * p
        t1 += v * q
        t2 += v * r
        t3 += v * s
    to = total[a]
    to[b] += s0
    to[b + 1] += s1
    to[b + 2] += s2
    to[b + 3] += s3
    to = total[a + 1]
    to[b] += t0
    to[b + 1] += t1
    to[b + 2] += t2
    to[b + 3] += t3


@tile
def add_features(coefficients: np.ndarray, features: np.ndarray, total: np.ndarray) -> None:
    """Add the products of rows of coefficients, (M, B), with features, (D, B), to sums, (M, D)."""
    many, last = coefficients.shape[0], features.shape[0] - 1
    pairs = many - many % 2
    whole = last - last % 4
    for b in range(0, whole, 4):
        for a in range(0, pairs, 2):
            _two_by_four(coefficients, a, features, b, total)
    for a in range(many):
        own, to = coefficients[a], total[a]
        for b in range(0 if a >= pairs else whole, last):
            to[b] += dot(own, features[b])
        to[last] += row_sum(own)  # the last feature is 1
