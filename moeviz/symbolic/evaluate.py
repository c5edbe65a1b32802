"""Values of basics: modulo a prime at random places, and enclosed by balls at rational points."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from moeviz.symbolic.ground import Ground
from moeviz.symbolic.polynomial import ONE, Monomial, Polynomial
from moeviz.symbolic.tower import Kind

PRIME = 2**521 - 1
"""A Mersenne prime, 3 modulo 4; rationals of up to 260 bits come back from their residues."""


class NoRoot(Exception):
    """A number that must be a square is none; draw again."""


class Residues:
    """Random values of all basics modulo the prime, which keep the relations between them.

    Exponentials, logarithms and distribution functions of independent arguments get independent
    values; roots, inverses and circle functions get values that fit.
    """

    def __init__(self, ground: Ground, rng: np.random.Generator) -> None:
        self.values: list[int] = []
        self._circle: dict[tuple[Any, ...], tuple[int, int]] = {}
        self._powers: dict[tuple[int, Fraction | int], int] = {}
        self._scales = ground.scales
        self._rng = rng
        for index, b in enumerate(ground.basics):
            match b.kind:
                case Kind.ROOT:
                    value = _root(self.polynomial(ground.argument(index)))
                case Kind.INVERSE:
                    value = pow(self.polynomial(ground.argument(index)), -1, PRIME)
                case Kind.SIN | Kind.COS:
                    value = self._on_circle(b.argument)[b.kind is Kind.COS]
                case _:
                    value = self._random()
            self.values.append(value)

    def polynomial(self, p: Polynomial) -> int:
        """Return a polynomial's value."""
        total = 0
        for monomial, coefficient in p.items():
            term = coefficient.numerator
            if coefficient.denominator != 1:
                term = term * pow(coefficient.denominator, -1, PRIME)
            for power in monomial:
                term = term * self._power(power) % PRIME
            total += term
        return total % PRIME

    def _power(self, power: tuple[int, Fraction | int]) -> int:
        known = self._powers.get(power)
        if known is None:
            index, exponent = power
            whole = Fraction(exponent) * self._scales.get(index, 1)
            known = self._powers[power] = pow(self.values[index], whole.numerator, PRIME)
        return known

    def _random(self) -> int:
        return int.from_bytes(self._rng.bytes(66), "big") % (PRIME - 1) + 1

    def _on_circle(self, argument: tuple[Any, ...]) -> tuple[int, int]:
        if argument not in self._circle:
            t = self._random()
            scale = pow(1 + t * t, -1, PRIME)
            self._circle[argument] = (2 * t * scale % PRIME, (1 - t * t) * scale % PRIME)
        return self._circle[argument]


def _root(value: int) -> int:
    root = pow(value, (PRIME + 1) // 4, PRIME)
    if root * root % PRIME != value:
        raise NoRoot
    return root


def residues(ground: Ground, rng: np.random.Generator) -> Residues:
    """Return random residues; those without roots are drawn again."""
    while True:
        try:
            return Residues(ground, rng)
        except (NoRoot, ValueError):
            continue


class Balls:
    """Enclosures of all basics at a rational point, at flint's present precision."""

    def __init__(self, ground: Ground, point: dict[str, Fraction]) -> None:
        self._ground = ground
        self.values: list[flint.arb] = []
        for index, b in enumerate(ground.basics):
            self.values.append(self._value(index, b.kind, b.argument, point))

    def _value(
        self, index: int, kind: Kind, argument: tuple[Any, ...], point: dict[str, Fraction]
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
            case Kind.SOFTPLUS:
                return (1 + a.exp()).log()
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


def ball(value: Fraction | int) -> flint.arb:
    """Return a rational number's enclosure."""
    value = Fraction(value)
    return flint.arb(flint.fmpq(value.numerator, value.denominator))


def rational(residue: int) -> Fraction | None:
    """Return the rational number of small height with a residue; None if there is none."""
    bound = 1 << 259
    old, new = (PRIME, 0), (residue, 1)
    while new[0] > bound:
        q = old[0] // new[0]
        old, new = new, (old[0] - q * new[0], old[1] - q * new[1])
    if not new[1] or abs(new[1]) > bound:
        return None
    return Fraction(new[0], new[1])


def determinant(rows: Sequence[Sequence[flint.arb]]) -> flint.arb:
    """Return the enclosure of a determinant."""
    return flint.arb_mat([list(row) for row in rows]).det()
