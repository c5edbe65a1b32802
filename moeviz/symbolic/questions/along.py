"""What a page shows of a sequence of measures: atoms, functions on a line, ratio and orders."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import TypedDict

import mpmath

from moeviz.errors import SpecificationError
from moeviz.symbolic.kernel.numeric import precise
from moeviz.symbolic.kernel.unrolled import Unrolled
from moeviz.symbolic.questions.change import (
    DIGITS,
    Placed,
    Sequenced,
    Stage,
    Values,
    changes,
    functions_of,
    is_exact,
)

OTHERS = Fraction(1, 3)
"""What the inputs are that do not run along the line."""


class AtomShown(TypedDict):
    """An atom: the true one that it gathers at (from 0), its weight, its parameters by name."""

    cell: int
    weight: float
    values: dict[str, float]


class Shown(TypedDict):
    """One measure of a sequence beside its truth, as plain data.

    Numbers that double precision would not hold are texts as well. A function has one list for
    each value of a discrete response, along `x`, the first input; the others stay at `others`.
    """

    small: float
    atoms: list[AtomShown]
    truth: list[AtomShown]
    x: list[float]
    others: dict[str, float]
    function: list[list[float]]
    true_function: list[list[float]]
    difference: list[list[str]]
    norm: str
    loss: str
    ratio: str
    exact: bool


class Orders(TypedDict):
    """How fast function, loss and their ratio fall along a sequence, as plain data.

    The orders are those between the last two small numbers; of a function that does not move at
    all it is "infinity".
    """

    small: list[float]
    function: list[str]
    loss: list[str]
    ratio: list[str]
    function_order: str
    loss_order: str
    exact: bool


def show(
    sequence: Sequenced,
    small: float | Fraction,
    low: float = -2.0,
    high: float = 2.0,
    count: int = 41,
) -> Shown:
    """Return one measure of a sequence beside its truth.

    Parameters
    ----------
    sequence : CounterSequence or PaperSequence
    small : float or Fraction
        Epsilon, or one over n: above 0 and at most 1.
    low, high : float
        Ends of the line along the first input.
    count : int
        Points on the line.

    Raises
    ------
    SpecificationError
        If the small number is not one.
    """
    _check(small)
    atom = sequence.atom
    with mpmath.workdps(DIGITS):
        stage, truth = sequence.at(_number(small)), sequence.at(mpmath.mpf(0))
        line = _line(sequence, low, high, count)
        model = Unrolled([atom.weight, *atom.values], atom.inputs)
        new, old = (_by_value(functions_of(model, atom.logistic, s, line)) for s in (stage, truth))
        (norm,), (loss,) = changes(sequence, [_number(small)])
        exact = is_exact(norm)
        return {
            "small": float(small),
            "atoms": _atoms(sequence, stage),
            "truth": _atoms(sequence, truth),
            "x": [float(x[atom.inputs[0]]) for x in line],
            "others": {str(s): float(line[0][s]) for s in atom.inputs[1:]},
            "function": [[float(v) for v in row] for row in new],
            "true_function": [[float(v) for v in row] for row in old],
            "difference": [
                [_text(0 if exact else a - b) for a, b in zip(*rows, strict=True)]
                for rows in zip(new, old, strict=True)
            ],
            "norm": _text(0 if exact else norm),
            "loss": _text(loss),
            "ratio": _text(0 if exact else norm / loss),
            "exact": exact,
        }


def orders(sequence: Sequenced, smalls: Sequence[float | Fraction]) -> Orders:
    """Return how fast function and loss fall along a sequence.

    Parameters
    ----------
    sequence : CounterSequence or PaperSequence
    smalls : sequence of float or Fraction
        At least two, each smaller than the one before.

    Raises
    ------
    SpecificationError
        If they are not.
    """
    for small in smalls:
        _check(small)
    if len(smalls) < 2 or any(b >= a for a, b in itertools.pairwise(smalls)):
        raise SpecificationError(
            "Expected at least two small numbers, each smaller than the one before; sort them."
        )
    with mpmath.workdps(DIGITS):
        numbers = [_number(small) for small in smalls]
        functions, losses = changes(sequence, numbers)
        exact = is_exact(functions[-1])
        step = mpmath.log(numbers[-2] / numbers[-1])

        def order(values: Sequence[mpmath.mpf]) -> str:
            return str(mpmath.nstr(mpmath.log(values[-2] / values[-1]) / step, 5))

        return {
            "small": [float(small) for small in smalls],
            "function": [_text(0 if exact else f) for f in functions],
            "loss": [_text(loss) for loss in losses],
            "ratio": [
                _text(0 if exact else f / loss) for f, loss in zip(functions, losses, strict=True)
            ],
            "function_order": "infinity" if exact else order(functions),
            "loss_order": order(losses),
            "exact": exact,
        }


def _check(small: float | Fraction) -> None:
    if not 0 < small <= 1:
        raise SpecificationError(
            f"Expected a small number above 0 and at most 1, but got {float(small):g}."
        )


def _number(value: float | Fraction) -> mpmath.mpf:
    return precise(value) if isinstance(value, Fraction) else mpmath.mpf(value)


def _text(value: mpmath.mpf | int) -> str:
    return str(mpmath.nstr(mpmath.mpf(value), 12))


def _line(sequence: Sequenced, low: float, high: float, count: int) -> list[Values]:
    first, *others = sequence.atom.inputs
    step = (mpmath.mpf(high) - low) / max(1, count - 1)
    return [{first: low + step * i, **dict.fromkeys(others, precise(OTHERS))} for i in range(count)]


def _by_value(rows: list[list[mpmath.mpf]]) -> list[list[mpmath.mpf]]:
    """Return functions by the value of a discrete response, each along the line."""
    return [list(row) for row in zip(*rows, strict=True)]


def _atoms(sequence: Sequenced, stage: Stage) -> list[AtomShown]:
    return [
        {
            "cell": placed.cell,
            "weight": float(_weight(sequence, placed)),
            "values": {str(s): float(v) for s, v in placed.values.items()},
        }
        for placed in stage.atoms
    ]


def _weight(sequence: Sequenced, placed: Placed) -> mpmath.mpf:
    """Return an atom's weight in its measure: of its offset and its share of a cell."""
    offset = placed.values[sequence.atom.offset]
    if sequence.atom.logistic:
        return placed.factor / (1 + mpmath.exp(-offset))
    return placed.factor * mpmath.exp(offset)
