"""Values of basics: modulo a prime at random places, and enclosed by balls at rational points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint
import numpy as np

from moeviz.errors import FormulaError
from moeviz.symbolic.angles import turns_of
from moeviz.symbolic.ground import Ground
from moeviz.symbolic.polynomial import ONE, Monomial, Polynomial
from moeviz.symbolic.tower import Kind
from moeviz.symbolic.watch import pause

SMOOTH = 8 * math.prod(n for n in range(3, 300) if all(n % d for d in range(2, n)))
"""Eight times all odd primes below 300."""

PRIME = 839718373915084110195951539720331437 * SMOOTH - 1
"""A prime of 521 bits; rationals of up to 259 bits come back from their residues.

It is -1 modulo 8 and modulo every odd prime below 300. So each of these primes is a square modulo
it, by quadratic reciprocity, and every square has exactly one square n-th root for each n that is a
product of them: roots of rational numbers keep their relations.
"""

MOST_DRAWS = 400
"""Draws of random residues until all square roots exist; each root halves the odds."""


class NoRootError(Exception):
    """A number that must be a square is none; draw again."""


class Residues:
    """Random values of all basics modulo the prime, which keep the relations between them.

    Exponentials, logarithms and distribution functions of independent arguments get independent
    values; roots, inverses, powers of numbers and circle functions get values that fit.
    """

    def __init__(self, ground: Ground, rng: np.random.Generator) -> None:
        self.values: list[int] = []
        self._turns: dict[int, tuple[int, int]] = {}
        self._powers: dict[tuple[int, Fraction | int], int] = {}
        self._scales = ground.scales
        self._rng = rng
        for index, b in enumerate(ground.basics):
            match b.kind:
                case Kind.ROOT:
                    value = root_of(self.polynomial(ground.argument(index)), 2)
                case Kind.INVERSE:
                    value = pow(self.polynomial(ground.argument(index)), -1, PRIME)
                case Kind.SIN | Kind.COS:
                    value = self._on_circle(turns_of(ground)[index])[b.kind is Kind.SIN]
                case Kind.EXP if (number := ground.prime_of(index)) is not None:
                    value = root_of(number, ground.scales[index])
                case _:
                    value = self._random()
            self.values.append(value)

    def polynomial(self, p: Polynomial) -> int:
        """Return a polynomial's value."""
        pause()
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

    def _on_circle(self, turns: tuple[int, ...]) -> tuple[int, int]:
        """Return cosine and sine of a whole combination of independent angles."""
        total = (1, 0)
        for number, times in enumerate(turns):
            if number not in self._turns:
                t = self._random()
                below = pow(1 + t * t, -1, PRIME)
                self._turns[number] = ((1 - t * t) * below % PRIME, 2 * t * below % PRIME)
            c, s = self._turns[number]
            total = _turned(total, _repeated((c, s if times > 0 else -s), abs(times)))
        return total


def _turned(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    return (a[0] * b[0] - a[1] * b[1]) % PRIME, (a[0] * b[1] + a[1] * b[0]) % PRIME


def _repeated(turn: tuple[int, int], times: int) -> tuple[int, int]:
    total = (1, 0)
    while times:
        if times % 2:
            total = _turned(total, turn)
        turn, times = _turned(turn, turn), times // 2
    return total


def root_of(value: int, degree: int) -> int:
    """Return the root of a square that is a square itself.

    Raises
    ------
    NoRootError
        If the value is no square, or the degree has a factor without such a root.
    """
    try:
        root = pow(value, pow(degree, -1, (PRIME - 1) // 2), PRIME)
    except ValueError:
        raise NoRootError from None
    if pow(root, degree, PRIME) != value % PRIME:
        raise NoRootError
    return root


def residues(ground: Ground, rng: np.random.Generator) -> Residues:
    """Return random residues; those without roots are drawn again, up to a limit.

    Raises
    ------
    FormulaError
        If no draw had all its roots.
    """
    for draw in range(MOST_DRAWS):
        pause()
        try:
            return Residues(ground, rng)
        except (NoRootError, ValueError):
            if draw == 0 and not any(b.kind is Kind.INPUT for b in ground.basics):
                break
    raise FormulaError(
        "Expected square roots of numbers whose prime factors are below 300, and at most a few "
        "roots of functions, but these roots have no common residues; take other numbers."
    )


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
