r"""The decision: every linear relation of a family, each with its certificate.

Candidates come from exact linear algebra modulo a large prime: the family's values at random
places, where all basics keep their relations, fill a matrix whose null space is computed and
brought back to the rationals. Nothing rests on that computation: a relation counts when it
substitutes back to zero symbolically on every piece, and independence of the remaining members
counts when the determinant of their values at rational points is enclosed away from zero by ball
arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from weakref import WeakKeyDictionary

import flint
import numpy as np

from moeviz.errors import Cancelled, FormulaError
from moeviz.symbolic.kernel.balls import Balls, determinant
from moeviz.symbolic.kernel.family import Family, Piece, combination
from moeviz.symbolic.kernel.foreseen import are_free, ranks, skip
from moeviz.symbolic.kernel.residues import (
    PRIME,
    PRIMES,
    NoPrimeRootError,
    Whole,
    rational,
    residues,
)
from moeviz.symbolic.kernel.watch import pause
from moeviz.symbolic.kernel.zero import vanishes

LEAST_BITS = 24
"""Bits of a determinant that must be sure."""

MOST_PLACES = 40
"""Random points of a piece that are drawn for one that was not taken yet."""

PATIENCE = 2
"""Rows in a row that say nothing new before a piece is left."""

PRECISIONS = (128, 256, 512, 1024, 2048, 4096)
"""Bits tried, in turn, for a determinant's enclosure."""


@dataclass(frozen=True)
class Witness:
    """Why some members are independent.

    Attributes
    ----------
    columns : tuple of int
        The members.
    points : tuple of (piece number, point)
        Where they were evaluated, one row each.
    determinant : str
        The enclosure, middle and radius.
    bits : int
        Precision.
    """

    columns: tuple[int, ...]
    points: tuple[tuple[int, dict[str, Fraction]], ...]
    determinant: str
    bits: int


@dataclass(frozen=True)
class Relations:
    """All linear relations of a family.

    Attributes
    ----------
    basis : tuple of tuple of Fraction
        Relations that substitute back to zero; empty if the members are independent.
    pivots : tuple of int
        Members that are independent.
    witness : Witness or None
        Why they are; None where no enclosure was found.
    unproved : tuple of tuple of Fraction
        Candidates that did not substitute back to zero.
    """

    basis: tuple[tuple[Fraction, ...], ...]
    pivots: tuple[int, ...]
    witness: Witness | None
    unproved: tuple[tuple[Fraction, ...], ...] = field(default=())

    @property
    def decided(self) -> bool:
        """Whether relations and independence are both proved."""
        return not self.unproved and (self.witness is not None or not self.pivots)


def relations(
    family: Family, should_stop: Callable[[], bool] | None = None, seed: int = 0
) -> Relations:
    """Return all linear relations over the rationals between the members of a family.

    Parameters
    ----------
    family : Family
    should_stop : callable, optional
        Asked between rows.
    seed : int
        Of the random places.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    FormulaError
        If square roots of the family have no common residues.
    """
    if should_stop is not None and should_stop():
        raise Cancelled("The check was cancelled.")
    known = _KNOWN.setdefault(family, {})
    if seed not in known:
        known[seed] = _with_some_prime(family, should_stop, seed)
    return known[seed]


_KNOWN: WeakKeyDictionary[Family, dict[int, Relations]] = WeakKeyDictionary()
"""What was found of families that are still in use, by seed."""


def _with_some_prime(
    family: Family, should_stop: Callable[[], bool] | None, seed: int
) -> Relations:
    for prime in PRIMES:
        try:
            return _relations(family, should_stop, seed, prime)
        except NoPrimeRootError:
            continue
    raise FormulaError(
        "Expected roots that exist modulo one of a few large primes, but several square roots of "
        "numbers or of functions have none together; take numbers with small prime factors or "
        "fewer roots."
    )


def _relations(
    family: Family, should_stop: Callable[[], bool] | None, seed: int, prime: int
) -> Relations:
    expected = ranks(family.pieces, len(family))
    # Where nothing relates the basics and all members are independent, values tell nothing more.
    if expected[-1:] == [len(family)] and are_free(p.ground for p in family.pieces):
        found = _independent(family, should_stop, seed, prime, expected)
        if found is not None:
            return found
    relations = _row_by_row(family, should_stop, seed, prime, expected)
    # Where all candidates for relations are ones, no row that was left out would have told more.
    return _row_by_row(family, should_stop, seed, prime) if relations.unproved else relations


def _independent(
    family: Family,
    should_stop: Callable[[], bool] | None,
    seed: int,
    prime: int,
    expected: Sequence[int],
) -> Relations | None:
    """Return what :func:`_row_by_row` does for independent members, without any row."""
    rng = np.random.default_rng(seed)
    origin: list[int] = []
    for number, (piece, rank) in enumerate(zip(family.pieces, expected, strict=True)):
        idle = PATIENCE if rank < len(family) else 0
        for _ in range(rank - len(origin) + idle):
            _ask(should_stop)
            skip(piece.ground, rng, prime)
        origin += [number] * (rank - len(origin))
    pivots = tuple(range(len(family)))
    found = witness(family, pivots, origin, rng)
    return None if found is None else Relations((), pivots, found)


def _row_by_row(
    family: Family,
    should_stop: Callable[[], bool] | None,
    seed: int,
    prime: int,
    expected: Sequence[int] = (),
) -> Relations:
    """Return the relations from rows of values.

    Once the first pieces have the rank that is expected of them, their rows are drawn, so that
    those after them are the same, but not computed.
    """
    rng = np.random.default_rng(seed)
    elimination = Elimination(len(family), prime)
    origin: list[int] = []
    for number, piece in enumerate(family.pieces):
        idle = 0
        while idle < PATIENCE and elimination.rank < len(family):
            _ask(should_stop)
            if expected and elimination.rank >= expected[number]:
                skip(piece.ground, rng, prime)
                idle += 1
                continue
            values = residues(piece.ground, rng, prime)
            if elimination.add(values.rows(piece.table)):
                origin.append(number)
                idle = 0
            else:
                idle += 1
    return _decided(family, elimination, origin, rng)


def _ask(should_stop: Callable[[], bool] | None) -> None:
    if should_stop is not None and should_stop():
        raise Cancelled("The check was cancelled.")
    pause()


def _decided(
    family: Family, elimination: Elimination, origin: Sequence[int], rng: np.random.Generator
) -> Relations:
    """Return the relations that an elimination leaves, and why the other members have none."""
    basis, unproved = [], []
    for candidate in elimination.null_space():
        pause()
        vector = _lifted(candidate, elimination.prime)
        if vector is not None and holds(family, vector):
            basis.append(vector)
        else:
            unproved.append(vector or ())
    pivots = tuple(sorted(elimination.pivots))
    found = witness(family, pivots, origin, rng) if pivots else None
    return Relations(tuple(basis), pivots, found, tuple(unproved))


def holds(family: Family, vector: Sequence[Fraction]) -> bool:
    """Return whether a relation substitutes back to zero on every piece."""
    return all(vanishes(piece.ground, combination(piece.rows, vector)) for piece in family.pieces)


def witness(
    family: Family, columns: Sequence[int], origin: Sequence[int], rng: np.random.Generator
) -> Witness | None:
    """Return rational points at which the members `columns` have an enclosed determinant.

    Parameters
    ----------
    family : Family
    columns : sequence of int
        Members to be shown independent.
    origin : sequence of int
        The piece that each row is taken from.
    rng : numpy.random.Generator
        Where the points come from.
    """
    pieces = family.pieces
    for _ in range(4):
        points: list[tuple[int, dict[str, Fraction]]] = []
        for number in origin:
            place = _new_place(family, number, points, rng)
            if place is None:
                return None
            points.append((number, place))
        for bits in PRECISIONS:
            pause()
            value = enclosed(pieces, columns, points, bits)
            if value is not None:
                return Witness(tuple(columns), tuple(points), value, bits)
            if bits >= 1024 and len(columns) > 60:
                break
    return None


def _new_place(
    family: Family,
    number: int,
    taken: Sequence[tuple[int, dict[str, Fraction]]],
    rng: np.random.Generator,
) -> dict[str, Fraction] | None:
    """Return a random point of a piece that is not taken; None if the piece has no other."""
    for _ in range(MOST_PLACES):
        place = family.place(family.pieces[number], rng)
        if place is None or (number, place) not in taken:
            return place
    return None


def enclosed(
    pieces: Sequence[Piece],
    columns: Sequence[int],
    points: Sequence[tuple[int, dict[str, Fraction]]],
    bits: int,
) -> str | None:
    """Return a determinant's enclosure in words if it does not contain zero."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        rows = []
        for number, point in points:
            balls = Balls(pieces[number].ground, point)
            rows.append(balls.rows(pieces[number].table, columns))
        value = determinant(rows)
        clear = value.is_finite() and not value.contains(0)
        # Written in a few digits an enclosure must still tell its sign.
        return value.str(8) if clear and value.rel_accuracy_bits() > LEAST_BITS else None
    finally:
        flint.ctx.prec = before


@lru_cache(maxsize=16)
def _ring(prime: int) -> flint.fmpz_mod_ctx:
    return flint.fmpz_mod_ctx(prime)


class Elimination:
    """Row reduction modulo the prime, one row at a time.

    Kept rows E are reduced by earlier ones only, so that their columns at the pivots are a
    triangular matrix; its inverse T tells how much of each kept row a new one holds. All that a
    row costs is three products of a matrix and a vector.

    Parameters
    ----------
    width : int
        Entries of a row.
    prime : int
    """

    def __init__(self, width: int, prime: int = PRIME) -> None:
        self.width, self.prime = width, prime
        self.pivots: list[int] = []
        self._ring = _ring(prime)
        self._kept = flint.fmpz_mod_mat(width, width, self._ring)
        self._inverse = flint.fmpz_mod_mat(width, width, self._ring)

    @property
    def rank(self) -> int:
        """Number of independent rows so far."""
        return len(self.pivots)

    def add(self, row: Sequence[Whole]) -> bool:
        """Reduce a row; keep it and return True if it says something new."""
        pause()
        rank, kept, inverse = self.rank, self._kept, self._inverse
        new = flint.fmpz_mod_mat(1, self.width, row, self._ring)
        held = flint.fmpz_mod_mat(1, self.width, self._ring)
        for i, pivot in enumerate(self.pivots):
            held[0, i] = new[0, pivot]
        new -= held * inverse * kept
        lead = next((i for i, a in enumerate(new.entries()) if a), None)
        if lead is None:
            return False
        new *= 1 / new[0, lead]
        column = flint.fmpz_mod_mat(self.width, 1, self._ring)
        for i in range(rank):
            column[i, 0] = kept[i, lead]
        for i, entry in enumerate((inverse * column).entries()[:rank]):
            inverse[i, rank] = -entry
        inverse[rank, rank] = 1
        for i, entry in enumerate(new.entries()):
            kept[rank, i] = entry
        self.pivots.append(lead)
        return True

    def null_space(self) -> list[list[int]]:
        """Return a basis of the null space, one vector for each column without a pivot."""
        basis: list[list[int]] = []
        if self.rank == self.width:
            return basis
        echelon = self._inverse * self._kept
        for free in range(self.width):
            if free in self.pivots:
                continue
            vector = [0] * self.width
            vector[free] = 1
            for number, pivot in enumerate(self.pivots):
                vector[pivot] = int(-echelon[number, free])
            basis.append(vector)
        return basis


def _lifted(vector: Sequence[int], prime: int) -> tuple[Fraction, ...] | None:
    entries = [rational(value, prime) for value in vector]
    if any(entry is None for entry in entries):
        return None
    return tuple(entry for entry in entries if entry is not None)
