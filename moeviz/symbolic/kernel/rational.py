"""A tower at a rational input in rational numbers: exact signs, where enclosures are not needed.

Most kinks are affine, and most functions that can be without a value are inverses of polynomials,
or roots of them. Their arguments are then rational numbers, whose signs cost a tenth of what an
enclosure does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import flint

from moeviz.symbolic.kernel.basics import Point
from moeviz.symbolic.kernel.generators import Kind
from moeviz.symbolic.kernel.places import SINGULAR, Places, needed
from moeviz.symbolic.kernel.polynomial import coefficient_of
from moeviz.symbolic.kernel.tower import Tower

CLEAR = flint.fmpq(1, 1 << 60)
"""The least size of an argument whose sign is not left to enclosures."""

BELOW = -CLEAR

NONE, ONE = flint.fmpq(0), flint.fmpq(1)

Terms = list[tuple[flint.fmpq, tuple[tuple[int, int], ...]]]
"""A polynomial in generators that vary: coefficients with generators and their powers."""

Sides = tuple[tuple[int, int | None], ...]
"""The value of each step, by generator."""


class Exactly:
    """A tower at a point, ready to be looked at from many rational inputs.

    Parameters
    ----------
    tower : Tower
    point : mapping
        A number for every parameter.
    at : Places
        The same with enclosures.
    """

    def __init__(self, tower: Tower, point: Point, at: Places) -> None:
        self._inputs = [
            (i, g.symbol.name) for i, g in enumerate(tower.generators) if g.kind is Kind.INPUT
        ]
        self._known: dict[int, flint.fmpq] = {
            i: coefficient_of(value)
            for i, g in enumerate(tower.generators)
            if g.kind is Kind.PARAMETER and isinstance(value := point[g.symbol], Fraction | int)
        }
        self._rational = {i for i, _ in self._inputs}
        self._positive: set[int] = set()
        self._steps: list[tuple[int, Kind, Terms]] = []
        self._enough = at.is_sure_of_what_stands_still and all(
            self._add(tower, index) for index in needed(tower)[0] if tower.varies(index)
        )

    def _add(self, tower: Tower, index: int) -> bool:
        """Add what is to be computed for a generator; False where that is not rational."""
        kind, terms = tower.generators[index].kind, self._terms(tower, index)
        if terms is None or kind not in (Kind.STEP, Kind.RELU, *SINGULAR):
            return False
        used = {i for _, powers in terms for i, _ in powers}
        if kind is Kind.INVERSE and used and used <= self._positive:
            # One over a product of roots, which are positive where they are looked at.
            self._positive.add(index)
            return len(terms) == 1 and bool(terms[0][0] > 0)
        self._steps.append((index, kind, terms))
        if kind is Kind.ROOT:
            self._positive.add(index)
        elif kind is not Kind.LOG and kind is not Kind.LOG_ABS:
            self._rational.add(index)
        return used <= self._rational

    def _terms(self, tower: Tower, index: int) -> Terms | None:
        """Return an argument with numbers in it; None where one is not rational."""
        total: dict[tuple[tuple[int, int], ...], flint.fmpq] = {}
        for exponents, value in tower.argument(index).terms():
            coefficient, rest = coefficient_of(value), []
            for i, exponent in enumerate(exponents):
                if exponent and tower.varies(i):
                    rest.append((i, exponent))
                elif exponent:
                    if i not in self._known:
                        return None
                    coefficient *= self._known[i] ** exponent
            total[tuple(rest)] = total.get(tuple(rest), flint.fmpq(0)) + coefficient
        return [(c, powers) for powers, c in total.items() if c]

    def sides(self, x: Mapping[str, flint.fmpq]) -> Sides | None:
        """Return the steps at an input where all formulas have a value.

        Returns
        -------
        tuple of (int, int) or None
            None where it is not known, so that enclosures must be asked.
        """
        if not self._enough:
            return None
        values = {i: x[name] for i, name in self._inputs}
        found: list[tuple[int, int | None]] = []
        for index, kind, terms in self._steps:
            a = _value(terms, values)
            above = a > CLEAR
            if not above and not a < BELOW and (terms or kind in SINGULAR):
                return None
            if kind is Kind.STEP:
                found.append((index, int(above)))
                values[index] = ONE if above else NONE
            elif kind is Kind.RELU:
                values[index] = a if above else NONE
            elif kind is Kind.INVERSE:
                values[index] = 1 / a
            elif kind is not Kind.LOG_ABS and not above:
                return None
        return tuple(found)


def _value(terms: Terms, values: Mapping[int, flint.fmpq]) -> flint.fmpq:
    total = NONE
    for coefficient, powers in terms:
        for i, exponent in powers:
            coefficient = coefficient * (values[i] if exponent == 1 else values[i] ** exponent)
        total = total + coefficient
    return total


def all_sides(atoms: Sequence[Exactly], x: Mapping[str, Fraction]) -> tuple[Sides, ...] | None:
    """Return the steps of several atoms at an input; None where enclosures must be asked."""
    found = []
    numbers = {name: flint.fmpq(q.numerator, q.denominator) for name, q in x.items()}
    for atom in atoms:
        sides = atom.sides(numbers)
        if sides is None:
            return None
        found.append(sides)
    return tuple(found)
