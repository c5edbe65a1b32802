"""The numeric part of the second-order test: a small semidefinite program, and rounding."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import clarabel
import numpy as np
from scipy import sparse

from moeviz.symbolic.kernel.exact import Matrix


def pairs(size: int) -> list[tuple[int, int]]:
    """Return the places of a symmetric matrix's free entries, row by row."""
    return [(a, b) for a in range(size) for b in range(a, size)]


def rational_rows(kernel: np.ndarray, bound: int) -> Matrix:
    """Return the reduced echelon form of numeric rows, rounded."""
    rows = np.array(kernel)
    pivots: list[int] = []
    for r in range(len(rows)):
        rest = [c for c in range(rows.shape[1]) if c not in pivots]
        column = max(rest, key=lambda c: abs(rows[r:, c]).max())
        best = r + int(np.argmax(abs(rows[r:, column])))
        rows[[r, best]] = rows[[best, r]]
        rows[r] /= rows[r, column]
        for other in range(len(rows)):
            if other != r:
                rows[other] -= rows[other, column] * rows[r]
        pivots.append(column)
    return [[Fraction(float(e)).limit_denominator(bound) for e in row] for row in rows]


def largest_least_eigenvalue(
    sizes: Sequence[int], spanning: Matrix
) -> tuple[float, list[float]] | None:
    """Maximise the least eigenvalue of a matrix of trace 1 in a span of block matrices.

    Parameters
    ----------
    sizes : sequence of int
        Of the blocks.
    spanning : matrix
        One row for each block matrix of the span: its free entries, block by block.

    Returns
    -------
    (float, list of float) or None
        The eigenvalue and the coefficients; None if the solver gives up.
    """
    count = len(spanning)
    columns = np.array([[float(e) for e in row] for row in spanning]).T
    scales = np.abs(columns).max(axis=0)
    columns = columns / scales
    trace = np.zeros(count)
    lower, cones, at = [], [clarabel.ZeroConeT(1)], 0
    for size in sizes:
        free = pairs(size)
        entry = {pair: at + i for i, pair in enumerate(free)}
        for b in range(size):
            for a in range(b + 1):
                factor = 1.0 if a == b else np.sqrt(2.0)
                row = np.zeros(count + 1)
                row[:count] = -factor * columns[entry[a, b]]
                row[count] = 1.0 if a == b else 0.0
                lower.append(row)
            trace += columns[entry[b, b]]
        cones.append(clarabel.PSDTriangleConeT(size))
        at += len(free)
    left = sparse.csc_matrix(np.vstack([[*trace, 0.0], *lower]))
    right = np.array([1.0, *([0.0] * len(lower))])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_iter = 100
    cost = np.zeros(count + 1)
    cost[count] = -1.0
    quadratic = sparse.csc_matrix((count + 1, count + 1))
    solver = clarabel.DefaultSolver(quadratic, cost, left, right, cones, settings)
    solution = solver.solve()
    if "Solved" not in str(solution.status):
        return None
    return float(solution.x[count]), [
        float(v / s) for v, s in zip(solution.x[:count], scales, strict=True)
    ]
