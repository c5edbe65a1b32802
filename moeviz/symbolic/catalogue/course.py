"""A slow sequence step by step: atoms, functions and the ratio, in high precision and in double."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import mpmath
import numpy as np

from moeviz.symbolic.catalogue.walked import SEQUENCES, Walked
from moeviz.symbolic.kernel.numeric import precise
from moeviz.symbolic.kernel.unrolled import Unrolled
from moeviz.symbolic.questions.change import (
    DIGITS,
    Placed,
    Terms,
    Values,
    functions_of,
    is_exact,
)
from moeviz.symbolic.questions.change import (
    Stage as Measure,
)
from moeviz.symbolic.reading.expressions import Atom

HALVINGS = tuple(k / 2 for k in range(2, 29))
"""The sequence's steps: epsilon is 2 to minus these, n is the whole number next to 2 to these."""

PLACES = 24
"""Inputs over which the function's change is averaged."""

ALONG = 41
"""Points of the line along which the functions are drawn."""

DOUBLE = 53
"""Bits of a number in double precision."""

ELSEWHERE = 0.62
"""Share of their range at which inputs stand that the line does not move."""

MOST_POWER = 6
"""The largest exponent of a loss that is offered."""


@dataclass(frozen=True)
class Fitted:
    """A fitted atom.

    Attributes
    ----------
    weight : float
        What stands before its expert, without what its gate makes of the input.
    at : (float, float)
        The two parameters that are shown.
    values : tuple of float
        All parameters, in the order of a model's columns; the offset holds the weight.
    """

    weight: float
    at: tuple[float, float]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Stage:
    """One step of a sequence.

    Attributes
    ----------
    halvings : float
        The step's name: log2 of 1/epsilon, or about that of n.
    epsilon : float
        Of a paper's sequence, 1/n.
    n : int or None
        Of a paper's sequence.
    atoms : tuple of Fitted
    distance : float
        The largest of a fitted atom from its nearest true one, in all parameters but offsets.
    function : tuple of float
        Along the line.
    loss, change, ratio : float
        Of the atoms, of the function, and the latter over the former.
    in_double : float
        The ratio where the function is computed in double precision.
    """

    halvings: float
    epsilon: float
    n: int | None
    atoms: tuple[Fitted, ...]
    distance: float
    function: tuple[float, ...]
    loss: float
    change: float
    ratio: float
    in_double: float


@dataclass(frozen=True)
class Course:
    """A sequence, all of it.

    Attributes
    ----------
    slow : Walked
    power : int
        The loss's exponent in crowded cells.
    truth : tuple of Fitted
        The true atoms.
    line : tuple of float
        Where the functions are drawn.
    function : tuple of float
        The true one.
    stages : tuple of Stage
    exact : bool
        Whether the function does not move at all.
    function_order, loss_order : float
        Powers of epsilon, between the last two whole steps but one; infinity where `exact`.
    """

    slow: Walked
    power: int
    truth: tuple[Fitted, ...]
    line: tuple[float, ...]
    function: tuple[float, ...]
    stages: tuple[Stage, ...]
    exact: bool
    function_order: float
    loss_order: float


class _Function:
    """A model over fixed inputs, in one precision, that moves atoms away from a start."""

    def __init__(self, own: Atom, places: Sequence[Values], bits: int) -> None:
        self._bits = bits
        self._logistic = own.logistic
        self._known: dict[tuple[mpmath.mpf, ...], Terms] = {}
        with mpmath.workprec(bits):
            self._places = [{s: +value for s, value in place.items()} for place in places]
            self._model = Unrolled([own.weight, *own.values], own.inputs)

    def at(self, measure: Measure) -> list[list[mpmath.mpf]]:
        with mpmath.workprec(self._bits):
            atoms = [
                Placed(cell, +factor, {s: +value for s, value in values.items()})
                for cell, factor, values in measure.atoms
            ]
            rounded = Measure(atoms, measure.loss)
            return functions_of(self._model, self._logistic, rounded, self._places, self._known)

    def distance(self, new: list[list[mpmath.mpf]], old: list[list[mpmath.mpf]]) -> mpmath.mpf:
        with mpmath.workprec(self._bits):
            squares = [
                (a - b) ** 2
                for n, o in zip(new, old, strict=True)
                for a, b in zip(n, o, strict=True)
            ]
            return mpmath.sqrt(mpmath.fsum(squares) / len(new))


@lru_cache(maxsize=64)
def course(name: str, power: int = 2) -> Course:
    """Return a slow sequence, step by step.

    Parameters
    ----------
    name : str
        One of :data:`~moeviz.symbolic.catalogue.walked.SEQUENCES`.
    power : int
        The loss's exponent in crowded cells, from 1.
    """
    slow = SEQUENCES[name]
    sequence = slow.sequence(power)
    own = sequence.atom
    with mpmath.workdps(DIGITS):
        spread, line, xs = _places(own, slow)
        bits = mpmath.mp.prec
        exactly, roughly = _Function(own, spread, bits), _Function(own, spread, DOUBLE)
        drawn = _Function(own, line, DOUBLE)
        start = sequence.at(mpmath.mpf(0))
        base, rough_base = exactly.at(start), roughly.at(start)
        stages, changes, losses = [], [], []
        for halvings in HALVINGS:
            epsilon, n = _epsilon(slow, halvings)
            measure = sequence.at(epsilon)
            loss = measure.loss
            change = exactly.distance(exactly.at(measure), base)
            rough = roughly.distance(roughly.at(measure), rough_base)
            changes.append(change)
            losses.append(loss)
            stages.append(
                Stage(
                    halvings,
                    float(epsilon),
                    n,
                    tuple(_fitted(own, slow, one.factor, one.values) for one in measure.atoms),
                    float(max(_nearest(own, one.values, start) for one in measure.atoms)),
                    tuple(float(values[0]) for values in drawn.at(measure)),
                    float(loss),
                    float(change),
                    float(change / loss),
                    float(rough / loss),
                )
            )
        exact = is_exact(changes[-1])
        ends = [_epsilon(slow, HALVINGS[at])[0] for at in (-5, -1)]
        return Course(
            slow,
            power,
            tuple(_fitted(own, slow, *each) for each in _true(start)),
            tuple(xs),
            tuple(float(values[0]) for values in drawn.at(start)),
            tuple(stages),
            exact,
            float("inf") if exact else _order(changes, ends),
            _order(losses, ends),
        )


def _order(values: Sequence[mpmath.mpf], ends: Sequence[mpmath.mpf]) -> float:
    return float(mpmath.log(values[-5] / values[-1]) / mpmath.log(ends[0] / ends[1]))


def _epsilon(slow: Walked, halvings: float) -> tuple[mpmath.mpf, int | None]:
    if slow.paper is None:
        return mpmath.mpf(2) ** -halvings, None
    n = round(2**halvings)
    return mpmath.mpf(1) / n, n


def _places(own: Atom, slow: Walked) -> tuple[list[Values], list[Values], list[float]]:
    """Return inputs spread over the support, those of the line, and where on it these are."""
    support = slow.certificate["support"]
    ends = {name: (precise(Fraction(a)), precise(Fraction(b))) for name, a, b in support}
    width = len(own.inputs)
    # Multiples of powers of a number whose remainders fill the cube evenly.
    root = float(np.real(max(np.roots([1, *[0] * (width - 1), -1, -1]), key=np.real)))
    spread = []
    for k in range(1, PLACES + 1):
        shares = [(0.5 + k * root ** -(i + 1)) % 1 for i in range(width)]
        spread.append(
            {s: _between(ends[str(s)], share) for s, share in zip(own.inputs, shares, strict=True)}
        )
    line, xs = [], []
    for k in range(ALONG):
        place = {s: _between(ends[str(s)], ELSEWHERE) for s in own.inputs}
        (moving,) = (s for s in own.inputs if str(s) == slow.along)
        place[moving] = _between(ends[slow.along], (k + 0.5) / ALONG)
        line.append(place)
        xs.append(float(place[moving]))
    return spread, line, xs


def _between(ends: tuple[mpmath.mpf, mpmath.mpf], share: float) -> mpmath.mpf:
    return ends[0] + share * (ends[1] - ends[0])


def _true(start: Measure) -> list[tuple[mpmath.mpf, Values]]:
    """Return the atoms at the start, those of a cell as one."""
    found: dict[int, tuple[mpmath.mpf, Values]] = {}
    for cell, factor, values in start.atoms:
        known = found[cell][0] if cell in found else mpmath.mpf(0)
        found[cell] = (known + factor, values)
    return list(found.values())


def _nearest(own: Atom, values: Values, start: Measure) -> mpmath.mpf:
    """Return how far an atom is from the nearest true one, in all parameters but the offset."""
    return min(
        mpmath.sqrt(sum((values[s] - true.values[s]) ** 2 for s in values if s != own.offset))
        for true in start.atoms
    )


def _fitted(own: Atom, slow: Walked, weight: mpmath.mpf, values: Values) -> Fitted:
    named = {str(s): value for s, value in values.items()}
    offset = values[own.offset]
    factor = 1 / (1 + mpmath.exp(-offset)) if own.logistic else mpmath.exp(offset)
    first, second = (float(named[name]) for name in slow.shown)
    mass = weight * factor
    whole = {**values, own.offset: mpmath.log(mass / (1 - mass) if own.logistic else mass)}
    return Fitted(float(mass), (first, second), tuple(map(float, whole.values())))
