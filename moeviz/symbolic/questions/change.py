"""How far a model's function moves when its atoms do, at many digits.

What moves by more than rounding is computed in balls, far cheaper than mpmath's numbers: every
enclosure of a change must be narrow. What does not move, or hardly, is left to mpmath.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import flint
import mpmath
import sympy

from moeviz.symbolic.kernel.enclosed import GUARD, Enclosed, is_sharp, number_of
from moeviz.symbolic.kernel.numeric import BALLS
from moeviz.symbolic.kernel.places import precision
from moeviz.symbolic.kernel.unrolled import Unrolled
from moeviz.symbolic.kernel.watch import pause
from moeviz.symbolic.reading.expressions import Atom

DIGITS = 80
"""Decimal digits of the arithmetic."""

SURE = 100
"""Bits that an enclosure of a change must have."""

Values = dict[sympy.Symbol, mpmath.mpf]


class Placed(NamedTuple):
    """An atom of a sequence.

    Attributes
    ----------
    cell : int
        The true atom that it gathers at, from 0.
    factor : mpf
        What its weight is multiplied by.
    values : dict of Symbol to mpf
        Its parameters.
    """

    cell: int
    factor: mpmath.mpf
    values: Values


class Stage(NamedTuple):
    """The atoms of a sequence at one place along it, and their loss."""

    atoms: list[Placed]
    loss: mpmath.mpf


Terms = list[list[mpmath.mpf]]
"""At each place an atom's weight, without its factor, and its values."""

Known = dict[tuple[mpmath.mpf, ...], Terms]
"""What atoms add, by their values."""


class Sequenced(Protocol):
    """A sequence of measures towards a truth, by a small positive number."""

    @property
    def atom(self) -> Atom:
        """The model's atom in symbols."""

    def at(self, small: mpmath.mpf) -> Stage:
        """Return the measure at a small number; at 0 it is the truth."""

    def places(self) -> list[Values]:
        """Return the inputs over which the function's change is averaged."""


def changes(
    sequence: Sequenced, smalls: Sequence[mpmath.mpf]
) -> tuple[list[mpmath.mpf], list[mpmath.mpf]]:
    """Return how far the function moves from the truth's, and the loss, at each small number.

    To be called at :data:`DIGITS`; the first is the root of the mean square over the places.
    """
    places, truth = sequence.places(), sequence.at(mpmath.mpf(0))
    stages = [sequence.at(small) for small in smalls]
    known: Known = {}
    functions = _enclosed(sequence.atom, truth, stages, places, known)
    if functions is None:
        functions = _computed(sequence.atom, truth, stages, places, rounded(known))
    return functions, [stage.loss for stage in stages]


def rounded(known: Known) -> Known:
    """Return enclosed terms as mpmath's numbers, those whose enclosures tell all digits."""
    return {
        key: [[number_of(ball) for ball in own] for own in terms]
        for key, terms in known.items()
        if all(is_sharp(ball) for own in terms for ball in own)
    }


def _enclosed(
    atom: Atom, truth: Stage, stages: Sequence[Stage], places: Sequence[Values], known: Known
) -> list[mpmath.mpf] | None:
    """Return how far the function moves, from enclosures; None where one does not tell.

    What the atoms add at the places goes into `known`.
    """
    found = []
    with precision(mpmath.mp.prec + GUARD):
        model = Unrolled([atom.weight, *atom.values], atom.inputs, BALLS)
        where = [{s: flint.arb(value) for s, value in x.items()} for x in places]
        base, *all_moved = (
            functions_of(model, atom.logistic, stage, where, known, number=flint.arb)
            for stage in (truth, *stages)
        )
        for moved in all_moved:
            squares = (
                (a - b) ** 2
                for new, old in zip(moved, base, strict=True)
                for a, b in zip(new, old, strict=True)
            )
            change = (sum(squares, flint.arb(0)) / len(places)).sqrt()
            if not change.is_finite() or change.rel_accuracy_bits() < SURE:
                return None
            found.append(number_of(change))
            if is_exact(found[-1]):
                return None
    return found


def _computed(
    atom: Atom, truth: Stage, stages: Sequence[Stage], places: Sequence[Values], known: Known
) -> list[mpmath.mpf]:
    """Return how far the function moves, rounded to :data:`DIGITS` in each operation."""
    model = Enclosed([atom.weight, *atom.values], atom.inputs)
    base = functions_of(model, atom.logistic, truth, places, known)
    found = []
    for stage in stages:
        change = mpmath.mpf(0)
        moved = functions_of(model, atom.logistic, stage, places, known)
        for new, old in zip(moved, base, strict=True):
            change += sum((a - b) ** 2 for a, b in zip(new, old, strict=True))
        found.append(mpmath.sqrt(change / len(places)))
    return found


def is_exact(change: mpmath.mpf) -> bool:
    """Return whether a change is rounding alone at :data:`DIGITS`."""
    return bool(change < mpmath.mpf(10) ** (-DIGITS // 2))


def functions_of(
    model: Unrolled | Enclosed,
    logistic: bool,
    stage: Stage,
    places: Sequence[Values],
    known: Known | None = None,
    number: Callable[[mpmath.mpf], Any] | None = None,
) -> list[list[mpmath.mpf]]:
    """Return the model at each place, one number for each value of a discrete response.

    Parameters
    ----------
    model : Unrolled or Enclosed
        Of the atom's weight and values.
    logistic : bool
        Whether weights are taken as they are, not as shares.
    stage : Stage
    places : sequence of dict
        Values of the inputs.
    known : dict, optional
        What atoms add by their values, which is read and added to: of one model at the same places.
    number : callable, optional
        Makes what the model computes with of the atoms' numbers; the places' are made already.
    """
    known = {} if known is None else known
    terms = []
    for atom in stage.atoms:
        key = tuple(atom.values.values())
        if key not in known:
            values = atom.values
            if number is not None:
                values = {s: number(value) for s, value in values.items()}
            still = model.still(values)
            known[key] = [_term(model, still, x) for x in places]
        terms.append(known[key])
    factors = [atom.factor if number is None else number(atom.factor) for atom in stage.atoms]
    return [_function(logistic, factors, own) for own in zip(*terms, strict=True)]


def _term(model: Unrolled | Enclosed, still: Any, x: Values) -> list[mpmath.mpf]:
    pause()
    return model.at(still, x)


def _function(
    logistic: bool, factors: Sequence[mpmath.mpf], terms: Sequence[list[mpmath.mpf]]
) -> list[mpmath.mpf]:
    total: list[Any] = []
    below: Any = None
    for factor, (gate, *values) in zip(factors, terms, strict=True):
        if not logistic:
            gate = factor * gate
            below = gate if below is None else below + gate
        parts = [gate * value for value in values]
        total = [a + b for a, b in zip(total, parts, strict=True)] if total else parts
    return [t if logistic else t / below for t in total]
