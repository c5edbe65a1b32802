"""Sparse polynomials over the rationals in numbered basics, with rational exponents."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

import flint

from moeviz.symbolic.kernel.watch import pause

Monomial = tuple[tuple[int, Fraction | int], ...]
"""Basics and their exponents, sorted by basic."""

Polynomial = dict[Monomial, flint.fmpq]
"""Coefficients by monomial, none of them 0; the zero polynomial is empty."""

Key = tuple[tuple[Monomial, int, int], ...]
"""A polynomial as what can be hashed: monomials with numerators and denominators, in order."""

ONE: Monomial = ()

UNIT = flint.fmpq(1)


def coefficient_of(value: Fraction | int | flint.fmpq) -> flint.fmpq:
    """Return a rational number as what polynomials are made of, an order faster than fractions."""
    if isinstance(value, flint.fmpq):
        return value
    return flint.fmpq(int(value.numerator), int(value.denominator))


def fraction(coefficient: flint.fmpq) -> Fraction:
    """Return a coefficient as the rational number that Python knows."""
    return Fraction(int(coefficient.p), int(coefficient.q))


def constant(value: Fraction | int | flint.fmpq) -> Polynomial:
    """Return a number as a polynomial."""
    return {ONE: coefficient_of(value)} if value else {}


def basic(index: int, exponent: Fraction | int = 1) -> Polynomial:
    """Return a power of one basic."""
    return {((index, whole(exponent)),): UNIT}


def as_number(p: Polynomial) -> Fraction | None:
    """Return the value of a constant polynomial; None if it is not constant."""
    if not p:
        return Fraction(0)
    if len(p) == 1 and ONE in p:
        return fraction(p[ONE])
    return None


def times_monomials(a: Monomial, b: Monomial) -> Monomial:
    """Return the product of two monomials."""
    if not a:
        return b
    if not b:
        return a
    if a[-1][0] < b[0][0]:
        return a + b
    if b[-1][0] < a[0][0]:
        return b + a
    powers = dict(a)
    for index, exponent in b:
        known = powers.get(index)
        if known is None:
            powers[index] = exponent
        elif total := known + exponent:
            powers[index] = whole(total)
        else:
            del powers[index]
    return tuple(sorted(powers.items()))


class Exponent(Fraction):
    """A fraction that knows its hash, which takes long to compute and is asked for often."""

    __slots__ = ("_hash",)
    _hash: int

    def __hash__(self) -> int:  # type: ignore[override]
        return self._hash


@lru_cache(maxsize=4096)
def _exponent(numerator: int, denominator: int) -> Exponent:
    made = Exponent(numerator, denominator)
    made._hash = Fraction.__hash__(made)
    return made


def whole(exponent: Fraction | int) -> Fraction | int:
    """Return an exponent as an int if it is one, or else as the one object with its value.

    Both are compared and hashed much faster than any fraction.
    """
    if exponent.denominator == 1:
        return exponent.numerator
    return _exponent(exponent.numerator, exponent.denominator)


def add(*terms: Polynomial) -> Polynomial:
    """Return a sum."""
    total: Polynomial = {}
    for term in terms:
        increase(total, term)
    return total


def increase(total: Polynomial, term: Polynomial) -> None:
    """Add a polynomial to another one in place, so that long sums cost no copies."""
    for monomial, coefficient in term.items():
        known = total.get(monomial)
        if known is None:
            if coefficient:
                total[monomial] = coefficient
        elif value := known + coefficient:
            total[monomial] = value
        else:
            del total[monomial]


def increase_by(total: Polynomial, term: Polynomial, times: flint.fmpq) -> None:
    """Add a multiple, not by 0, of a polynomial to another one in place."""
    for monomial, coefficient in term.items():
        known = total.get(monomial)
        if known is None:
            total[monomial] = coefficient * times
        elif value := known + coefficient * times:
            total[monomial] = value
        else:
            del total[monomial]


def scale(p: Polynomial, by: Fraction | int | flint.fmpq) -> Polynomial:
    """Return a multiple."""
    times = coefficient_of(by)
    if times == UNIT:
        return dict(p)
    return {m: c * times for m, c in p.items()} if times else {}


def multiply(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return a product."""
    if len(a) > len(b):
        a, b = b, a
    total: Polynomial = {}
    for left, u in a.items():
        pause()
        moved = {times_monomials(left, m): c * u for m, c in b.items()}
        if len(a) == 1:
            return moved
        increase(total, moved)
    return total


def power(p: Polynomial, exponent: int) -> Polynomial:
    """Return a power of exponent at least 0."""
    result = constant(1)
    for _ in range(exponent):
        result = multiply(result, p)
    return result


def basics(polynomials: Iterable[Polynomial]) -> set[int]:
    """Return the basics that occur."""
    return {index for p in polynomials for monomial in p for index, _ in monomial}


def key(p: Polynomial) -> Key:
    """Return a hashable form."""
    return tuple((m, int(p[m].p), int(p[m].q)) for m in sorted(p))


def of_key(known: Key) -> Polynomial:
    """Return the polynomial of a hashable form."""
    return {m: flint.fmpq(above, below) for m, above, below in known}


def by_exponent(p: Polynomial, index: int) -> dict[int, Polynomial]:
    """Return a polynomial's coefficients by the exponent of one basic."""
    parts: dict[int, Polynomial] = {}
    for monomial, coefficient in p.items():
        exponent, rest = 0, monomial
        for place, (i, e) in enumerate(monomial):
            if i == index:
                exponent, rest = int(e), monomial[:place] + monomial[place + 1 :]
        parts.setdefault(exponent, {})[rest] = coefficient
    return parts


def without_inverse(p: Polynomial, index: int, under: Polynomial) -> tuple[Polynomial, int]:
    """Return a polynomial times the power of `under` that its inverse, a basic, needs; that power.

    Parameters
    ----------
    p : Polynomial
    index : int
        The basic that is one over `under`.
    under : Polynomial
    """
    parts = by_exponent(p, index)
    most = max(parts, default=0)
    if most <= 0:
        return p, 0
    powers = [constant(1)]
    for _ in range(most):
        powers.append(multiply(powers[-1], under))
    return add(*(multiply(part, powers[most - e]) for e, part in parts.items())), most
