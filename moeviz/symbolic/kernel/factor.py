"""Polynomials in basics taken apart: a number, powers of basics, and irreducible factors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import flint

from moeviz.symbolic.kernel.polynomial import Monomial, Polynomial, basics, whole

LARGEST_DEGREE = 400
"""Total degree up to which a polynomial is factored; one of a higher degree stays as it is."""

MOST_TERMS = 80
"""Terms up to which a polynomial is factored."""


@dataclass(frozen=True)
class Factors:
    """A polynomial as a product.

    Attributes
    ----------
    number : Fraction
    monomial : Monomial
        Powers of basics that divide every term; exponents may be negative and fractions.
    rest : tuple of (Polynomial, int)
        Factors of more than one term with their multiplicities, each with whole coefficients
        without a common divisor and a positive leading one.
    """

    number: Fraction
    monomial: Monomial
    rest: tuple[tuple[Polynomial, int], ...]


def factored(p: Polynomial) -> Factors:
    """Return a polynomial's factors over the rationals.

    Fractional powers of a basic are whole powers of a root of it, so that :math:`1 + e^{3x/2}` is
    factored as a polynomial in :math:`e^{x/2}`.

    Parameters
    ----------
    p : Polynomial
        Not zero.
    """
    names = sorted(basics([p]))
    powers = {i: [Fraction(dict(m).get(i, 0)) for m in p] for i in names}
    low = {i: min(found) for i, found in powers.items()}
    fine = {i: math.lcm(*(e.denominator for e in found)) for i, found in powers.items()}
    monomial = tuple((i, whole(low[i])) for i in names if low[i])
    below = math.lcm(*(int(c.q) for c in p.values()))
    terms = {
        tuple(int((Fraction(dict(m).get(i, 0)) - low[i]) * fine[i]) for i in names): int(c * below)
        for m, c in p.items()
    }
    number = Fraction(math.gcd(*terms.values()), below)
    if terms[max(terms)] < 0:
        number = -number
    if len(terms) == 1:
        return Factors(number, monomial, ())
    primitive = {e: int(Fraction(c, below) / number) for e, c in terms.items()}
    sign, parts = _factors(primitive, len(names))
    rest = tuple(
        (
            {
                tuple(
                    (i, whole(Fraction(k, fine[i]))) for i, k in zip(names, e, strict=True) if k
                ): flint.fmpq(c)
                for e, c in part.items()
            },
            times,
        )
        for part, times in parts
    )
    return Factors(number * sign, monomial, rest)


Terms = dict[tuple[int, ...], int]


def _factors(terms: Terms, width: int) -> tuple[int, list[tuple[Terms, int]]]:
    """Return a sign and the irreducible factors of a primitive polynomial."""
    if len(terms) > MOST_TERMS or max(map(sum, terms)) > LARGEST_DEGREE:
        return 1, [(terms, 1)]
    ring = flint.fmpz_mpoly_ctx.get([f"u{i}" for i in range(width)], flint.Ordering.lex)
    number, found = ring.from_dict(terms).factor()
    total, parts = int(number), []
    for part, times in found:
        own = {tuple(map(int, e)): int(c) for e, c in part.to_dict().items()}
        if own[max(own)] < 0:
            own = {e: -c for e, c in own.items()}
            total *= (-1) ** int(times)
        parts.append((own, int(times)))
    return total, sorted(parts, key=lambda part: sorted(part[0].items()))
