r"""Circle functions: every argument as a whole combination of angles that nothing relates.

The arguments of all sines and cosines lie in a space over the rationals. A basis of the lattice
that they span makes each of them a whole combination :math:`\sum_j n_j \theta_j`, so that
:math:`\cos + i \sin` is a product of powers of :math:`U_j = e^{i \theta_j}`. Double angles and sums
of angles are then the same monomials.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import flint

from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.polynomial import (
    ONE,
    UNIT,
    Monomial,
    Polynomial,
    add,
    basic,
    constant,
    multiply,
    scale,
)
from moeviz.symbolic.kernel.tower import Kind

IMAGINARY = -1
"""Stands for i in a polynomial; angle j stands as -2 - j."""

Turns = Mapping[int, tuple[int, ...]]
"""Whole combinations of angles by the number of a sine or cosine."""


def turns_of(ground: Ground) -> Turns:
    """Return the combinations for all sines and cosines of a ground."""
    count = len(ground.basics)
    known = ground.turns
    if known is None or known[0] != count:
        own = [i for i, b in enumerate(ground.basics) if b.kind in (Kind.SIN, Kind.COS)]
        known = ground.turns = count, _combinations(own, [ground.argument(i) for i in own])
    return known[1]


def _combinations(own: Sequence[int], arguments: Sequence[Polynomial]) -> Turns:
    if not own:
        return {}
    monomials = sorted({m for a in arguments for m in a})
    fine = math.lcm(*(int(c.q) for a in arguments for c in a.values()))
    rows = [[int(a.get(m, 0) * fine) for m in monomials] for a in arguments]
    echelon = flint.fmpz_mat(rows).hnf().tolist()
    lattice = [[int(e) for e in row] for row in echelon if any(row)]
    return {index: _in_lattice(row, lattice) for index, row in zip(own, rows, strict=True)}


def _in_lattice(row: Sequence[int], lattice: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return a vector's whole coordinates in a lattice basis in echelon form."""
    rest, found = list(row), []
    for vector in lattice:
        lead = next(i for i, e in enumerate(vector) if e)
        times = rest[lead] // vector[lead]
        rest = [a - times * b for a, b in zip(rest, vector, strict=True)]
        found.append(times)
    return tuple(found)


def in_turns(ground: Ground, p: Polynomial) -> Polynomial:
    """Return a polynomial with powers of i and of the U_j in place of sines and cosines."""
    turns: Turns = {}
    if any(ground.basics[i].kind in (Kind.SIN, Kind.COS) for m in p for i, _ in m if i >= 0):
        turns = turns_of(ground)
    if not turns:
        return p
    values = {i: _in_exponentials(ground.basics[i].kind, turns[i]) for i in turns}
    terms = []
    for monomial, coefficient in p.items():
        term: Polynomial = {tuple((i, e) for i, e in monomial if i not in values): coefficient}
        for index, exponent in monomial:
            for _ in range(int(exponent) if index in values else 0):
                term = _without_squares(multiply(term, values[index]))
        terms.append(term)
    return _without_squares(add(*terms))


def _in_exponentials(kind: Kind, turns: Sequence[int]) -> Polynomial:
    """Return (U + 1/U) / 2, or (U - 1/U) / 2i, of the product U of powers."""
    up = tuple(sorted((-2 - j, n) for j, n in enumerate(turns) if n))
    down = tuple(sorted((-2 - j, -n) for j, n in enumerate(turns) if n))
    if kind is Kind.COS:
        return scale(add({up: UNIT}, {down: UNIT}), Fraction(1, 2))
    difference = add({up: UNIT}, {down: -UNIT})
    return multiply(difference, {((IMAGINARY, 1),): -UNIT / 2})


def _without_squares(p: Polynomial) -> Polynomial:
    """Return a polynomial with -1 for the square of i."""
    if not any(e > 1 for m in p for i, e in m if i == IMAGINARY):
        return p
    terms = []
    for monomial, coefficient in p.items():
        exponent = int(dict(monomial).get(IMAGINARY, 0))
        rest: Monomial = tuple((i, e) for i, e in monomial if i != IMAGINARY)
        unit = basic(IMAGINARY) if exponent % 2 else constant(1)
        terms.append(multiply({rest or ONE: coefficient * (-1) ** (exponent // 2)}, unit))
    return add(*terms)
