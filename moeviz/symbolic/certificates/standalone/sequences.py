"""Counter-sequences: the matrix M, and how fast function and loss go to zero along its atoms."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

from moeviz.symbolic.certificates.standalone.checks import matrix_of, relation, second_order_of
from moeviz.symbolic.certificates.standalone.combinations import Source, need
from moeviz.symbolic.certificates.standalone.formulas import Expr
from moeviz.symbolic.certificates.standalone.linear import squares_of
from moeviz.symbolic.certificates.standalone.values import DIGITS, Log, Moved

SEQUENCE_DIGITS = 80
PLACES = 24
"""Random inputs over which the function's change is summed."""

EXPONENTS = (10, 12, 14)
"""The sequence's epsilons are 2 to minus these."""


@dataclass(frozen=True)
class Fitted:
    """One atom of a sequence: its cell, its weight, and the move of its parameters."""

    cell: int
    weight: Any
    move: Mapping[str, Any]


def counter_sequence(source: Source) -> str:
    """Show that M is positive semidefinite and solves the equation; follow its sequence."""
    data = source.data
    how = relation(source, data["members"])
    matched = 0
    for block, atoms in zip(data["matrices"], data["atoms needed"], strict=True):
        squares = squares_of(matrix_of(block))
        need(
            squares is not None and all(d >= 0 for d, _ in squares),
            "M is not positive semidefinite",
        )
        need(
            second_order_of(block, data["members"]) == matrix_of(block),
            "M is not the second order of the relation",
        )
        rank = sum(1 for d, _ in squares or [] if d)
        need(atoms == rank + 1, f"M has rank {rank}, so that {rank + 1} atoms are needed")
        matched += rank
    need(matched > 0, "M is zero")
    with mpmath.workdps(SEQUENCE_DIGITS):
        function, loss = _measured(source)
    stated = data["sequence"]
    words = f"function order {function}, loss order {loss}"
    for name, found in (("function order", function), ("loss order", loss)):
        known = str(stated[name])
        same = (
            found == known
            if "infinity" in (found, known)
            else abs(float(found) - float(known)) <= 0.01
        )
        need(same, f"the {name} is {found}, not {known}")
    return f"relation {how}; M positive semidefinite of rank {matched}; {words}"


def _measured(source: Source) -> tuple[str, str]:
    """Return the orders of function and loss in epsilon; "infinity" if the function stands still.

    The function's change has the order of the sum of the family's functions over all atoms, since
    the denominators of a softmax gate stay away from zero.
    """
    rng = random.Random(4)
    places = [source.random_input(rng) for _ in range(PLACES)]
    functions, losses = [], []
    start = _sums(source, _at(source, mpmath.mpf(0))[0], places)
    for exponent in EXPONENTS:
        atoms, loss = _at(source, mpmath.mpf(2) ** -exponent)
        now = _sums(source, atoms, places)
        functions.append(
            mpmath.sqrt(sum(((a - b) ** 2 for a, b in zip(now, start, strict=True)), mpmath.mpf(0)))
        )
        losses.append(loss)
    still = functions[-1] < mpmath.mpf(10) ** (-SEQUENCE_DIGITS // 2)
    return "infinity" if still else _order(functions), _order(losses)


def _order(values: Sequence[Any]) -> str:
    doublings = EXPONENTS[-1] - EXPONENTS[-2]
    return str(mpmath.nstr(mpmath.log(values[-2] / values[-1], 2) / doublings, 5))


def _at(source: Source, epsilon: Any) -> tuple[list[Fitted], Any]:
    """Return the sequence's atoms and their loss at one epsilon.

    A cell with M = sum of d v v' of rank R has atoms at plus and minus epsilon sqrt(R d) v, each
    with a share 1/R of the weight, moved by epsilon^2 m, and its mass changes by epsilon^2 l. With
    a sigmoid gate every atom brings its whole term, so that steps and shifts are shared instead.
    """
    data = source.data
    logistic = "beta0" not in source.symbols
    offset = "c" if logistic else "beta0"
    first = {
        (m["atom"], m["by"][0]): Fraction(m["coefficient"])
        for m in data["members"]
        if len(m["by"]) == 1
    }
    atoms: list[Fitted] = []
    loss = mpmath.mpf(0)
    for cell in range(1, len(source.points) + 1):
        directions = _directions(data["matrices"], cell, logistic)
        shift = {n: _number(q) * epsilon**2 for (c, n), q in first.items() if c == cell}
        mass = shift.pop(offset, mpmath.mpf(0))
        loss += abs(mass)
        count = max(1, len(directions))
        share, weight = (mpmath.mpf(1) / count, 1) if logistic else (1, mpmath.mpf(1) / count)
        for direction in directions or [{}]:
            names = {**shift, **direction}
            move = {
                n: epsilon * direction.get(n, 0) + shift.get(n, mpmath.mpf(0)) * share
                for n in names
            }
            square = sum((v**2 for v in move.values()), mpmath.mpf(0))
            loss += square * weight if directions else mpmath.sqrt(square)
            if logistic:
                atoms.append(Fitted(cell, mpmath.mpf(1), {**move, offset: mass * share}))
            else:
                atoms.append(Fitted(cell, weight * (1 + mass), move))
    return atoms, loss


def _directions(
    blocks: Sequence[Mapping[str, Any]], cell: int, logistic: bool
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for block in blocks:
        if block["atom"] != cell:
            continue
        squares = [(d, v) for d, v in squares_of(matrix_of(block)) or [] if d]
        for d, v in squares:
            size = mpmath.sqrt(_number(d) / 2 if logistic else _number(d) * len(squares))
            for sign in (1, -1):
                step = [sign * size * _number(e) for e in v]
                found.append(dict(zip(block["parameters"], step, strict=True)))
    return found


def _number(value: Fraction | Log) -> Any:
    if isinstance(value, Log):
        return mpmath.log(_number(value.of))
    return mpmath.mpf(value.numerator) / value.denominator


def _sums(
    source: Source,
    atoms: Sequence[Fitted],
    places: Sequence[Mapping[Expr, Fraction]],
) -> list[Any]:
    """Return the sum of the functions over all atoms, at each input and for each class."""
    sums = []
    for x in places:
        totals = [mpmath.mpf(0)] * len(source.functions)
        for atom in atoms:
            place = {s: _number(v) for s, v in (*source.points[atom.cell - 1].items(), *x.items())}
            for name, step in atom.move.items():
                place[source.symbols[name]] += step
            evaluator = Moved(DIGITS, place)
            totals = [
                t + atom.weight * evaluator(f)
                for t, f in zip(totals, source.functions, strict=True)
            ]
        sums += totals
    return sums
