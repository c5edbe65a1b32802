"""Exact linear algebra over the rationals, for matrices of a few dozen rows."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Matrix = list[list[Fraction]]


def reduced(rows: Sequence[Sequence[Fraction]]) -> tuple[Matrix, list[int]]:
    """Return the reduced row echelon form without zero rows, and its pivot columns."""
    work = [list(map(Fraction, row)) for row in rows]
    pivots: list[int] = []
    top = 0
    width = len(work[0]) if work else 0
    for column in range(width):
        best = next((r for r in range(top, len(work)) if work[r][column]), None)
        if best is None:
            continue
        work[top], work[best] = work[best], work[top]
        lead = work[top][column]
        work[top] = [e / lead for e in work[top]]
        for r, row in enumerate(work):
            factor = row[column]
            if r != top and factor:
                work[r] = [a - factor * b for a, b in zip(row, work[top], strict=True)]
        pivots.append(column)
        top += 1
    return work[:top], pivots


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
