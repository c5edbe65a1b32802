"""Whether an element of a tower is the zero function, or a point at which it is surely not.

The element is looked at on every side of every kink, and on the kinks, where its point masses must
cancel. Both answers stand for themselves: a proof by the relations between basics, or an enclosure
that does not contain zero; neither is made from the other's absence.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import flint
import numpy as np

from moeviz.errors import FormulaError
from moeviz.symbolic.certificates.report import point_json
from moeviz.symbolic.certificates.types import Certificate
from moeviz.symbolic.certificates.writing import kink_json
from moeviz.symbolic.kernel.at_point import AtPoint
from moeviz.symbolic.kernel.balls import Balls
from moeviz.symbolic.kernel.basics import Point
from moeviz.symbolic.kernel.domain import random_point
from moeviz.symbolic.kernel.family import Family, Member
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.pieces import Piece
from moeviz.symbolic.kernel.places import precision
from moeviz.symbolic.kernel.polynomial import Polynomial, multiply, scale
from moeviz.symbolic.kernel.relations import LEAST_BITS
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.kernel.tower import Kind, Poly, Tower
from moeviz.symbolic.kernel.watch import pause
from moeviz.symbolic.kernel.zero import vanishes

MOST_STEPS = 6
"""Kinks of which both sides are looked at one by one; with more of them nothing is proved."""

POINTS = 8
"""Random points at which a counterexample is looked for."""

BITS = 192

Steps = dict[int, int]


HALF_WIDTHS = (2, 16)
"""Of the boxes in which a counterexample is looked for, in turn."""


def is_identity(tower: Tower, p: Poly, point: Point) -> bool:
    """Return whether an element is zero for all inputs and all parameters without a value.

    Parameters
    ----------
    tower : Tower
    p : Poly
    point : mapping
        Values of some parameters.
    """
    steps = tower.of_kind(Kind.STEP)
    if len(steps) > MOST_STEPS:
        return False
    none: dict[int, Polynomial] = {i: {} for i in tower.of_kind(Kind.KINK)}
    for sides in possible_sides(tower, steps):
        pause()
        ground = Ground(tower.inputs)
        at = AtPoint(tower, ground, point, masses=none, steps=sides)
        if not vanishes(ground, at.polynomial(p)):
            return False
    kinks = [i for i in none if p.degree(i) > 0]
    return all(_cancels(tower, p, point, group) for group in _groups(tower, kinks))


def possible_sides(
    tower: Tower, steps: Sequence[int], known: Mapping[int, int] | None = None
) -> Iterator[Steps]:
    """Yield the values of steps that can occur together, as far as two of them tell.

    Parameters
    ----------
    tower : Tower
    steps : sequence of int
        Generators.
    known : mapping, optional
        Values of some of them, which are not questioned.
    """
    fixed = dict(known or {})
    free = [i for i in steps if i not in fixed]
    for values in itertools.product((0, 1), repeat=len(free)):
        sides = {**fixed, **dict(zip(free, values, strict=True))}
        if all(_fit(tower, sides, i, j) for i, j in itertools.combinations(free, 2)):
            yield sides


def _fit(tower: Tower, sides: Steps, i: int, j: int) -> bool:
    """Return whether two steps can have their values: their arguments may be the same but shifted.

    With a_i = t a_j + c, and t negative, both are positive only if c is, for example.
    """
    found = _multiple(tower.argument(i), tower.argument(j))
    if found is None:
        return True
    t, c = found
    other = sides[j] if t > 0 else 1 - sides[j]
    if sides[i] == other:
        return True
    # a_i and t a_j have different signs, so that c has the sign of a_i.
    return c > 0 if sides[i] else c < 0


def _multiple(a: Poly, b: Poly) -> tuple[Fraction, Fraction] | None:
    """Return numbers t, c with a = t b + c; None if there are none."""
    zero = a.ring.zero_monom
    first = next((m for m in b if m != zero), None)
    if first is None or first not in a:
        return None
    t = a[first] / b[first]
    rest = a - b * t
    if any(m != zero for m in rest):
        return None
    c = rest.get(zero, a.ring.domain.zero)
    return Fraction(int(t.numerator), int(t.denominator)), Fraction(
        int(c.numerator), int(c.denominator)
    )


def _groups(tower: Tower, kinks: Sequence[int]) -> list[dict[int, Fraction]]:
    """Return point masses on the same place together, each with its argument's multiple."""
    groups: list[dict[int, Fraction]] = []
    for index in kinks:
        for group in groups:
            found = _multiple(tower.argument(index), tower.argument(next(iter(group))))
            if found is not None and not found[1]:
                group[index] = found[0]
                break
        else:
            groups.append({index: Fraction(1)})
    return groups


def _cancels(tower: Tower, p: Poly, point: Point, group: Mapping[int, Fraction]) -> bool:
    """Return whether the point masses of a group sum to zero where its kink is, from both sides."""
    lead = next(iter(group))
    none: dict[int, Polynomial] = {i: {} for i in tower.of_kind(Kind.KINK)}
    gens = p.ring.gens
    if any(p.degree(i) > 1 for i in group):
        return False
    factors = {i: p.diff(gens[i]) for i in group}
    if any(f.degree(i) > 0 for f in factors.values() for i in none):
        return False
    for side in (0, 1):
        own = {tower.step_of(i): side if t > 0 else 1 - side for i, t in group.items()}
        for sides in possible_sides(tower, tower.of_kind(Kind.STEP), own):
            pause()
            ground = Ground(tower.inputs)
            solved = _solved(tower, ground, point, lead, sides)
            if solved is None:
                return False
            at = AtPoint(tower, ground, point, solved, none, sides)
            total: Polynomial = {}
            for i, t in group.items():
                for monomial, c in scale(at.polynomial(factors[i]), 1 / abs(t)).items():
                    total[monomial] = total.get(monomial, 0) + c
            if not vanishes(ground, {m: c for m, c in total.items() if c}):
                return False
    return True


def _solved(
    tower: Tower, ground: Ground, point: Point, kink: int, sides: Steps
) -> dict[str, Polynomial] | None:
    """Return a parameter or an input, solved for, where a kink's argument is zero."""
    none: dict[int, Polynomial] = {i: {} for i in tower.of_kind(Kind.KINK)}
    argument = tower.argument(kink)
    free = [s for s in tower.parameters if s not in point]
    for symbol in (*free, *tower.inputs):
        slope = tower.derivative(argument, symbol)
        number = slope.is_ground
        if not slope or (symbol in tower.parameters and not number):
            continue
        if tower.derivative(slope, symbol):
            continue
        at = AtPoint(tower, ground, point, masses=none, steps=sides)
        rest = at.polynomial(argument - slope * tower.poly(symbol))
        return {symbol.name: scale(multiply(rest, ground.inverse(at.polynomial(slope))), -1)}
    return None


def counterexample(tower: Tower, p: Poly, point: Point, seed: int) -> Certificate:
    """Return a point at which an element is surely not zero, as plain data; empty if none.

    Every region between the kinks of a random point is looked at, and every kink; then the same in
    wider boxes of inputs, for a kink may lie far out.

    Parameters
    ----------
    tower : Tower
    p : Poly
    point : mapping
        Values of some parameters.
    seed : int
        Of the random points.
    """
    rng = np.random.default_rng(4 + 100 * seed)
    names = [s.name for s in tower.inputs]
    for half, _ in itertools.product(HALF_WIDTHS, range(POINTS)):
        support = Support.box(names, -half, half)
        own = random_point(tower, point, rng)
        for masses in (True, False):
            family = Family(tower, [own], [Member("", (), 0, (p,))], support, masses)
            try:
                pieces = family.pieces
            except FormulaError:
                continue  # a curved kink, or no value at this point: the next one may do
            for piece in pieces:
                found = _not_zero(family, piece, rng)
                if found:
                    return {"points": [point_json(own)], **found}
            break
    return {}


def _not_zero(family: Family, piece: Piece, rng: np.random.Generator) -> Certificate:
    """Return an input of a piece and the enclosure there, if it does not contain zero."""
    for _ in range(2):
        place = family.place(piece, rng)
        if place is None:
            return {}
        with precision(BITS):
            value: flint.arb = Balls(piece.ground, place).polynomial(piece.rows[0])
        if value.is_finite() and not value.contains(0) and value.rel_accuracy_bits() > LEAST_BITS:
            found: Certificate = {
                "value": value.str(8),
                "inputs": {k: str(v) for k, v in place.items()},
            }
            if piece.plane is not None:
                found["kink"] = kink_json(piece.plane)
            return found
    return {}
