"""Exact linear algebra over the rationals, for matrices of a few dozen rows."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import flint

Matrix = list[list[Fraction]]


def reduced(rows: Sequence[Sequence[Fraction]]) -> tuple[Matrix, list[int]]:
    """Return the reduced row echelon form without zero rows, and its pivot columns."""
    width = len(rows[0]) if rows else 0
    if not width:
        return [], []
    flat = [flint.fmpq(e.numerator, e.denominator) for row in rows for e in row]
    echelon, rank = flint.fmpq_mat(len(rows), width, flat).rref()
    entries = [Fraction(int(e.numerator), int(e.denominator)) for e in echelon.entries()]
    work = [entries[r * width : (r + 1) * width] for r in range(rank)]
    return work, [next(c for c, e in enumerate(row) if e) for row in work]


def null_basis(rows: Sequence[Sequence[Fraction]], width: int) -> Matrix:
    """Return a basis of the vectors that all rows send to 0."""
    echelon, pivots = reduced(rows) if rows else ([], [])
    basis = []
    for free in range(width):
        if free in pivots:
            continue
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for row, pivot in zip(echelon, pivots, strict=True):
            vector[pivot] = -row[free]
        basis.append(vector)
    return basis


def signature(matrix: Sequence[Sequence[Fraction]]) -> tuple[list[list[Fraction]], list[Fraction]]:
    """Return vectors v_r and numbers d_r with M = sum_r d_r v_r v_r^T.

    Raises
    ------
    ValueError
        If a pivot is zero while its row is not, as in an indefinite matrix with zero diagonal.
    """
    work = [list(map(Fraction, row)) for row in matrix]
    size = len(work)
    vectors, weights = [], []
    for k in range(size):
        d = work[k][k]
        if not d:
            if any(work[k]):
                raise ValueError("indefinite")
            continue
        v = [work[i][k] / d for i in range(size)]
        for i in range(size):
            for j in range(size):
                work[i][j] -= d * v[i] * v[j]
        vectors.append(v)
        weights.append(d)
    return vectors, weights


def is_positive(matrix: Sequence[Sequence[Fraction]], strictly: bool = False) -> bool:
    """Return whether a symmetric matrix is positive semidefinite, or definite."""
    try:
        _, weights = signature(matrix)
    except ValueError:
        return False
    return all(d > 0 for d in weights) and (not strictly or len(weights) == len(matrix))
