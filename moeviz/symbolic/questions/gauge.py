"""The gauge of a model: directions that leave every gate and every expert as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import sympy

from moeviz.symbolic.kernel.exact import null_basis, reduced
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.ground import Number, Point
from moeviz.symbolic.kernel.relations import Relations, relations
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.reading.expressions import Atom
from moeviz.symbolic.reading.families import derivatives

Stop = Callable[[], bool] | None
"""Asked between rows; True cancels."""

Place = tuple[int, sympy.Symbol]
"""An atom and one of its parameters."""


def gauge_of(
    atom: Atom,
    points: Sequence[Point],
    support: Support | None = None,
    should_stop: Stop = None,
) -> Relations:
    """Return the directions that leave every gate and every expert as it is.

    Members are numbered by atom, then by parameter.
    """
    return gauge_family(atom, points, support, should_stop)[1]


def gauge_family(
    atom: Atom, points: Sequence[Point], support: Support | None, should_stop: Stop
) -> tuple[Family, Relations]:
    """Return functions that tell gates and experts apart, with the directions that move none.

    Gates are told apart by their score (a sigmoid gate) or by their weight's ratio to the sum of
    all weights (softmax), cleared of denominators.
    """
    functions: list[sympy.Expr] = []
    frozen: dict[sympy.Symbol, Number] = {}
    marks = [sympy.Symbol(f"at__{i}", real=True) for i in range(len(points))]
    weights = []
    for number, point in enumerate(points):
        rename = {s: sympy.Symbol(f"{s}__{number}", real=True) for s in atom.parameters}
        frozen |= {rename[s]: value for s, value in point.items()}
        weights.append(atom.affinity.xreplace(rename))
    below = sum(weights, sympy.Integer(0))
    for number, mark in enumerate(marks):
        if atom.logistic:
            functions.append(mark * atom.score)
        else:
            functions.append(atom.affinity * (mark * below - weights[number]))
        functions.extend(mark * value for value in atom.values)
    chosen: list[Point] = []
    for number, point in enumerate(points):
        own = {mark: Fraction(int(i == number)) for i, mark in enumerate(marks)}
        chosen.append({**point, **frozen, **own})
    family = derivatives(
        functions,
        atom.inputs,
        (*atom.parameters, *marks, *frozen),
        atom.latex,
        chosen,
        [[(s,) for s in atom.parameters]] * len(points),
        support,
        masses=False,
    )
    return family, relations(family, should_stop)


def held_coordinates(
    atom: Atom, points: Sequence[Point], support: Support | None, should_stop: Stop = None
) -> tuple[set[Place], set[Place]]:
    """Return coordinates that fix the gauge when they are held, one for each direction.

    Returns
    -------
    whole, own : set of (atom, parameter)
        Those of the whole gauge; among them those of one atom's own redundancy, such as a
        router's length. A common translation of all scores is no difference between the atoms
        of a cell, so that spreading holds the second set alone.
    """
    basis = gauge_of(atom, points, support, should_stop).basis
    names = [(number, s) for number in range(len(points)) for s in atom.parameters]
    own: list[int] = []
    for number in range(len(points)):
        outside = [i for i, name in enumerate(names) if name[0] != number]
        mixes = null_basis([[v[i] for v in basis] for i in outside], len(basis))
        alone = [
            [
                sum((m * v[i] for m, v in zip(mix, basis, strict=True)), Fraction(0))
                for i in reversed(range(len(names)))
            ]
            for mix in mixes
        ]
        own += [len(names) - 1 - p for p in reduced(alone)[1]]
    order = [*own, *(i for i in reversed(range(len(names))) if i not in own)]
    _, pivots = reduced([[v[i] for i in order] for v in basis])
    return {names[order[p]] for p in pivots}, {names[i] for i in own}
