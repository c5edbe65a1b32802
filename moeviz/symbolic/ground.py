r"""Formulas at a point: towers with numbers for parameters, in one common set of basics.

At a point the generators of all atoms are brought to basics that no polynomial over the rationals
relates, as far as is known: exponentials split by the monomials of their arguments
(:math:`e^{2x + 3y} = (e^x)^2 (e^y)^3`), the logistic function and tanh become fractions of them,
even and odd functions get an argument of one sign. Two formulas that are equal as functions then
become equal polynomials wherever such a relation explains it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.polynomial import (
    ONE,
    Monomial,
    Polynomial,
    add,
    as_number,
    basic,
    constant,
    key,
    multiply,
    scale,
)
from moeviz.symbolic.tower import Kind


@dataclass(frozen=True)
class Log:
    """The number log(argument), for parameters that stand in exponents.

    Attributes
    ----------
    argument : Fraction
        Positive.
    """

    argument: Fraction


Number = Fraction | int | Log
Point = Mapping[sympy.Symbol, Number]
"""Values of parameters."""


@dataclass(frozen=True)
class Basic:
    """One basic.

    Attributes
    ----------
    kind : Kind
        PARAMETER stands for a constant log or for a parameter without a value.
    argument : tuple
        A polynomial's key; of a constant log, its argument.
    name : str
        For people.
    """

    kind: Kind
    argument: tuple[Any, ...]
    name: str


class Ground:
    """The basics that several formulas at several points share."""

    def __init__(self, inputs: tuple[sympy.Symbol, ...]) -> None:
        self.inputs = inputs
        self.basics: list[Basic] = [Basic(Kind.INPUT, (str(s),), str(s)) for s in inputs]
        self.scales: dict[int, int] = {}
        self._index: dict[tuple[Kind, tuple[Any, ...]], int] = {
            (b.kind, b.argument): i for i, b in enumerate(self.basics)
        }

    def argument(self, index: int) -> Polynomial:
        """Return a basic's argument as a polynomial."""
        return dict(self.basics[index].argument)

    def intern(self, kind: Kind, argument: tuple[Any, ...], name: str = "") -> int:
        """Return the number of a basic, adding it when it is new."""
        found = self._index.get((kind, argument))
        if found is None:
            found = self._index[kind, argument] = len(self.basics)
            self.basics.append(Basic(kind, argument, name or f"{kind.value} {found}"))
        return found

    def of_kind(self, kind: Kind) -> list[int]:
        """Return the basics of one kind."""
        return [i for i, b in enumerate(self.basics) if b.kind is kind]

    # One function of a polynomial each.

    def exp(self, a: Polynomial) -> Polynomial:
        """Return e^a: a rational number times powers of basics."""
        factor, powers = Fraction(1), []
        for monomial, coefficient in sorted(a.items()):
            log = self._constant_log(monomial)
            if log is not None and (exact := _power_of(log, coefficient)) is not None:
                factor *= exact
                continue
            index = self.intern(Kind.EXP, (monomial,), f"exp({self.monomial_text(monomial)})")
            self.scales[index] = math.lcm(self.scales.get(index, 1), coefficient.denominator)
            powers.append((index, coefficient))
        return {tuple(sorted(powers)): factor}

    def logistic(self, a: Polynomial) -> Polynomial:
        """Return 1 / (1 + e^-a)."""
        e = self.exp(a)
        return multiply(e, self.inverse(add(constant(1), e)))

    def tanh(self, a: Polynomial) -> Polynomial:
        """Return 1 - 2 / (1 + e^2a)."""
        e = self.exp(scale(a, 2))
        return add(constant(1), scale(self.inverse(add(constant(1), e)), -2))

    def inverse(self, a: Polynomial) -> Polynomial:
        """Return 1 / a."""
        number = as_number(a)
        if number is not None:
            if not number:
                raise FormulaError("Expected no division by zero, but a denominator is 0 there.")
            return constant(1 / number)
        if len(a) == 1:
            (monomial, coefficient), *_ = a.items()
            if all(self.basics[i].kind is Kind.EXP for i, _ in monomial):
                return {tuple((i, -e) for i, e in monomial): 1 / coefficient}
        lead = a[max(a)]
        index = self.intern(Kind.INVERSE, key(scale(a, 1 / lead)))
        return scale(basic(index), 1 / lead)

    def root(self, a: Polynomial) -> Polynomial:
        """Return the square root of a, which is not negative."""
        number = as_number(a)
        if number is not None and (exact := _power_of(number, Fraction(1, 2))) is not None:
            return constant(exact)
        return basic(self.intern(Kind.ROOT, key(a)))

    def even(self, kind: Kind, a: Polynomial) -> Polynomial:
        """Return an even function of a."""
        return basic(self.intern(kind, key(scale(a, _sign(a)))))

    def odd(self, kind: Kind, a: Polynomial) -> Polynomial:
        """Return an odd function of a; 0 at 0."""
        if not a:
            return {}
        sign = _sign(a)
        return scale(basic(self.intern(kind, key(scale(a, sign)))), sign)

    def cdf(self, a: Polynomial) -> Polynomial:
        """Return the normal distribution function."""
        if not a:
            return constant(Fraction(1, 2))
        if _sign(a) > 0:
            return basic(self.intern(Kind.CDF, key(a)))
        return add(constant(1), scale(self.cdf(scale(a, -1)), -1))

    def softplus(self, a: Polynomial) -> Polynomial:
        """Return log(1 + e^a)."""
        if not a or _sign(a) > 0:
            return basic(self.intern(Kind.SOFTPLUS, key(a)))
        return add(a, self.softplus(scale(a, -1)))

    def step(self, a: Polynomial) -> Polynomial:
        """Return 1 where a > 0 and 0 elsewhere."""
        sign = self.constant_sign(a)
        if sign is not None:
            return constant(1 if sign > 0 else 0)
        lead = a[max(a)]
        positive = basic(self.intern(Kind.STEP, key(scale(a, 1 / lead))))
        return positive if lead > 0 else add(constant(1), scale(positive, -1))

    def kink(self, a: Polynomial) -> Polynomial:
        """Return the point mass on a = 0."""
        sign = self.constant_sign(a)
        if sign is not None:
            if not sign:
                raise FormulaError(
                    "Expected a kink that depends on the input, but the expert is 0 everywhere "
                    "there; take another point."
                )
            return {}
        lead = a[max(a)]
        return scale(basic(self.intern(Kind.KINK, key(scale(a, 1 / lead)))), 1 / abs(lead))

    def constant_sign(self, a: Polynomial) -> int | None:
        """Return the sign of a constant; None for a function."""
        value = 0.0
        for monomial, coefficient in a.items():
            log = self._constant_log(monomial)
            if monomial != ONE and log is None:
                return None
            value += float(coefficient) * (1.0 if log is None else math.log(log))
        return (value > 0) - (value < 0)

    def _constant_log(self, monomial: Monomial) -> Fraction | None:
        if len(monomial) != 1 or monomial[0][1] != 1:
            return None
        b = self.basics[monomial[0][0]]
        return b.argument[0] if b.kind is Kind.PARAMETER and b.argument[0] is not None else None

    def monomial_text(self, monomial: Monomial) -> str:
        """Return a monomial for people."""
        parts = [
            self.basics[i].name + (f"^{exponent}" if exponent != 1 else "")
            for i, exponent in monomial
        ]
        return "*".join(parts) or "1"


def _sign(a: Polynomial) -> int:
    """Return the sign of the leading coefficient; 1 for the zero polynomial."""
    return 1 if not a or a[max(a)] > 0 else -1


def _power_of(base: Fraction, exponent: Fraction) -> Fraction | None:
    """Return base^exponent if it is rational."""
    top = base**exponent.numerator
    if exponent.denominator == 1:
        return Fraction(top)
    roots = []
    for part in (top.numerator, top.denominator):
        root, exact = sympy.integer_nthroot(part, exponent.denominator)
        if not exact:
            return None
        roots.append(int(root))
    return Fraction(*roots)
