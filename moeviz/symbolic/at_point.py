"""A tower's formulas at one point, as polynomials in the basics of a ground."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.ground import Ground, Log, Point
from moeviz.symbolic.polynomial import Polynomial, add, basic, constant, multiply, power
from moeviz.symbolic.tower import Kind, Poly, Tower


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
    """

    def __init__(
        self,
        tower: Tower,
        ground: Ground,
        point: Point,
        inputs: Mapping[str, Polynomial] | None = None,
        masses: Mapping[int, Polynomial] | None = None,
    ) -> None:
        self.tower = tower
        self.ground = ground
        tower.close()
        self._values: list[Polynomial] = []
        self._powers: dict[tuple[int, int], Polynomial] = {}
        for index, generator in enumerate(tower.generators):
            if masses is not None and generator.kind is Kind.KINK:
                value = masses[index]
            elif inputs is not None and str(generator.symbol) in inputs:
                value = inputs[str(generator.symbol)]
            elif generator.kind is Kind.INPUT:
                value = basic(ground.intern(Kind.INPUT, (str(generator.symbol),)))
            elif generator.kind is Kind.PARAMETER:
                value = self._parameter(generator.symbol, point)
            else:
                value = self._apply(generator.kind, self.polynomial(tower.argument(index)))
            self._values.append(value)

    def polynomial(self, p: Poly) -> Polynomial:
        """Return an element of the tower's ring at the point, as a polynomial in basics."""
        terms: list[Polynomial] = []
        for exponents, coefficient in p.terms():
            term = constant(Fraction(int(coefficient.numerator), int(coefficient.denominator)))
            for index, exponent in enumerate(exponents):
                if exponent and term:
                    term = multiply(term, self._power(index, exponent))
            terms.append(term)
        return add(*terms)

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
            return basic(self.ground.intern(Kind.PARAMETER, (None, str(symbol)), str(symbol)))
        if isinstance(value, Log):
            if value.argument == 1:
                return {}
            name = f"log({value.argument})"
            return basic(self.ground.intern(Kind.PARAMETER, (value.argument,), name))
        return constant(value)

    def _apply(self, kind: Kind, a: Polynomial) -> Polynomial:
        ground = self.ground
        match kind:
            case Kind.EXP:
                return ground.exp(a)
            case Kind.SIGMOID:
                return ground.logistic(a)
            case Kind.TANH:
                return ground.tanh(a)
            case Kind.SOFTPLUS:
                return ground.softplus(a)
            case Kind.CDF:
                return ground.cdf(a)
            case Kind.RELU:
                return multiply(a, ground.step(a))
            case Kind.STEP:
                return ground.step(a)
            case Kind.KINK:
                return ground.kink(a)
            case Kind.DENSITY | Kind.COS | Kind.LOG:
                return ground.even(kind, a)
            case Kind.SIN:
                return ground.odd(kind, a)
            case Kind.ROOT:
                return ground.root(a)
            case Kind.INVERSE:
                return ground.inverse(a)
            case _:
                raise FormulaError(f"Expected a function, but got {kind.value}.")
