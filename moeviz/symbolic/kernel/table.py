"""Polynomials written out for evaluation together, at many places: what they share stands once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import flint

from moeviz.symbolic.kernel.polynomial import Monomial, Polynomial

Power = tuple[int, Fraction | int]
"""A basic and its exponent."""


@dataclass(frozen=True)
class Row:
    """One polynomial of a table.

    Attributes
    ----------
    terms : tuple of (int, int)
        A product's number and its coefficient times `below`.
    below : int
        The least common denominator of the coefficients.
    coefficients : tuple of fmpq
        The coefficients themselves.
    """

    terms: tuple[tuple[int, int], ...]
    below: int
    coefficients: tuple[flint.fmpq, ...]


@dataclass(frozen=True)
class Table:
    """Several polynomials.

    Attributes
    ----------
    powers : tuple of (int, exponent)
        Each power of a basic that occurs, once.
    products : tuple of (int, int)
        Each monomial that occurs, and each beginning of one, once: the number of an earlier product
        and that of the power it is multiplied by. The first is the empty product, with no power.
    rows : tuple of Row
        The polynomials, their terms in their order.
    known : dict
        Coefficients as balls, by precision, once :meth:`coefficients` was asked for them.
    """

    powers: tuple[Power, ...]
    products: tuple[tuple[int, int], ...]
    rows: tuple[Row, ...]
    known: dict[int, list[list[flint.arb]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def coefficients(self) -> list[list[flint.arb]]:
        """Return the rows' coefficients as balls at flint's present precision: read them only."""
        own = self.known.get(flint.ctx.prec)
        if own is None:
            own = [[flint.arb(c) for c in row.coefficients] for row in self.rows]
            self.known[flint.ctx.prec] = own
        return own


def table_of(polynomials: Sequence[Polynomial]) -> Table:
    """Return polynomials as a table."""
    powers: dict[Power, int] = {}
    numbers: dict[Monomial, int] = {}
    products: dict[tuple[int, int], int] = {(0, -1): 0}
    rows = []
    for p in polynomials:
        below = math.lcm(*(int(c.q) for c in p.values()))
        terms = []
        for monomial, c in p.items():
            number = numbers.get(monomial)
            if number is None:
                number = 0
                for power in monomial:
                    step = number, powers.setdefault(power, len(powers))
                    number = products.setdefault(step, len(products))
                numbers[monomial] = number
            terms.append((number, int(c.p) * (below // int(c.q))))
        rows.append(Row(tuple(terms), below, tuple(p.values())))
    return Table(tuple(powers), tuple(products), tuple(rows))
