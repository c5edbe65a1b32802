"""Numbers that are not rational: logarithms and roots of rationals, by their primes."""

from __future__ import annotations

import math
from fractions import Fraction

import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.kernel.basics import Basics
from moeviz.symbolic.kernel.polynomial import (
    Monomial,
    Polynomial,
    add,
    basic,
    constant,
    multiply,
    scale,
)
from moeviz.symbolic.kernel.tower import Kind

FINEST = 1_000_000
"""Primes that a number is divided by."""

NEGATIVE = "Expected a square root of a number that is not negative, but one is; change it."


class Surds(Basics):
    """Basics with logarithms and powers of primes."""

    def root_of_number(self, number: Fraction) -> Polynomial:
        """Return the square root of a number.

        Raises
        ------
        FormulaError
            If it is negative.
        """
        if number < 0:
            raise FormulaError(NEGATIVE)
        result = constant(1)
        for prime, times in primes_of(number).items():
            result = multiply(result, self.power_of_prime(prime, Fraction(times, 2)))
        return self.reduced(result) if number else {}

    def log_of_number(self, number: Fraction) -> Polynomial:
        """Return the logarithm of a positive number as those of its primes."""
        total: Polynomial = {}
        for prime, times in primes_of(number).items():
            total = add(total, scale(basic(self.prime_log(prime)), times))
        return total

    def prime_log(self, prime: int) -> int:
        """Return the basic that is a prime's logarithm."""
        return self.intern(Kind.PARAMETER, (Fraction(prime),), f"log({prime})")

    def power_of_prime(self, prime: Fraction | int, exponent: Fraction | int) -> Polynomial:
        """Return a power of a prime: a number times a power between 0 and 1, which is a basic."""
        exponent = Fraction(exponent)
        number = Fraction(prime) ** math.floor(exponent)
        rest = exponent - math.floor(exponent)
        if not rest:
            return constant(number)
        monomial: Monomial = ((self.prime_log(int(prime)), 1),)
        index = self.intern(Kind.EXP, (monomial,), f"{prime}^(1/n)")
        self.scales[index] = math.lcm(self.scales.get(index, 1), rest.denominator)
        return scale(basic(index, rest), number)


def primes_of(number: Fraction) -> dict[int, int]:
    """Return the primes of a positive number with their powers.

    What has no prime below a limit stays one factor, as if it were a prime.
    """
    found: dict[int, int] = {}
    for part, sign in ((number.numerator, 1), (number.denominator, -1)):
        if part:
            for prime, times in sympy.factorint(part, limit=FINEST, use_pm1=False).items():
                found[int(prime)] = found.get(int(prime), 0) + sign * int(times)
    return {prime: times for prime, times in found.items() if prime > 1}
