"""Values of basics at rational points, enclosed by balls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint

from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.polynomial import ONE, Monomial, Polynomial
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
        match kind:
            case Kind.CDF:
                return (1 + (a / flint.arb(2).sqrt()).erf()) / 2
            case Kind.DENSITY:
                return (-(a * a) / 2).exp() / (2 * flint.arb.pi()).sqrt()
            case Kind.SIN:
                return a.sin()
            case Kind.COS:
                return a.cos()
            case Kind.LOG:
                return abs(a).log()
            case Kind.ROOT:
                return a.sqrt()
            case Kind.INVERSE:
                return 1 / a
            case _:
                raise ValueError(kind)

    def polynomial(self, p: Polynomial) -> flint.arb:
        """Return a polynomial's enclosure."""
        pause()
        total = flint.arb(0)
        for monomial, coefficient in p.items():
            total += self._monomial(monomial) * ball(coefficient)
        return total

    def _monomial(self, monomial: Monomial) -> flint.arb:
        term = flint.arb(1)
        if monomial == ONE:
            return term
        for index, exponent in monomial:
            value = self.values[index]
            if isinstance(exponent, Fraction) and exponent.denominator != 1:
                term *= (value.log() * ball(exponent)).exp()
            else:
                term *= value ** int(exponent)
        return term


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
    value = Fraction(value)
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def determinant(rows: Sequence[Sequence[flint.arb]]) -> flint.arb:
    """Return the enclosure of a determinant."""
    return flint.arb_mat([list(row) for row in rows]).det()
