r"""The second-order test: whether a crowded cell can spread out unnoticed by the function.

In a crowded cell the fitted atoms' limiting second-order coefficients form a positive
semidefinite matrix M. The local lower bound fails when some (l, m, M) with M not 0 solves

.. math:: \sum_j l_j F_j + m_j \cdot \partial F_j
          + \tfrac12 \langle M_j, \partial^2 F_j \rangle = 0 .

All solutions are known exactly (:mod:`moeviz.symbolic.kernel.relations`), so the matrices M that
occur form a linear space over the rationals, and exactly one of two things is true: it contains a
nonzero positive semidefinite M, or a positive definite W is orthogonal to all of it. A small
semidefinite program says which; its answer is rounded to rationals and checked exactly, and only
the checked rational matrix counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy

from moeviz.symbolic.kernel.exact import Matrix, is_positive, null_basis, reduced, signature
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.semidefinite import largest_least_eigenvalue, pairs, rational_rows

ROUNDING = (100, 10_000, 10_000_000)
"""Denominators tried, in turn, when a solution is rounded."""


@dataclass(frozen=True)
class Block:
    """The second-order unknowns of one crowded cell.

    Attributes
    ----------
    atom : int
    parameters : tuple of sympy.Symbol
    columns : mapping of (int, int) to int
        The member that each pair of parameters is.
    """

    atom: int
    parameters: tuple[sympy.Symbol, ...]
    columns: Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Spread:
    """A counter-sequence's direction: a solution whose M is positive semidefinite and not 0.

    Attributes
    ----------
    vector : tuple of Fraction
        The solution's coefficients of the members.
    matrices : tuple of matrices
        M of each block.
    """

    vector: tuple[Fraction, ...]
    matrices: tuple[Matrix, ...]

    @property
    def ranks(self) -> tuple[int, ...]:
        """Rank of each M: a cell needs one atom more than this."""
        return tuple(len(signature(m)[1]) for m in self.matrices)


@dataclass(frozen=True)
class Barrier:
    """Why there is none: matrices W, positive definite, orthogonal to every M that occurs.

    Attributes
    ----------
    matrices : tuple of matrices
        W of each block.
    """

    matrices: tuple[Matrix, ...]


def blocks_of(family: Family, crowded: Sequence[int] | None = None) -> list[Block]:
    """Return the second-order unknowns of a family's atoms, or of some of them."""
    result = []
    for atom in range(len(family.points)):
        if crowded is not None and atom not in crowded:
            continue
        second = {
            m.orders: i
            for i, m in enumerate(family.members)
            if m.atom == atom and len(m.orders) == 2
        }
        names = list(dict.fromkeys(s for orders in second for s in orders))
        if not names:
            continue
        place = {s: i for i, s in enumerate(names)}
        columns = {tuple(sorted((place[a], place[b]))): c for (a, b), c in second.items()}
        result.append(Block(atom, tuple(names), {(k[0], k[1]): v for k, v in columns.items()}))
    return result


def matrices_of(blocks: Sequence[Block], vector: Sequence[Fraction]) -> list[Matrix]:
    """Return M of each block from a relation's coefficients.

    Half the inner product of M with the Hessian has coefficient M_ab off the diagonal and
    M_aa / 2 on it.
    """
    found = []
    for block in blocks:
        size = len(block.parameters)
        m = [[Fraction(0)] * size for _ in range(size)]
        for (a, b), column in block.columns.items():
            m[a][b] = m[b][a] = vector[column] * (2 if a == b else 1)
        found.append(m)
    return found


def second_order(
    blocks: Sequence[Block], basis: Sequence[Sequence[Fraction]]
) -> Spread | Barrier | None:
    """Decide whether a nonzero positive semidefinite M occurs among a space of relations.

    Parameters
    ----------
    blocks : sequence of Block
    basis : sequence of vectors
        All relations of the family.

    Returns
    -------
    Spread, Barrier or None
        None if neither could be made exact.
    """
    flat = [_flatten(matrices_of(blocks, v)) for v in basis]
    spanning, _ = reduced([f for f in flat if any(f)]) if any(any(f) for f in flat) else ([], [])
    width = sum(len(b.parameters) * (len(b.parameters) + 1) // 2 for b in blocks)
    weights = _metric(blocks)
    orthogonal = null_basis(
        [[c * w for c, w in zip(row, weights, strict=True)] for row in spanning], width
    )
    return _barrier(blocks, orthogonal) or _spread(blocks, basis, flat, spanning)


def _flatten(matrices: Sequence[Matrix]) -> list[Fraction]:
    return [m[a][b] for m in matrices for a, b in pairs(len(m))]


def _unflatten(blocks: Sequence[Block], entries: Sequence[Fraction]) -> list[Matrix]:
    found, at = [], 0
    for block in blocks:
        size = len(block.parameters)
        m = [[Fraction(0)] * size for _ in range(size)]
        for a, b in pairs(size):
            m[a][b] = m[b][a] = entries[at]
            at += 1
        found.append(m)
    return found


def _sizes(blocks: Sequence[Block]) -> list[int]:
    return [len(block.parameters) for block in blocks]


def _metric(blocks: Sequence[Block]) -> list[Fraction]:
    """Return how often each free entry counts in the inner product."""
    return [
        Fraction(1 if a == b else 2) for block in blocks for a, b in pairs(len(block.parameters))
    ]


def _barrier(blocks: Sequence[Block], orthogonal: Matrix) -> Barrier | None:
    """Return a positive definite W in the span of `orthogonal`, if there is one."""
    if not orthogonal:
        return None
    solution = largest_least_eigenvalue(_sizes(blocks), orthogonal)
    if solution is None or solution[0] <= 1e-7:
        return None
    for bound in ROUNDING:
        entries = [
            sum(
                (
                    Fraction(float(y)).limit_denominator(bound) * row[i]
                    for y, row in zip(solution[1], orthogonal, strict=True)
                ),
                Fraction(0),
            )
            for i in range(len(orthogonal[0]))
        ]
        matrices = _unflatten(blocks, entries)
        if all(is_positive(m, strictly=True) for m in matrices):
            return Barrier(tuple(matrices))
    return None


def _spread(
    blocks: Sequence[Block],
    basis: Sequence[Sequence[Fraction]],
    flat: Matrix,
    spanning: Matrix,
) -> Spread | None:
    """Return a relation whose M is positive semidefinite and not 0, if there is one."""
    for row in sorted(spanning, key=lambda r: sum(1 for e in r if e)):
        for sign in (1, -1):
            found = _if_positive(blocks, basis, flat, [sign * e for e in row])
            if found is not None:
                return found
    if not spanning:
        return None
    solution = largest_least_eigenvalue(_sizes(blocks), spanning)
    if solution is None or solution[0] < -1e-6:
        return None
    numeric = np.asarray(solution[1]) @ np.array([[float(e) for e in row] for row in spanning])
    for bound in ROUNDING:
        face = _on_face(blocks, spanning, numeric, bound)
        if face is None:
            continue
        found = _if_positive(blocks, basis, flat, face)
        if found is not None:
            return found
    return None


def _on_face(
    blocks: Sequence[Block], spanning: Matrix, numeric: np.ndarray, bound: int
) -> list[Fraction] | None:
    """Return a rational M near a numeric one, whose kernel is made rational first.

    On the face of matrices with that kernel the numeric solution is positive definite, and
    rounding keeps it so.
    """
    conditions: Matrix = []
    units = [_unflatten(blocks, row) for row in spanning]
    at = 0
    for number, block in enumerate(blocks):
        size = len(block.parameters)
        m = np.zeros((size, size))
        for a, b in pairs(size):
            m[a, b] = m[b, a] = numeric[at]
            at += 1
        values, vectors = np.linalg.eigh(m)
        kernel = vectors[:, values < 1e-5 * max(1e-9, values.max(initial=0.0))].T
        for row in rational_rows(kernel, bound):
            for i in range(size):
                conditions.append(
                    [
                        sum((u[number][i][j] * row[j] for j in range(size)), Fraction(0))
                        for u in units
                    ]
                )
    space = null_basis(conditions, len(spanning))
    if not space:
        return None
    inside = np.array([[float(e) for e in row] for row in space])
    whole = inside @ np.array([[float(e) for e in row] for row in spanning])
    z, *_ = np.linalg.lstsq(whole.T, numeric, rcond=None)
    mix = [Fraction(float(c)).limit_denominator(bound) for c in z]
    coefficients = [
        sum((c * row[i] for c, row in zip(mix, space, strict=True)), Fraction(0))
        for i in range(len(spanning))
    ]
    return [
        sum((c * row[i] for c, row in zip(coefficients, spanning, strict=True)), Fraction(0))
        for i in range(len(spanning[0]))
    ]


def _if_positive(
    blocks: Sequence[Block],
    basis: Sequence[Sequence[Fraction]],
    flat: Matrix,
    entries: Sequence[Fraction],
) -> Spread | None:
    matrices = _unflatten(blocks, entries)
    if not any(entries) or not all(is_positive(m) for m in matrices):
        return None
    system = [[row[i] for row in flat] + [entries[i]] for i in range(len(entries))]
    echelon, pivots = reduced(system)
    if len(flat) in pivots:
        return None
    weights = [Fraction(0)] * len(flat)
    for row, pivot in zip(echelon, pivots, strict=True):
        weights[pivot] = row[-1]
    vector = tuple(
        sum((w * v[i] for w, v in zip(weights, basis, strict=True)), Fraction(0))
        for i in range(len(basis[0]))
    )
    return Spread(vector, tuple(matrices))
