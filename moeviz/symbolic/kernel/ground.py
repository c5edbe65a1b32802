r"""Formulas at a point: towers with numbers for parameters, in one common set of basics.

At a point the generators of all atoms are brought to basics that no polynomial over the rationals
relates, as far as is known: exponentials split by the monomials of their arguments
(:math:`e^{2x + 3y} = (e^x)^2 (e^y)^3`), the logistic function and tanh become fractions of them,
logarithms split by the factors of their arguments, roots of numbers are powers of primes, even and
odd functions get an argument of one sign. Two formulas that are equal as functions then become
equal polynomials wherever such a relation explains it.
"""

from __future__ import annotations

import math
from fractions import Fraction

import flint

from moeviz.errors import FormulaError
from moeviz.symbolic.kernel.basics import Basic, Log, Number, Point
from moeviz.symbolic.kernel.factor import factored
from moeviz.symbolic.kernel.polynomial import (
    UNIT,
    Monomial,
    Polynomial,
    add,
    as_number,
    basic,
    constant,
    fraction,
    key,
    multiply,
    power,
    scale,
    times_monomials,
    whole,
    without_inverse,
)
from moeviz.symbolic.kernel.polynomial import basics as basics_of
from moeviz.symbolic.kernel.surds import NEGATIVE, Surds
from moeviz.symbolic.kernel.tower import Kind

__all__ = ["Basic", "Ground", "Log", "Number", "Point"]

MOST_TIMES = 8
"""Powers of a logarithm's argument that are multiplied out."""


class Ground(Surds):
    """The basics that several formulas at several points share, and functions of polynomials."""

    def exp(self, a: Polynomial) -> Polynomial:
        """Return e^a: a rational number times powers of basics."""
        result = constant(1)
        for monomial, coefficient in sorted(a.items()):
            prime = self.constant_log(monomial)
            if prime is not None:
                result = multiply(result, self.power_of_prime(prime, fraction(coefficient)))
            elif (known := self._exp_of_log(monomial, coefficient)) is not None:
                result = multiply(result, known)
            else:
                index = self.intern(Kind.EXP, (monomial,), f"exp({self.monomial_text(monomial)})")
                self.scales[index] = math.lcm(self.scales.get(index, 1), int(coefficient.q))
                result = multiply(result, basic(index, fraction(coefficient)))
        return result

    def _exp_of_log(self, monomial: Monomial, coefficient: flint.fmpq) -> Polynomial | None:
        """Return a power of f from the logarithm of its size; None where f's sign is not known."""
        if len(monomial) != 1 or monomial[0][1] != 1 or coefficient.q != 1:
            return None
        b = self.basics[monomial[0][0]]
        times = int(coefficient)
        if b.kind is not Kind.LOG or abs(times) > MOST_TIMES:
            return None
        sign = self.signs.get(b.argument, 1 if times % 2 == 0 else 0)
        argument = self.argument(monomial[0][0])
        body = scale(power(argument, abs(times)), sign ** (times % 2))
        return None if not sign else (body if times >= 0 else self.inverse(body))

    def logistic(self, a: Polynomial) -> Polynomial:
        """Return 1 / (1 + e^-a)."""
        if _sign(a) < 0:
            return add(constant(1), scale(self.logistic(scale(a, -1)), -1))
        return add(constant(1), scale(self.inverse(add(constant(1), self.exp(a))), -1))

    def tanh(self, a: Polynomial) -> Polynomial:
        """Return 1 - 2 / (1 + e^2a)."""
        if _sign(a) < 0:
            return scale(self.tanh(scale(a, -1)), -1)
        under = add(constant(1), self.exp(scale(a, 2)))
        return add(constant(1), scale(self.inverse(under), -2))

    def density(self, a: Polynomial) -> Polynomial:
        """Return the normal density: its value at 0 times a power of e."""
        return multiply(
            basic(self.intern(Kind.DENSITY, (), "normal density at 0")),
            self.exp(scale(multiply(a, a), Fraction(-1, 2))),
        )

    def inverse(self, a: Polynomial) -> Polynomial:
        """Return 1 / a."""
        a = self.reduced(a)
        number = as_number(a)
        if number is not None:
            if not number:
                raise FormulaError("Expected no division by zero, but a denominator is 0 there.")
            return constant(1 / number)
        common = self._common_exponentials(a)
        rest = {times_monomials(m, inverted(common)): c for m, c in a.items()}
        lead = rest[max(rest)]
        rest = scale(rest, 1 / lead)
        body = {inverted(common): 1 / lead}
        if rest != constant(1):
            body = multiply(body, basic(self.intern(Kind.INVERSE, key(rest))))
        return self.reduced(body)

    def _common_exponentials(self, a: Polynomial) -> Monomial:
        """Return the powers of exponentials that divide every term."""
        shared = set.intersection(*({i for i, _ in m} for m in a))
        low = {i: min(dict(m)[i] for m in a) for i in shared if self.basics[i].kind is Kind.EXP}
        if len(a) > 1:
            for i in {i for m in a for i, _ in m} - shared:
                if self.basics[i].kind is Kind.EXP:
                    low[i] = min(dict(m).get(i, 0) for m in a)
        return tuple(sorted((i, e) for i, e in low.items() if e))

    def root(self, a: Polynomial) -> Polynomial:
        """Return the square root of a, which is not negative."""
        a = self.reduced(a)
        number = as_number(a)
        if number is not None:
            return self.root_of_number(number)
        parts = factored(a)
        inside = scale(a, 1 / abs(parts.number))
        outside = self.root_of_number(abs(parts.number))
        if not parts.rest and all(self.basics[i].kind is Kind.EXP for i, _ in parts.monomial):
            if parts.number < 0:
                raise FormulaError(NEGATIVE)
            return self.reduced(multiply(outside, self._halved(parts.monomial)))
        return multiply(outside, basic(self.intern(Kind.ROOT, key(inside))))

    def _halved(self, monomial: Monomial) -> Polynomial:
        for index, exponent in monomial:
            fine = (Fraction(exponent) / 2).denominator
            self.scales[index] = math.lcm(self.scales.get(index, 1), fine)
        return {tuple((i, whole(Fraction(e) / 2)) for i, e in monomial): UNIT}

    def log(self, a: Polynomial, positive: bool = False) -> Polynomial:
        """Return log |a|, split by the factors of a.

        Parameters
        ----------
        a : Polynomial
        positive : bool
            Whether a is positive wherever the formula has a value.
        """
        total: Polynomial = {}
        a = self.reduced(a)
        for index in reversed(range(len(self.basics))):
            if self.basics[index].kind is Kind.INVERSE:
                a, times = without_inverse(a, index, self.argument(index))
                if times:
                    total = add(total, scale(self.log(self.argument(index)), -times))
        a = self.reduced(a)
        if not a:
            raise FormulaError("Expected a logarithm of a number, but got that of 0; change it.")
        parts = factored(a)
        known = self.is_positive(a)
        for factor, times in parts.rest:
            name = key(factor)
            if known:
                # a is not 0 for any values of its basics, so each factor has one sign.
                self.signs[name] = 1 if self.at_ones(factor) > 0 else -1
            elif positive and not parts.monomial and len(parts.rest) == 1 and times % 2:
                self.signs[name] = 1 if parts.number > 0 else -1
            total = add(total, scale(basic(self.intern(Kind.LOG, name)), times))
        for index, exponent in parts.monomial:
            total = add(total, scale(self._log_of_basic(index), Fraction(exponent)))
        return add(total, self.log_of_number(abs(parts.number)))

    def _log_of_basic(self, index: int) -> Polynomial:
        b = self.basics[index]
        if b.kind is Kind.EXP:
            return {b.argument[0]: UNIT}
        if b.kind is Kind.ROOT:
            return scale(self.log(self.argument(index)), Fraction(1, 2))
        return basic(self.intern(Kind.LOG, key(basic(index))))

    def even(self, kind: Kind, a: Polynomial) -> Polynomial:
        """Return an even function of a."""
        return basic(self.intern(kind, key(scale(a, _sign(a)))))

    def odd(self, kind: Kind, a: Polynomial) -> Polynomial:
        """Return an odd function of a; 0 at 0."""
        if not a:
            return {}
        sign = _sign(a)
        return scale(basic(self.intern(kind, key(scale(a, sign)))), sign)

    def cos(self, a: Polynomial) -> Polynomial:
        """Return the cosine; 1 at 0."""
        return self.even(Kind.COS, a) if a else constant(1)

    def cdf(self, a: Polynomial) -> Polynomial:
        """Return the normal distribution function."""
        if not a:
            return constant(Fraction(1, 2))
        if _sign(a) > 0:
            return basic(self.intern(Kind.CDF, key(a)))
        return add(constant(1), scale(self.cdf(scale(a, -1)), -1))

    def softplus(self, a: Polynomial) -> Polynomial:
        """Return log(1 + e^a)."""
        return self.log(add(constant(1), self.exp(a)))

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
                    "Expected a kink that depends on the input, but the argument of a relu or abs "
                    "is 0 everywhere there; take another point."
                )
            return {}
        lead = a[max(a)]
        return scale(basic(self.intern(Kind.KINK, key(scale(a, 1 / lead)))), 1 / abs(lead))

    def constant_sign(self, a: Polynomial) -> int | None:
        """Return the sign of a constant; None for a function."""
        a = self.reduced(a)
        if not a:
            return 0
        if not all(self.is_constant(i) for i in basics_of([a])):
            return None
        return sign_of_constant(self, a)


def _sign(a: Polynomial) -> int:
    """Return the sign of the leading coefficient; 1 for the zero polynomial."""
    return 1 if not a or a[max(a)] > 0 else -1


def inverted(monomial: Monomial) -> Monomial:
    """Return one over a monomial."""
    return tuple((i, whole(-e)) for i, e in monomial)


def sign_of_constant(ground: Ground, a: Polynomial) -> int:
    """Return the sign of a number that is not rational, from its enclosure.

    Raises
    ------
    FormulaError
        If it is 0 or too near to it.
    """
    # Balls know the basics, so that the import must wait until both modules are there.
    from moeviz.symbolic.kernel.balls import enclosed_sign

    sign = enclosed_sign(ground, a)
    if sign is None:
        raise FormulaError(
            "Expected a number with a clear sign in a relu or abs, but one is too near to 0; take "
            "other numbers."
        )
    return sign
