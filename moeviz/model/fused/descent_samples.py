"""The samples of a batch, which lie anywhere in their data set: compiled code.

Importing this module compiles it, or reads what was compiled before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moeviz.model.fused.kept import kept
from moeviz.model.fused.machine import F2, F3, compiled

if TYPE_CHECKING:
    import numpy as np

LINE = 8
"""Numbers of a line of the processor's cache: a row is filled so many at once."""


@compiled
def _a_line(
    data: np.ndarray, order: np.ndarray, first: int, column: int, out: np.ndarray, at: int
) -> None:
    """Copy columns of eight samples to rows of `out`, (J, B), from place `at` on."""
    a, b = data[order[first]], data[order[first + 1]]
    c, d = data[order[first + 2]], data[order[first + 3]]
    e, f = data[order[first + 4]], data[order[first + 5]]
    g, h = data[order[first + 6]], data[order[first + 7]]
    for j in range(out.shape[0] - 1):
        to, k = out[j], column + j
        to[at], to[at + 1], to[at + 2], to[at + 3] = a[k], b[k], c[k], d[k]
        to[at + 4], to[at + 5], to[at + 6], to[at + 7] = e[k], f[k], g[k], h[k]


@compiled
def gather(
    data: np.ndarray,
    order: np.ndarray,
    first: int,
    z: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
) -> None:
    """Copy samples to rows.

    Parameters
    ----------
    data : shape (N, Dz + D + 1)
        The score's features, the inputs and the observation of each sample.
    order : shape (N,)
        The samples, shuffled.
    first : int
        The block's first place in that order.
    z, x, y : shapes (Dz + 1, B), (D + 1, B), (B,)
        Overwritten, but for the last rows of the first two, which are 1.
    """
    gates, inputs, count = z.shape[0] - 1, x.shape[0] - 1, y.shape[0]
    whole = count - count % LINE
    for at in range(0, whole, LINE):
        _a_line(data, order, first + at, 0, z, at)
        _a_line(data, order, first + at, gates, x, at)
    for n in range(whole, count):
        sample = data[order[first + n]]
        for j in range(gates):
            z[j, n] = sample[j]
        for j in range(inputs):
            x[j, n] = sample[gates + j]
    for n in range(count):
        y[n] = data[order[first + n], gates + inputs]


@kept(f"void({F3}, {F3}, {F2}, {F3})")
def by_sample(z: np.ndarray, x: np.ndarray, y: np.ndarray, data: np.ndarray) -> None:
    """Make the numbers of a sample neighbours, since batches read samples from everywhere.

    Parameters
    ----------
    z, x, y : shapes (R, Dz + 1, N), (R, D + 1, N), (R, N)
        Features, whose last rows are 1, and observations.
    data : shape (R, N, Dz + D + 1)
        Overwritten.
    """
    gates, inputs, samples = z.shape[1] - 1, x.shape[1] - 1, y.shape[1]
    for r in range(y.shape[0]):
        for begin in range(0, samples, LINE):
            end = min(begin + LINE, samples)
            for j in range(gates):
                row = z[r, j]
                for n in range(begin, end):
                    data[r, n, j] = row[n]
            for j in range(inputs):
                row = x[r, j]
                for n in range(begin, end):
                    data[r, n, gates + j] = row[n]
            for n in range(begin, end):
                data[r, n, gates + inputs] = y[r, n]
