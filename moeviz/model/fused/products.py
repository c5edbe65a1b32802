"""The product of a block of rows with its transpose, summed into a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moeviz.model.fused.machine import loop

if TYPE_CHECKING:
    import numpy as np

SUMS = {"contract", "reassoc"}
"""A sum over samples may be taken in vector lanes; each block of rows has the same ones."""

tile = loop(SUMS)


@tile
def _sixteen(x: np.ndarray, a: int, b: int, total: np.ndarray) -> None:
    """Add the products of four rows from `a` on with four from `b` on."""
    r0, r1, r2, r3 = x[a], x[a + 1], x[a + 2], x[a + 3]
    c0, c1, c2, c3 = x[b], x[b + 1], x[b + 2], x[b + 3]
    s00 = s01 = s02 = s03 = 0.0
    s10 = s11 = s12 = s13 = 0.0
    s20 = s21 = s22 = s23 = 0.0
    s30 = s31 = s32 = s33 = 0.0
    for n in range(x.shape[1]):
        p, q, r, s = c0[n], c1[n], c2[n], c3[n]
        t = r0[n]
        s00 += t * p
        s01 += t * q
        s02 += t * r
        s03 += t * s
        t = r1[n]
        s10 += t * p
        s11 += t * q
        s12 += t * r
        s13 += t * s
        t = r2[n]
        s20 += t * p
        s21 += t * q
        s22 += t * r
        s23 += t * s
        t = r3[n]
        s30 += t * p
        s31 += t * q
        s32 += t * r
        s33 += t * s
    total[a, b] += s00
    total[a, b + 1] += s01
    total[a, b + 2] += s02
    total[a, b + 3] += s03
    total[a + 1, b] += s10
    total[a + 1, b + 1] += s11
    total[a + 1, b + 2] += s12
    total[a + 1, b + 3] += s13
    total[a + 2, b] += s20
    total[a + 2, b + 1] += s21
    total[a + 2, b + 2] += s22
    total[a + 2, b + 3] += s23
    total[a + 3, b] += s30
    total[a + 3, b + 1] += s31
    total[a + 3, b + 2] += s32
    total[a + 3, b + 3] += s33


@tile
def _four(x: np.ndarray, a: int, b: int, out: np.ndarray) -> None:
    """Add the products of row `a` with four rows from `b` on to a row of sums."""
    row, c0, c1, c2, c3 = x[a], x[b], x[b + 1], x[b + 2], x[b + 3]
    s0 = s1 = s2 = s3 = 0.0
    for n in range(x.shape[1]):
        t = row[n]
        s0 += t * c0[n]
        s1 += t * c1[n]
        s2 += t * c2[n]
        s3 += t * c3[n]
    out[b] += s0
    out[b + 1] += s1
    out[b + 2] += s2
    out[b + 3] += s3


@tile
def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Return the sum of the products of two rows."""
    total = 0.0
    for n in range(a.shape[0]):
        total += a[n] * b[n]
    return total


@tile
def add_row(x: np.ndarray, a: int, out: np.ndarray) -> None:
    """Add the products of row `a` of x, (S, B), with the rows up to it to `out`, (S,)."""
    whole = a - a % 4
    for b in range(0, whole, 4):
        _four(x, a, b, out)
    for b in range(whole, a + 1):
        out[b] += dot(x[a], x[b])


@tile
def add_products(x: np.ndarray, total: np.ndarray) -> None:
    """Add X X^T to `total`, (S, S), on and below the diagonal; what is above is overwritten.

    Parameters
    ----------
    x : numpy.ndarray, shape (S, B)
    total : numpy.ndarray, shape (S, S)
    """
    whole = x.shape[0] - x.shape[0] % 4
    for a in range(0, whole, 4):
        for b in range(0, a + 1, 4):
            _sixteen(x, a, b, total)
    for a in range(whole, x.shape[0]):
        add_row(x, a, total[a])


@tile
def mirror(total: np.ndarray) -> None:
    """Copy what is below the diagonal to above it."""
    for a in range(total.shape[0]):
        for b in range(a):
            total[b, a] = total[a, b]
