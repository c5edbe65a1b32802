"""Values of basics at rational points, enclosed by balls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint

from moeviz.symbolic.kernel.functions import BY_KIND
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.polynomial import Monomial, Polynomial
from moeviz.symbolic.kernel.table import Table
from moeviz.symbolic.kernel.tower import Kind
from moeviz.symbolic.kernel.watch import pause


class Balls:
    """Enclosures of all basics at a rational point, at flint's present precision.

    Parameters
    ----------
    ground : Ground
    point : mapping of str to Fraction
        The inputs.
    constants_only : bool
        Whether only basics that are numbers are asked for; the others have no value then.
    """

    def __init__(
        self, ground: Ground, point: Mapping[str, Fraction], constants_only: bool = False
    ) -> None:
        self._ground = ground
        self.values: list[flint.arb] = []
        for index, b in enumerate(ground.basics):
            pause()
            if constants_only and not ground.is_constant(index):
                self.values.append(flint.arb("nan"))
            else:
                self.values.append(self._value(index, b.kind, b.argument, point))

    def _value(
        self, index: int, kind: Kind, argument: tuple[Any, ...], point: Mapping[str, Fraction]
    ) -> flint.arb:
        if kind is Kind.INPUT:
            return ball(point[argument[0]])
        if kind is Kind.PARAMETER:
            return ball(argument[0]).log()
        if kind is Kind.KINK or kind is Kind.STEP:
            return flint.arb(0)
        if kind is Kind.EXP:
            return self._monomial(argument[0]).exp()
        a = self.polynomial(self._ground.argument(index))
        # A basic's logarithm is that of a size.
        return BY_KIND[kind].ball(abs(a) if kind is Kind.LOG else a)

    def polynomial(self, p: Polynomial) -> flint.arb:
        """Return a polynomial's enclosure."""
        pause()
        total = flint.arb(0)
        for monomial, coefficient in p.items():
            total += self._monomial(monomial) * flint.arb(coefficient)
        return total

    def rows(self, table: Table, columns: Sequence[int]) -> list[flint.arb]:
        """Return enclosures of some of a table's polynomials."""
        powers: list[flint.arb | None] = [None] * len(table.powers)
        products: list[flint.arb | None] = [None] * len(table.products)
        products[0] = flint.arb(1)

        def product(number: int) -> flint.arb:
            before, place = table.products[number]
            value = powers[place]
            if value is None:
                value = powers[place] = self._power(*table.powers[place])
            known = products[before]
            term = products[number] = (product(before) if known is None else known) * value
            return term

        found, coefficients = [], table.coefficients()
        pause()
        for column in columns:
            total = flint.arb(0)
            terms = table.rows[column].terms
            for (number, _), coefficient in zip(terms, coefficients[column], strict=True):
                known = products[number]
                total += (product(number) if known is None else known) * coefficient
            found.append(total)
        return found

    def _monomial(self, monomial: Monomial) -> flint.arb:
        term = flint.arb(1)
        for index, exponent in monomial:
            term *= self._power(index, exponent)
        return term

    def _power(self, index: int, exponent: Fraction | int) -> flint.arb:
        value = self.values[index]
        if exponent == 1:
            return value
        if exponent.denominator == 1:
            return value ** int(exponent)
        return (value.log() * ball(exponent)).exp()


def enclosed_sign(ground: Ground, a: Polynomial) -> int | None:
    """Return the sign of a polynomial in basics that are numbers; None if it is not clear."""
    before = flint.ctx.prec
    try:
        for bits in (64, 256, 1024):
            flint.ctx.prec = bits
            value = Balls(ground, {}, constants_only=True).polynomial(a)
            if not value.contains(0):
                return 1 if value > 0 else -1
        return None
    finally:
        flint.ctx.prec = before


def ball(value: Fraction | int) -> flint.arb:
    """Return a rational number's enclosure."""
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def determinant(rows: Sequence[Sequence[flint.arb]]) -> flint.arb:
    """Return the enclosure of a determinant."""
    return flint.arb_mat([list(row) for row in rows]).det()
