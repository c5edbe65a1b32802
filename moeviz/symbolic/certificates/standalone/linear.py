"""Matrices: determinants enclosed by intervals, exact signs of symmetric matrices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import iv


def enclosed_determinant(rows: Sequence[Sequence[Any]]) -> Any:
    """Return an interval that encloses a determinant; None if a pivot may be zero.

    Gaussian elimination in interval arithmetic, with the pivot farthest from zero.
    """
    work = [list(row) for row in rows]
    total = iv.mpf(1)
    for k in range(len(work)):
        best = max(range(k, len(work)), key=lambda r: abs(mpmath.mpf(work[r][k].mid)))
        if best != k:
            work[k], work[best] = work[best], work[k]
            total = -total
        pivot = work[k][k]
        if 0 in pivot:
            return None
        total *= pivot
        for r in range(k + 1, len(work)):
            if work[r][k] != 0:
                factor = work[r][k] / pivot
                work[r] = [
                    *work[r][: k + 1],
                    *(
                        a - factor * b
                        for a, b in zip(work[r][k + 1 :], work[k][k + 1 :], strict=True)
                    ),
                ]
    return total


def stated_interval(text: str) -> Any:
    """Return the interval that a text such as [1.25e-7 +/- 3e-15] writes."""
    number = r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?"
    before, _, after = text.partition("+/-")
    found = [re.search(number, part) for part in (before, after)]
    middle, radius = (iv.mpf(match[0]) if match else iv.mpf(0) for match in found)
    return middle + radius * iv.mpf([-1, 1])


def meet(a: Any, b: Any) -> bool:
    """Return whether two intervals have a number in common."""
    return bool(a.a <= b.b and b.a <= a.b)


def pivots_of(matrix: Sequence[Sequence[Fraction]]) -> list[Fraction] | None:
    """Return the pivots of an exact LDL decomposition, 0 where a row is zero.

    None if a pivot is zero and its row is not: then the matrix is indefinite.
    """
    return None if (parts := squares_of(matrix)) is None else [d for d, _ in parts]


def squares_of(
    matrix: Sequence[Sequence[Fraction]],
) -> list[tuple[Fraction, list[Fraction]]] | None:
    """Return numbers d and vectors v with M the sum of d v v'; None if M is indefinite."""
    work = [list(row) for row in matrix]
    size = len(work)
    found = []
    for k in range(size):
        d = work[k][k]
        if not d:
            if any(work[k]):
                return None
            found.append((d, [Fraction(0)] * size))
            continue
        v = [work[i][k] / d for i in range(size)]
        for i in range(size):
            for j in range(size):
                work[i][j] -= d * v[i] * v[j]
        found.append((d, v))
    return found
