"""A tower's formulas at one point, as polynomials in the basics of a ground."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.kernel.ground import Ground, Log, Point
from moeviz.symbolic.kernel.polynomial import Polynomial, basic, constant, increase, multiply, power
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
                value = self._apply(index, self.polynomial(tower.argument(index)))
            self._values.append(value)

    def polynomial(self, p: Poly) -> Polynomial:
        """Return an element of the tower's ring at the point, as a polynomial in basics."""
        total: Polynomial = {}
        for exponents, coefficient in p.terms():
            pause()
            term = constant(Fraction(int(coefficient.numerator), int(coefficient.denominator)))
            for index, exponent in enumerate(exponents):
                if exponent and term:
                    term = multiply(term, self._power(index, exponent))
            increase(total, term)
        return self.ground.reduced(total)

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
            return self.ground.log_of_number(value.argument)
        return constant(value)

    def _step(self, index: int, a: Polynomial) -> Polynomial:
        """Return a step: a number on a known side of its kink."""
        known = None if self._steps is None else self._steps.get(self.tower.step_of(index))
        return self.ground.step(a) if known is None else constant(known)

    def _apply(self, index: int, a: Polynomial) -> Polynomial:
        ground, kind = self.ground, self.tower.generators[index].kind
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
                return multiply(a, self._step(index, a))
            case Kind.STEP:
                return self._step(index, a)
            case Kind.KINK:
                return ground.kink(a)
            case Kind.DENSITY:
                return ground.density(a)
            case Kind.COS:
                return ground.even(kind, a) if a else constant(1)
            case Kind.LOG | Kind.LOG_ABS:
                return ground.log(a, positive=kind is Kind.LOG)
            case Kind.SIN:
                return ground.odd(kind, a)
            case Kind.ROOT:
                return ground.root(a)
            case Kind.INVERSE:
                return ground.inverse(a)
            case _:
                raise FormulaError(f"Expected a function, but got {kind.value}.")
