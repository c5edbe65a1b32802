"""The three tests on a family or a model, each with its certificate and its steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy

from moeviz.symbolic.cone import Barrier, Block, Spread, blocks_of, matrices_of, second_order
from moeviz.symbolic.decide import Relations, relations
from moeviz.symbolic.exact import Matrix, null_basis, reduced
from moeviz.symbolic.expressions import Atom
from moeviz.symbolic.families import derivatives, expansion, up_to
from moeviz.symbolic.family import Family, Piece
from moeviz.symbolic.ground import Point
from moeviz.symbolic.report import Answer, Step, Test, fraction_latex, point_json
from moeviz.symbolic.sequence import measure
from moeviz.symbolic.support import Support

Stop = Callable[[], bool] | None
Place = tuple[int, sympy.Symbol]
"""An atom and one of its parameters."""


def independence(name: str, family: Family, should_stop: Stop = None) -> Test:
    """Test whether a family is linearly independent, as a definition asks literally.

    Parameters
    ----------
    name : str
        What is tested, in words.
    family : Family
    should_stop : callable, optional
    """
    start = time.perf_counter()
    found = relations(family, should_stop)
    if found.basis:
        simple = min(
            found.basis, key=lambda v: (sum(1 for c in v if c), max(c.denominator for c in v))
        )
        test = Test(name, Answer.FAILS, "", relation_certificate(family, simple, found))
        last = Step(
            "Substitute back",
            (
                "The combination is zero on every piece of the inputs:",
                f"${relation_latex(family, simple)} = 0$",
            ),
        )
    elif found.decided:
        test = Test(name, Answer.HOLDS, "", determinant_certificate(family, found))
        last = Step("Enclose a determinant", (_enclosure_words(found),))
    else:
        test = Test(name, Answer.UNDECIDED, _why_undecided(found), {})
        last = Step("No certificate", (_why_undecided(found),))
    return replace(
        test,
        steps=(*family_steps(family), _matrix_step(family, found), last),
        seconds=time.perf_counter() - start,
        family=family,
        relations=found,
    )


def first_order(
    atom: Atom,
    points: Sequence[Point],
    support: Support | None = None,
    should_stop: Stop = None,
) -> Test:
    """Test whether the whole model's first derivatives are independent modulo its gauge.

    The gauge is computed, not declared: the directions that leave every gate and every expert
    as it is.
    """
    start = time.perf_counter()
    orders = [[(s,) for s in atom.parameters]] * len(points)
    family = expansion(atom, points, orders, support, masses=False)
    found = relations(family, should_stop)
    gauge = gauge_of(atom, points, support, should_stop)
    name = "first order modulo gauge"
    more = [v for v in found.basis if not _in_span(v, gauge.basis)]
    if more:
        simple = min(more, key=lambda v: sum(1 for c in v if c))
        test = Test(name, Answer.FAILS, "", relation_certificate(family, simple, found))
        words = f"$ {relation_latex(family, simple)} = 0$ changes a gate or an expert, and leaves the model as it is."
    elif found.decided and gauge.decided and len(found.basis) == len(gauge.basis):
        certificate = determinant_certificate(family, found)
        certificate["gauge"] = [
            relation_certificate(family, v, found)["members"] for v in gauge.basis
        ]
        test = Test(name, Answer.HOLDS, "", certificate)
        words = (
            f"All {len(found.basis)} relations leave every gate and every expert as it is; the "
            f"other {len(found.pivots)} derivatives are independent. {_enclosure_words(found)}"
        )
    else:
        test = Test(name, Answer.UNDECIDED, _why_undecided(found), {})
        words = _why_undecided(found)
    return replace(
        test,
        steps=(
            *family_steps(family),
            _matrix_step(family, found),
            Step("Compare with the gauge", (words,)),
        ),
        seconds=time.perf_counter() - start,
        family=family,
        relations=found,
    )


def gauge_of(
    atom: Atom,
    points: Sequence[Point],
    support: Support | None = None,
    should_stop: Stop = None,
) -> Relations:
    """Return the directions that leave every gate and every expert as it is.

    Members are numbered as in :func:`first_order`.
    """
    return _gauge(atom, points, support, should_stop)[1]


def _gauge(
    atom: Atom, points: Sequence[Point], support: Support | None, should_stop: Stop
) -> tuple[Family, Relations]:
    functions, latex, frozen, chosen = [], atom.latex, {}, []
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
    for number, point in enumerate(points):
        own = {mark: Fraction(int(i == number)) for i, mark in enumerate(marks)}
        chosen.append({**point, **frozen, **own})
    family = derivatives(
        functions,
        atom.inputs,
        (*atom.parameters, *marks, *frozen),
        latex,
        chosen,
        [[(s,) for s in atom.parameters]] * len(points),
        support,
        masses=False,
    )
    return family, relations(family, should_stop)


def gauge_test(
    atom: Atom,
    points: Sequence[Point],
    expected: int,
    support: Support | None = None,
    should_stop: Stop = None,
) -> Test:
    """Test whether the gauge has as many directions as are known, and no more.

    Parameters
    ----------
    atom : Atom
    points : sequence of mapping
    expected : int
        Directions that are known: lengths, constants.
    support : Support, optional
    should_stop : callable, optional
    """
    start = time.perf_counter()
    family, found = _gauge(atom, points, support, should_stop)
    name = f"the gauge has {expected} directions"
    count = len(found.basis)
    if count > expected:
        known = [
            v
            for v in found.basis
            if len({m.atom for m, c in zip(family.members, v, strict=True) if c}) > 1
        ]
        shown = max(known or list(found.basis), key=lambda v: sum(1 for c in v if c))
        test = Test(name, Answer.FAILS, "", relation_certificate(family, shown, found))
        words = f"There are {count}; one that is neither a length nor a constant is shown."
    elif found.decided:
        test = Test(name, Answer.HOLDS, "", determinant_certificate(family, found))
        words = f"There are {count}. {_enclosure_words(found)}"
    else:
        test = Test(name, Answer.UNDECIDED, _why_undecided(found))
        words = _why_undecided(found)
    return replace(
        test,
        steps=(*family_steps(family), _matrix_step(family, found), Step("Count", (words,))),
        seconds=time.perf_counter() - start,
    )


def cone(
    atom: Atom,
    points: Sequence[Point],
    crowded: Sequence[int],
    support: Support | None = None,
    quotient: bool = True,
    should_stop: Stop = None,
) -> Test:
    """Test whether crowded cells can spread out without the function noticing.

    Parameters
    ----------
    atom : Atom
    points : sequence of mapping
        The true atoms; of a sigmoid gate, the atoms where the fitted ones gather.
    crowded : sequence of int
        Cells with more than one fitted atom.
    support : Support, optional
    quotient : bool
        Whether directions of the gauge are held: one coordinate for each of them.
    should_stop : callable, optional
    """
    start = time.perf_counter()
    held: set[Place] = set()
    own: set[Place] = set()
    if quotient:
        held, own = held_coordinates(atom, points, support, should_stop)
    orders = []
    for number in range(len(points)):
        free = [s for s in atom.parameters if (number, s) not in held]
        moving = [s for s in atom.moving if (number, s) not in own]
        second = up_to(moving, 2, 2) if number in crowded else []
        orders.append([*((s,) for s in free), *second])
    family = expansion(atom, points, orders, support)
    found = relations(family, should_stop)
    name = f"second-order cone, {_cells(crowded, len(points))}"
    blocks = blocks_of(family, crowded)
    answer = second_order(blocks, found.basis) if not found.unproved else None
    steps = [*family_steps(family), _matrix_step(family, found)]
    if isinstance(answer, Spread):
        certificate = relation_certificate(family, answer.vector, found)
        certificate |= {
            "kind": "counter-sequence",
            "matrices": matrices_json(blocks, answer.matrices),
            "atoms needed": [rank + 1 for rank in answer.ranks],
            "sequence": measure(atom, points, family, blocks, answer),
        }
        test = Test(name, Answer.FAILS, "", certificate)
        steps.append(
            Step("A positive semidefinite solution", _spread_words(family, answer, certificate))
        )
    elif isinstance(answer, Barrier) and found.decided:
        first = [
            v for v in found.basis if not any(any(map(any, m)) for m in matrices_of(blocks, v))
        ]
        certificate = determinant_certificate(family, found)
        certificate |= {"kind": "dual matrix", "matrices": matrices_json(blocks, answer.matrices)}
        certificate["relations"] = [
            relation_certificate(family, v, found)["members"] for v in found.basis
        ]
        if first:
            simple = min(first, key=lambda v: sum(1 for c in v if c))
            certificate = relation_certificate(family, simple, found)
            test = Test(name, Answer.FAILS, "", certificate)
            steps.append(
                Step("A first-order relation", (f"${relation_latex(family, simple)} = 0$",))
            )
        else:
            test = Test(name, Answer.HOLDS, "", certificate)
            steps.append(
                Step(
                    "A matrix that forbids it",
                    (
                        "W below is positive definite and orthogonal to the second-order part of every "
                        "relation, so no positive semidefinite M solves the equation but 0.",
                    ),
                )
            )
    else:
        test = Test(name, Answer.UNDECIDED, _why_undecided(found), {})
        steps.append(Step("No certificate", (_why_undecided(found),)))
    return replace(
        test,
        steps=tuple(steps),
        seconds=time.perf_counter() - start,
        family=family,
        relations=found,
    )


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


def _in_span(vector: Sequence[Fraction], basis: Sequence[Sequence[Fraction]]) -> bool:
    if not basis:
        return False
    _, before = reduced(basis)
    _, after = reduced([*basis, vector])
    return len(before) == len(after)


def _cells(crowded: Sequence[int], count: int) -> str:
    if len(crowded) == count:
        return "every cell crowded"
    names = ", ".join(str(c + 1) for c in crowded)
    return f"cell {names} of {count} crowded"


# Certificates.


def relation_certificate(
    family: Family, vector: Sequence[Fraction], found: Relations
) -> dict[str, Any]:
    """Return a relation as plain data."""
    return {
        "kind": "relation",
        "members": [
            {
                "label": m.label,
                "atom": m.atom + 1,
                "by": [str(s) for s in m.orders],
                "coefficient": str(c),
            }
            for m, c in zip(family.members, vector, strict=True)
            if c
        ],
        "latex": relation_latex(family, vector) + " = 0",
        **source_json(family),
        "relations in all": len(found.basis),
        "rank": len(found.pivots),
    }


def determinant_certificate(family: Family, found: Relations) -> dict[str, Any]:
    """Return an enclosed determinant as plain data."""
    w = found.witness
    return {
        "kind": "determinant",
        "members": [
            {
                "label": family.members[c].label,
                "atom": family.members[c].atom + 1,
                "by": [str(s) for s in family.members[c].orders],
            }
            for c in found.pivots
        ],
        "columns": list(found.pivots),
        **source_json(family),
        "inputs": []
        if w is None
        else [{"piece": piece, **{k: str(v) for k, v in x.items()}} for piece, x in w.points],
        "determinant": "" if w is None else w.determinant,
        "bits": 0 if w is None else w.bits,
        "rank": len(found.pivots),
    }


def source_json(family: Family) -> dict[str, Any]:
    """Return what a family is made of: formulas, symbols, points, the box of the inputs."""
    return {
        "functions": [str(f) for f in family.functions],
        "symbols": {
            "inputs": [str(s) for s in family.tower.inputs],
            "parameters": [str(s) for s in family.tower.parameters],
        },
        "points": [point_json(p) for p in family.points],
        "support": [[name, str(low), str(high)] for name, low, high in family.support.bounds],
        "point masses": family.masses,
        "pieces": [_piece_json(piece) for piece in family.pieces],
    }


def _piece_json(piece: Piece) -> dict[str, Any]:
    plane = piece.plane
    return {
        "class": piece.sheet + 1,
        "kink": None
        if plane is None
        else {"slope": {n: str(v) for n, v in plane.slope}, "intercept": str(plane.intercept)},
    }


def matrices_json(blocks: Sequence[Block], matrices: Sequence[Matrix]) -> list[dict[str, Any]]:
    """Return block matrices as plain data."""
    return [
        {
            "atom": block.atom + 1,
            "parameters": [str(s) for s in block.parameters],
            "rows": [[str(e) for e in row] for row in matrix],
        }
        for block, matrix in zip(blocks, matrices, strict=True)
    ]


def relation_latex(family: Family, vector: Sequence[Fraction]) -> str:
    """Return a linear combination's LaTeX."""
    text = ""
    for member, c in zip(family.members, vector, strict=True):
        if not c:
            continue
        sign = "-" if c < 0 else ("+" if text else "")
        size = "" if abs(c) == 1 else fraction_latex(abs(c)) + r"\,"
        text += f" {sign} {size}{member.label}"
    return text.strip()


# Steps.


def family_steps(family: Family) -> tuple[Step, ...]:
    """Return the first steps: derivatives, and the tower they live in."""
    labels = ",\\ ".join(m.label for m in family.members[:12])
    more = f", and {len(family) - 12} more" if len(family) > 12 else ""
    ground = family.pieces[0].ground if family.pieces else None
    lines = [f"{len(family)} functions: ${labels}${more}."]
    names = [] if ground is None else [b.name for b in ground.basics]
    tower = (
        f"At the point every function is a polynomial over the rationals in {len(names)} basics: "
        + ", ".join(names[:14])
        + (" and more." if len(names) > 14 else "."),
    )
    pieces = len(family.pieces)
    if pieces > 1:
        tower += (
            f"There are {pieces} pieces: regions between kinks, point masses on them, classes.",
        )
    return Step("Form the derivatives", tuple(lines)), Step("Write the tower", tower)


def _matrix_step(family: Family, found: Relations) -> Step:
    return Step(
        "Solve exactly",
        (
            f"The matrix of values has {len(family)} columns and rank {len(found.pivots)}: "
            f"{len(found.basis)} independent relations, each of which substitutes back to zero.",
        ),
    )


def _enclosure_words(found: Relations) -> str:
    if found.witness is None:
        return "No member is left."
    return (
        f"At {len(found.witness.points)} rational points the determinant of their values is "
        f"{found.witness.determinant}, computed with {found.witness.bits} bits: not zero."
    )


def _why_undecided(found: Relations) -> str:
    if found.unproved:
        return "a numerical relation did not substitute back to zero symbolically"
    if found.witness is None:
        return "no enclosure of the determinant excluded zero"
    return "no exact matrix was found for the second-order condition"


def _spread_words(family: Family, answer: Spread, certificate: dict[str, Any]) -> tuple[str, ...]:
    sequence = certificate["sequence"]
    return (
        f"${relation_latex(family, answer.vector)} = 0$",
        f"The matrix M has rank {sum(answer.ranks)}: {sum(answer.ranks) + 1} fitted atoms are enough.",
        f"Along the sequence the function moves like epsilon^{sequence['function order']}, the "
        f"loss like epsilon^{sequence['loss order']}.",
    )
