"""The numbered basics that formulas at a point are polynomials in, and what is known of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint
import sympy

from moeviz.symbolic.kernel.polynomial import Monomial, Polynomial, add, fraction, of_key, whole
from moeviz.symbolic.kernel.polynomial import basics as basics_of
from moeviz.symbolic.kernel.tower import Kind


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


class Basics:
    """The basics that several formulas at several points share."""

    def __init__(self, inputs: tuple[sympy.Symbol, ...]) -> None:
        self.inputs = inputs
        self.basics: list[Basic] = [Basic(Kind.INPUT, (s.name,), s.name) for s in inputs]
        self.scales: dict[int, int] = {}
        self.turns: tuple[int, Mapping[int, tuple[int, ...]]] | None = None
        self.signs: dict[tuple[Any, ...], int] = {}
        self._arguments: dict[int, Polynomial] = {}
        self._index: dict[tuple[Kind, tuple[Any, ...]], int] = {
            (b.kind, b.argument): i for i, b in enumerate(self.basics)
        }

    def argument(self, index: int) -> Polynomial:
        """Return a basic's argument as a polynomial, which is shared: read it only."""
        known = self._arguments.get(index)
        if known is None:
            known = self._arguments[index] = of_key(self.basics[index].argument)
        return known

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

    def is_constant(self, index: int) -> bool:
        """Return whether a basic depends neither on an input nor on a free parameter."""
        b = self.basics[index]
        if b.kind is Kind.INPUT:
            return False
        if b.kind is Kind.PARAMETER:
            return b.argument[0] is not None
        if b.kind is Kind.EXP:
            return all(self.is_constant(i) for i, _ in b.argument[0])
        return all(self.is_constant(i) for i in basics_of([self.argument(index)]))

    def prime_of(self, index: int) -> int | None:
        """Return the number whose powers a basic is; None if it is a power of no number."""
        b = self.basics[index]
        log = self.constant_log(b.argument[0]) if b.kind is Kind.EXP else None
        return None if log is None else int(log)

    def constant_log(self, monomial: Monomial) -> Fraction | None:
        """Return the number whose logarithm a monomial is; None if it is something else."""
        if len(monomial) != 1 or monomial[0][1] != 1:
            return None
        b = self.basics[monomial[0][0]]
        return b.argument[0] if b.kind is Kind.PARAMETER and b.argument[0] is not None else None

    def reduced(self, p: Polynomial) -> Polynomial:
        """Return a polynomial whose powers of primes have exponents between 0 and 1."""
        own = {i: n for i in basics_of([p]) if i >= 0 and (n := self.prime_of(i)) is not None}
        if not any(not 0 < e < 1 for m in p for i, e in m if i in own):
            return p
        terms = []
        for monomial, coefficient in p.items():
            number, rest = coefficient, []
            for index, exponent in monomial:
                if index in own:
                    number *= flint.fmpq(own[index]) ** math.floor(exponent)
                    exponent = whole(Fraction(exponent) - math.floor(exponent))
                if exponent:
                    rest.append((index, exponent))
            terms.append({tuple(rest): number})
        return add(*terms)

    def is_positive(self, p: Polynomial) -> bool:
        """Return whether a polynomial is positive because its terms are; False: not seen."""
        return any(self._sure(m, strictly=True) for m in p) and all(
            c > 0 and self._sure(m, strictly=False) for m, c in p.items()
        )

    def _sure(self, monomial: Monomial, strictly: bool) -> bool:
        """Return whether a monomial is positive, or not negative, whatever its basics' values."""
        return all(
            self._basic_is_positive(i)
            or (not strictly and (e % 2 == 0 or self.basics[i].kind in (Kind.ROOT, Kind.STEP)))
            for i, e in monomial
        )

    def _basic_is_positive(self, index: int) -> bool:
        b = self.basics[index]
        if b.kind is Kind.INVERSE or b.kind is Kind.ROOT:
            return self.is_positive(self.argument(index))
        return b.kind in (Kind.EXP, Kind.CDF, Kind.DENSITY) or (
            b.kind is Kind.PARAMETER and b.argument[0] is not None and b.argument[0] > 1
        )

    def at_ones(self, p: Polynomial) -> Fraction:
        """Return a polynomial's value with 1 for basics that are positive and 0 for others."""
        ones = (c for m, c in p.items() if all(self._basic_is_positive(i) for i, _ in m))
        return fraction(sum(ones, flint.fmpq(0)))

    def monomial_text(self, monomial: Monomial) -> str:
        """Return a monomial for people."""
        parts = [
            self.basics[i].name + (f"^{exponent}" if exponent != 1 else "")
            for i, exponent in monomial
        ]
        return "*".join(parts) or "1"
