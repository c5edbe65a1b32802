"""Whether a polynomial in basics is zero as a function: denominators cleared, roots reduced."""

from __future__ import annotations

from fractions import Fraction

from moeviz.symbolic.ground import Ground
from moeviz.symbolic.polynomial import (
    ONE,
    Monomial,
    Polynomial,
    add,
    constant,
    multiply,
    power,
    times_monomials,
)
from moeviz.symbolic.tower import Kind


def cleared(ground: Ground, p: Polynomial) -> Polynomial:
    """Return a polynomial that is zero exactly if `p` is, without inverses and higher roots.

    The last basic is taken away first, since arguments are made of earlier ones. A product with
    powers of a denominator, which is not the zero function, replaces each inverse; the square of
    a root is its argument; the square of a sine is one minus that of the cosine.
    """
    for index in range(len(ground.basics) - 1, -1, -1):
        kind = ground.basics[index].kind
        if kind is Kind.INVERSE:
            p = _without_inverse(ground, p, index)
        elif kind is Kind.ROOT:
            p = _reduced(p, index, ground.argument(index))
        elif kind is Kind.SIN:
            cosine = ground.intern(Kind.COS, ground.basics[index].argument)
            one_less = {ONE: Fraction(1), ((cosine, 2),): Fraction(-1)}
            p = _reduced(p, index, one_less)
    return p


def vanishes(ground: Ground, p: Polynomial) -> bool:
    """Return whether a polynomial is zero by the relations between basics."""
    return not p or not cleared(ground, p)


def _by_exponent(p: Polynomial, index: int) -> dict[int, Polynomial]:
    """Return a polynomial's coefficients by the exponent of one basic."""
    parts: dict[int, Polynomial] = {}
    for monomial, coefficient in p.items():
        exponent, rest = 0, monomial
        for place, (i, e) in enumerate(monomial):
            if i == index:
                exponent, rest = int(e), monomial[:place] + monomial[place + 1 :]
        parts.setdefault(exponent, {})[rest] = coefficient
    return parts


def _without_inverse(ground: Ground, p: Polynomial, index: int) -> Polynomial:
    parts = _by_exponent(p, index)
    most = max(parts, default=0)
    if most <= 0:
        return p
    under = ground.argument(index)
    powers = [constant(1)]
    for _ in range(most):
        powers.append(multiply(powers[-1], under))
    return add(*(multiply(part, powers[most - e]) for e, part in parts.items()))


def _reduced(p: Polynomial, index: int, square: Polynomial) -> Polynomial:
    parts = _by_exponent(p, index)
    if all(0 <= e <= 1 for e in parts):
        return p
    low = min(parts)
    if low < 0:
        parts = {e - low + (low % 2): part for e, part in parts.items()}
    terms = []
    for exponent, part in parts.items():
        left: Monomial = ((index, 1),) if exponent % 2 else ONE
        body = multiply(part, power(square, exponent // 2))
        terms.append({times_monomials(m, left): c for m, c in body.items()})
    return add(*terms)
