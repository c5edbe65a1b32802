"""The three tests on a family or a model, each with its certificate and its steps."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from moeviz.symbolic.certificates.report import Answer, Step, Test
from moeviz.symbolic.certificates.writing import (
    determinant_certificate,
    matrices_json,
    relation_certificate,
    relation_latex,
)
from moeviz.symbolic.kernel.cone import Barrier, Spread, blocks_of, matrices_of, second_order
from moeviz.symbolic.kernel.exact import reduced
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.kernel.relations import Relations, relations
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.questions.gauge import Place, Stop, gauge_family, gauge_of, held_coordinates
from moeviz.symbolic.questions.sequence import CounterSequence, measure
from moeviz.symbolic.questions.steps import (
    enclosure_words,
    family_steps,
    matrix_step,
    spread_words,
    why_undecided,
)
from moeviz.symbolic.reading.expressions import Atom
from moeviz.symbolic.reading.families import expansion, up_to


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
        simple = _simplest(found.basis)
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
        last = Step("Enclose a determinant", (enclosure_words(found),))
    else:
        test = Test(name, Answer.UNDECIDED, why_undecided(found), {})
        last = Step("No certificate", (why_undecided(found),))
    return _finished(test, family, found, start, last)


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
        simple = _simplest(more)
        test = Test(name, Answer.FAILS, "", relation_certificate(family, simple, found))
        words = (
            f"$ {relation_latex(family, simple)} = 0$ changes a gate or an expert, and leaves the "
            "model as it is."
        )
    elif found.decided and gauge.decided and len(found.basis) == len(gauge.basis):
        certificate = determinant_certificate(family, found)
        certificate["gauge"] = [
            relation_certificate(family, v, found)["members"] for v in gauge.basis
        ]
        test = Test(name, Answer.HOLDS, "", certificate)
        words = (
            f"All {len(found.basis)} relations leave every gate and every expert as it is; the "
            f"other {len(found.pivots)} derivatives are independent. {enclosure_words(found)}"
        )
    else:
        test = Test(name, Answer.UNDECIDED, why_undecided(found), {})
        words = why_undecided(found)
    return _finished(test, family, found, start, Step("Compare with the gauge", (words,)))


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
    family, found = gauge_family(atom, points, support, should_stop)
    name = f"the gauge has {expected} directions"
    count = len(found.basis)
    if not found.decided:
        test = Test(name, Answer.UNDECIDED, why_undecided(found))
        words = why_undecided(found)
    elif count > expected:
        known = [
            v
            for v in found.basis
            if len({m.atom for m, c in zip(family.members, v, strict=True) if c}) > 1
        ]
        shown = max(known or list(found.basis), key=lambda v: sum(1 for c in v if c))
        test = Test(name, Answer.FAILS, "", relation_certificate(family, shown, found))
        words = f"There are {count}; one that is neither a length nor a constant is shown."
    else:
        answer = Answer.HOLDS if count == expected else Answer.FAILS
        test = Test(name, answer, "", determinant_certificate(family, found))
        words = f"There are {count}. {enclosure_words(found)}"
    return _finished(test, family, found, start, Step("Count", (words,)))


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
    family = cone_family(atom, points, crowded, support, quotient, should_stop)
    found = relations(family, should_stop)
    name = f"second-order cone, {_cells(crowded, len(points))}"
    blocks = blocks_of(family, crowded)
    answer = second_order(blocks, found.basis) if not found.unproved else None
    if isinstance(answer, Spread):
        along = CounterSequence(atom, points, family, blocks, answer)
        certificate = relation_certificate(family, answer.vector, found)
        certificate |= {
            "kind": "counter-sequence",
            "matrices": matrices_json(blocks, answer.matrices),
            "atoms needed": [rank + 1 for rank in answer.ranks],
            "sequence": measure(along),
        }
        test = Test(name, Answer.FAILS, "", certificate, along=along)
        last = Step("A positive semidefinite solution", spread_words(family, answer, certificate))
    elif isinstance(answer, Barrier) and found.decided:
        first = [
            v for v in found.basis if not any(any(map(any, m)) for m in matrices_of(blocks, v))
        ]
        if first:
            simple = _simplest(first)
            certificate = relation_certificate(family, simple, found)
            test = Test(name, Answer.FAILS, "", certificate)
            last = Step("A first-order relation", (f"${relation_latex(family, simple)} = 0$",))
        else:
            certificate = determinant_certificate(family, found)
            certificate |= {
                "kind": "dual matrix",
                "matrices": matrices_json(blocks, answer.matrices),
                "relations": [
                    relation_certificate(family, v, found)["members"] for v in found.basis
                ],
            }
            test = Test(name, Answer.HOLDS, "", certificate)
            last = Step(
                "A matrix that forbids it",
                (
                    "W below is positive definite and orthogonal to the second-order part of "
                    "every relation, so no positive semidefinite M solves the equation but 0.",
                ),
            )
    else:
        test = Test(name, Answer.UNDECIDED, why_undecided(found), {})
        last = Step("No certificate", (why_undecided(found),))
    return _finished(test, family, found, start, last)


def cone_family(
    atom: Atom,
    points: Sequence[Point],
    crowded: Sequence[int],
    support: Support | None = None,
    quotient: bool = True,
    should_stop: Stop = None,
) -> Family:
    """Return the derivatives of the second-order test; for the arguments see :func:`cone`."""
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
    return expansion(atom, points, orders, support)


def _finished(test: Test, family: Family, found: Relations, start: float, last: Step) -> Test:
    """Return a test with its steps, of which the last is its own, its time and its family."""
    decided = test.answer != Answer.UNDECIDED
    return replace(
        test,
        condition=family.domain.words if decided else test.condition,
        steps=(*family_steps(family), matrix_step(family, found), last),
        seconds=time.perf_counter() - start,
        family=family,
        relations=found,
    )


def _simplest(vectors: Sequence[tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    """Return the relation with the fewest terms; among these, with the smallest denominators."""
    return min(vectors, key=lambda v: (sum(1 for c in v if c), max(c.denominator for c in v)))


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
