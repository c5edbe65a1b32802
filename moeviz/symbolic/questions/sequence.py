r"""Counter-sequences: measures that move away from the truth faster than their function does.

From a solution (l, m, M) with :math:`M = \sum_r v_r v_r^\top` of rank R the crowded cell gets 2R
atoms :math:`\theta^* \pm \varepsilon \sqrt{R}\, v_r + \varepsilon^2 m / w`, and its mass changes by
:math:`\varepsilon^2 l`. The pairs cancel all odd orders, the equation cancels the second, and what
is left of the function is of order :math:`\varepsilon^4`, while the loss is of order
:math:`\varepsilon^2`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import mpmath
import numpy as np
import sympy

from moeviz.symbolic.certificates.types import Measured
from moeviz.symbolic.kernel.cone import Block, Spread
from moeviz.symbolic.kernel.exact import signature
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.kernel.numeric import precise
from moeviz.symbolic.questions.change import (
    DIGITS,
    Placed,
    Stage,
    Values,
    changes,
    is_exact,
)
from moeviz.symbolic.reading.expressions import Atom

STEPS = (6, 8, 10, 12, 14)
"""The sequence's epsilons are 2 to minus these."""

PLACES = 24
"""Inputs over which the function's change is averaged."""


@dataclass(frozen=True)
class Moves:
    """How the atoms of a counter-sequence move: what it takes from a solution (l, m, M).

    Attributes
    ----------
    shifts : mapping of (int, sympy.Symbol) to Fraction
        l and m: by which a true atom's parameter moves for each epsilon squared.
    spreads : sequence of (int, sequence of sympy.Symbol, matrix)
        M of each crowded cell, over parameters of a true atom.
    """

    shifts: Mapping[tuple[int, sympy.Symbol], Fraction]
    spreads: Sequence[tuple[int, Sequence[sympy.Symbol], Sequence[Sequence[Fraction]]]]


@dataclass(frozen=True)
class CounterSequence:
    """The measures that a solution of the second-order equation makes.

    Attributes
    ----------
    atom : Atom
    points : sequence of mapping
        The true atoms, or where the fitted ones gather.
    family : Family
        Whose relation the solution is.
    blocks : sequence of Block
    answer : Spread
    """

    atom: Atom
    points: Sequence[Point]
    family: Family
    blocks: Sequence[Block]
    answer: Spread

    def at(self, small: mpmath.mpf) -> Stage:
        """Return the measure at an epsilon; at 0 it is the truth."""
        return stage_of(self.atom, self.points, self.moves, small)

    @cached_property
    def moves(self) -> Moves:
        """How the atoms move."""
        shifts = {
            (m.atom, m.orders[0]): c
            for m, c in zip(self.family.members, self.answer.vector, strict=True)
            if len(m.orders) == 1
        }
        spreads = [
            (block.atom, block.parameters, matrix)
            for block, matrix in zip(self.blocks, self.answer.matrices, strict=True)
        ]
        return Moves(shifts, spreads)

    def places(self) -> list[Values]:
        """Return the inputs over which the function's change is averaged."""
        rng = np.random.default_rng(3)
        places: list[Values] = []
        while len(places) < PLACES:
            inside = self.family.domain.conditions
            x = self.family.inside(rng) if inside else self.family.support.point(rng)
            places.append({s: precise(x[s.name]) for s in self.atom.inputs})
        return places


def measure(sequence: CounterSequence) -> Measured:
    """Evaluate a counter-sequence and measure how fast function and loss go to zero.

    Returns
    -------
    dict
        "epsilon", "function", "loss" (lists of str), "function order", "loss order" (between the
        last two), "exact" (whether the function does not move at all), "atoms".
    """
    with mpmath.workdps(DIGITS):
        functions, losses = changes(sequence, [mpmath.mpf(2) ** -step for step in STEPS])
        exact = is_exact(functions[-1])
        return {
            "epsilon": [f"2^-{step}" for step in STEPS],
            "function": [mpmath.nstr(v, 12) for v in functions],
            "loss": [mpmath.nstr(v, 12) for v in losses],
            "function order": "infinity" if exact else _order(functions),
            "loss order": _order(losses),
            "exact": exact,
            "atoms": len(sequence.at(mpmath.mpf(0)).atoms),
        }


def _order(values: Sequence[mpmath.mpf]) -> str:
    doublings = STEPS[-1] - STEPS[-2]
    return str(mpmath.nstr(mpmath.log(values[-2] / values[-1], 2) / doublings, 5))


def stage_of(
    atom: Atom, points: Sequence[Point], moves: Moves, epsilon: mpmath.mpf, power: int = 2
) -> Stage:
    """Return a counter-sequence's atoms and their loss at one epsilon.

    Parameters
    ----------
    atom : Atom
    points : sequence of mapping
        The true atoms.
    moves : Moves
    epsilon : mpf
    power : int
        The loss's exponent in crowded cells; where a cell has one atom it is 1.
    """
    atoms: list[Placed] = []
    loss = mpmath.mpf(0)
    for number, point in enumerate(points):
        base: Values = {s: precise(point[s]) for s in atom.parameters}
        spreads = _directions(moves, number, atom.logistic)
        shift = {s: precise(moves.shifts.get((number, s), 0)) * epsilon**2 for s in atom.parameters}
        mass = shift.pop(atom.offset)
        weight = mpmath.mpf(1) if atom.logistic else mpmath.mpf(1) / max(1, len(spreads))
        loss += abs(mass)
        for direction in spreads or [{}]:
            values = dict(base)
            square = mpmath.mpf(0)
            # With a sigmoid gate every atom brings its whole weight, so each takes its share.
            share = 1 if not (atom.logistic and spreads) else mpmath.mpf(1) / len(spreads)
            for s in shift:
                move = epsilon * direction.get(s, 0) + shift[s] * share
                values[s] += move
                square += move**2
            if atom.logistic:
                values[atom.offset] += mass * share
                loss += _raised(square, power if spreads else 1)
                atoms.append(Placed(number, weight, values))
            else:
                loss += _raised(square, power) * weight if spreads else _raised(square, 1)
                atoms.append(Placed(number, weight * (1 + mass), values))
    return Stage(atoms, loss)


def _raised(square: mpmath.mpf, power: int) -> mpmath.mpf:
    """Return a power of a length whose square is given."""
    return square if power == 2 else mpmath.sqrt(square) ** power


def _directions(moves: Moves, number: int, logistic: bool) -> list[dict[sympy.Symbol, mpmath.mpf]]:
    """Return plus and minus the scaled directions in which a cell spreads."""
    found: list[dict[sympy.Symbol, mpmath.mpf]] = []
    for own, parameters, matrix in moves.spreads:
        if own != number:
            continue
        vectors, weights = signature(matrix)
        count = len(vectors)
        for vector, d in zip(vectors, weights, strict=True):
            # A sigmoid gate's atoms each bring their whole term, not a share of one.
            size = mpmath.sqrt(precise(d) / 2 if logistic else precise(d) * count)
            for sign in (1, -1):
                found.append(
                    {s: sign * size * precise(v) for s, v in zip(parameters, vector, strict=True)}
                )
    return found
