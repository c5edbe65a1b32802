"""The rank that a family's values will have, told from its coefficients before any are computed.

Values are sums of coefficients times monomials in basics. Where no relation holds between the
basics, as many rows of values are independent as there are independent rows of coefficients, piece
by piece. What is foreseen is no proof, and need be none: relations are substituted back, and
independence is shown by an enclosed determinant.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import flint
import numpy as np

from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.pieces import Piece
from moeviz.symbolic.kernel.residues import DRAWN, residues
from moeviz.symbolic.kernel.table import Table
from moeviz.symbolic.kernel.tower import Kind
from moeviz.symbolic.kernel.watch import pause

SMALL = (1 << 61) - 1
"""A prime that fits a machine's word."""

BOUND = (Kind.ROOT, Kind.INVERSE, Kind.SIN, Kind.COS)
"""Basics whose values follow from those of others."""


def ranks(pieces: Sequence[Piece], width: int) -> list[int]:
    """Return the rank of the coefficients of the first pieces, for each number of them.

    Parameters
    ----------
    pieces : sequence of Piece
    width : int
        Members of the family.
    """
    found: list[int] = []
    kept: list[list[flint.nmod]] = []
    for piece in pieces:
        pause()
        if len(kept) < width:
            rows = _coefficients(piece.table)
            matrix = flint.nmod_mat(len(kept) + len(rows), width, SMALL)
            for i, row in enumerate(kept):
                for column, entry in enumerate(row):
                    matrix[i, column] = entry
            for i, own in enumerate(rows, start=len(kept)):
                for column, c in own:
                    matrix[i, column] = c
            if piece is pieces[-1]:
                return [*found, matrix.rank()]
            reduced, rank = matrix.rref()
            entries = reduced.entries()
            kept = [entries[i * width : (i + 1) * width] for i in range(rank)]
        found.append(len(kept))
    return found


def _coefficients(table: Table) -> list[list[tuple[int, int]]]:
    """Return for each monomial the members that have it, with whole multiples of coefficients."""
    below = math.lcm(*(row.below for row in table.rows))
    rows: dict[int, list[tuple[int, int]]] = {}
    for column, row in enumerate(table.rows):
        times = below // row.below
        for number, c in row.terms:
            rows.setdefault(number, []).append((column, c * times % SMALL))
    return list(rows.values())


def are_free(grounds: Iterator[Ground]) -> bool:
    """Return whether no relation holds between the basics of any of these grounds."""
    return all(_drawn(ground, BOUND) is not None for ground in grounds)


def skip(ground: Ground, rng: np.random.Generator, prime: int) -> None:
    """Leave a generator of random numbers where drawing residues leaves it."""
    drawn = _drawn(ground, (Kind.ROOT, Kind.SIN, Kind.COS))
    if drawn is None:
        residues(ground, rng, prime)
    elif drawn:
        rng.bytes(DRAWN * drawn)


def _drawn(ground: Ground, without: Sequence[Kind]) -> int | None:
    """Return how many residues are drawn; None if a basic is of a kind, or a power of a number."""
    drawn = 0
    for index, basic in enumerate(ground.basics):
        if basic.kind in without:
            return None
        if basic.kind is Kind.EXP and ground.prime_of(index) is not None:
            return None
        drawn += basic.kind is not Kind.INVERSE
    return drawn
