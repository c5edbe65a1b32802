"""Whether a polynomial in basics is zero as a function: denominators cleared, roots reduced."""

from __future__ import annotations

from moeviz.symbolic.kernel.angles import in_turns
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.polynomial import (
    ONE,
    Monomial,
    Polynomial,
    add,
    by_exponent,
    multiply,
    power,
    times_monomials,
    without_inverse,
)
from moeviz.symbolic.kernel.tower import Kind


def cleared(ground: Ground, p: Polynomial) -> Polynomial:
    """Return a polynomial that is zero exactly if `p` is, without inverses and higher roots.

    The last basic is taken away first, since arguments are made of earlier ones. A product with
    powers of a denominator, which is not the zero function, replaces each inverse; the square of
    a root is its argument; circle functions become powers of independent angles' exponentials.
    """
    for index in range(len(ground.basics) - 1, -1, -1):
        kind = ground.basics[index].kind
        if kind is Kind.INVERSE:
            p, _ = without_inverse(p, index, ground.argument(index))
        elif kind is Kind.ROOT:
            p = _reduced(p, index, ground.argument(index))
    return ground.reduced(in_turns(ground, p))


def vanishes(ground: Ground, p: Polynomial) -> bool:
    """Return whether a polynomial is zero by the relations between basics."""
    return not p or not cleared(ground, p)


def _reduced(p: Polynomial, index: int, square: Polynomial) -> Polynomial:
    parts = by_exponent(p, index)
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
