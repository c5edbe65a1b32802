"""A tower's formulas at one point, as polynomials in the basics of a ground."""

from __future__ import annotations

from collections.abc import Mapping

import flint
import sympy

from moeviz.symbolic.kernel.functions import BY_KIND
from moeviz.symbolic.kernel.ground import Ground, Log, Point
from moeviz.symbolic.kernel.polynomial import (
    ONE,
    Polynomial,
    basic,
    coefficient_of,
    constant,
    increase_by,
    multiply,
    power,
)
from moeviz.symbolic.kernel.tower import Kind, Poly, Tower
from moeviz.symbolic.kernel.watch import pause


class AtPoint:
    """A tower's formulas at one point.

    Parameters
    ----------
    tower : Tower
    ground : Ground
    point : mapping of sympy.Symbol to number
        A parameter without a value stays a symbol.
    inputs : mapping of str to polynomial, optional
        What stands for some inputs, on a hyperplane.
    masses : mapping of int to polynomial, optional
        What stands for the generators that are point masses, on a hyperplane.
    steps : mapping of int to int, optional
        The value of each step, by generator, on one side of every kink.
    """

    def __init__(
        self,
        tower: Tower,
        ground: Ground,
        point: Point,
        inputs: Mapping[str, Polynomial] | None = None,
        masses: Mapping[int, Polynomial] | None = None,
        steps: Mapping[int, int | None] | None = None,
    ) -> None:
        self.tower = tower
        self.ground = ground
        tower.close()
        self._steps = steps
        self._values: list[Polynomial] = []
        self._numbers: dict[int, flint.fmpq] = {}
        self._powers: dict[tuple[int, int], Polynomial] = {}
        self._products: dict[tuple[tuple[int, int], ...], Polynomial] = {(): constant(1)}
        for index, generator in enumerate(tower.generators):
            if masses is not None and generator.kind is Kind.KINK:
                value = masses[index]
            elif inputs is not None and generator.symbol.name in inputs:
                value = inputs[generator.symbol.name]
            elif generator.kind is Kind.INPUT:
                value = basic(ground.intern(Kind.INPUT, (generator.symbol.name,)))
            elif generator.kind is Kind.PARAMETER:
                value = self._parameter(generator.symbol, point)
            else:
                value = self._apply(index, self.polynomial(tower.argument(index)))
            self._values.append(value)
            if not value or (len(value) == 1 and ONE in value):
                self._numbers[index] = value.get(ONE, flint.fmpq(0))

    def polynomial(self, p: Poly) -> Polynomial:
        """Return an element of the tower's ring at the point, as a polynomial in basics."""
        total: Polynomial = {}
        numbers = self._numbers
        pause()
        for exponents, coefficient in p.terms():
            number, rest = coefficient_of(coefficient), []
            for index, exponent in enumerate(exponents):
                if exponent:
                    known = numbers.get(index)
                    if known is None:
                        rest.append((index, exponent))
                    else:
                        number = number * (known if exponent == 1 else known**exponent)
            if number:
                increase_by(total, self._product(tuple(rest)), number)
        return self.ground.reduced(total)

    def _product(self, powers: tuple[tuple[int, int], ...]) -> Polynomial:
        """Return a product of powers of generators; members share many, and more beginnings."""
        known = self._products.get(powers)
        if known is None:
            pause()
            *first, last = powers
            before = self._product(tuple(first))
            known = multiply(before, self._power(*last)) if before else {}
            self._products[powers] = known
        return known

    def value(self, index: int) -> Polynomial:
        """Return a generator at the point."""
        return self._values[index]

    def _power(self, index: int, exponent: int) -> Polynomial:
        known = self._powers.get((index, exponent))
        if known is None:
            known = self._powers[index, exponent] = power(self._values[index], exponent)
        return known

    def _parameter(self, symbol: sympy.Symbol, point: Point) -> Polynomial:
        value = point.get(symbol)
        if value is None:
            return basic(self.ground.intern(Kind.PARAMETER, (None, symbol.name), symbol.name))
        if isinstance(value, Log):
            return self.ground.log_of_number(value.argument)
        return constant(value)

    def _step(self, index: int, a: Polynomial) -> Polynomial:
        """Return a step: a number on a known side of its kink."""
        known = None if self._steps is None else self._steps.get(self.tower.step_of(index))
        return self.ground.step(a) if known is None else constant(known)

    def _apply(self, index: int, a: Polynomial) -> Polynomial:
        ground, kind = self.ground, self.tower.generators[index].kind
        if kind is Kind.RELU:
            return multiply(a, self._step(index, a))
        if kind is Kind.STEP:
            return self._step(index, a)
        return BY_KIND[kind].at(ground, a)
