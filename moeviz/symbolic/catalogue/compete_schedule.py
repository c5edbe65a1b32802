r"""The claim of `compete` that a step with room always exists for a layer that must move (App. C).

Layers get their steps one after another. A layer with n activations finds Q activations of the
layers before it, and a step is full if A of them are there. With F full steps, :math:`A F \leq Q`.
An activation that must move and finds no step means that the layer is active in every step that is
not full and has one more: :math:`n \geq T - F + 1`. Then

.. math:: A n + Q - A T = A\,(n - (T - F + 1)) + (Q - A F) + A > 0,

so that with :math:`A n + Q \leq A T` a step is always found. Room for all in total is not enough.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import flint
import sympy

from moeviz.symbolic.catalogue.enclosing import Row, enclosed
from moeviz.symbolic.catalogue.parts import relation
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.questions.claims import Asks, Check, Claim, Complete, Stop
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import inputs

HOLDS, FAILS = Answer.HOLDS, Answer.FAILS

ROOM = (
    "A_max times the layer's activations, and those of all layers before it, are together at most "
    "A_max times the number of steps"
)
"""In symbols A_max n_l + n_1 + ... + n_(l-1) <= A_max T."""

ALL = Complete(
    "all schedules within the bound",
    "with the condition the identity, in which the numbers are free, leaves no schedule without a "
    "free step; the condition is enough and need not be the weakest",
)

Steps = tuple[int, ...]

MOST = 2
LAYERS: tuple[Steps, ...] = ((1, 1, 1, 0), (1, 1, 1, 0), (1, 1, 0, 0))
"""A schedule as drawn, a row for each layer: eight activations, and room for eight."""

SPARSE: tuple[Steps, ...] = ((1, 1, 1, 0), (1, 1, 1, 0), (1, 0, 0, 0))
"""One activation less: the last layer keeps to the bound."""


def claims() -> list[Claim]:
    """Return the claim on the schedule."""
    return [
        Claim(
            "K10",
            "compete",
            "App. C, eq. 11 and 12",
            r"Where a layer's activation exceeds $A_{\max}$ there is always a step $t'$ with "
            r"$Q_{\text{prev}}(t') + 1 \leq A_{\max}$ and $\Lambda(l, t') = 0$ to move it to.",
            HOLDS,
            "That few layers are active at any step is said to ensure it.",
            (
                replace(_bound(), search=ALL),
                _moves("a layer within the bound finds its steps", SPARSE, MOST),
                _moves("room for all in total, and the last finds none", LAYERS, MOST, ROOM),
            ),
            why="What finds no step is lost or exceeds the limit: the router learns less often "
            "from competition, or the step is dense.",
            study="compete-over",
        )
    ]


def _bound() -> Check:
    """Return the identity of the module's proof, for all numbers."""
    most, own, before, full, steps = sympy.symbols("A n Q F T", real=True)
    missing, spare = own - (steps - full + 1), before - most * full
    function = sympy.Add(
        most * missing, spare, most, -(most * own + before - most * steps), evaluate=False
    )
    statement = Statement(
        (function,),
        inputs(1),
        (most, own, before, full, steps),
        (Term(sympy.Integer(1), ()),),
        r"A\,(n - (T - F + 1)) + (Q - A F) + A - (A n + Q - A T) = 0",
    )
    return relation("without a free step A n + Q is more than A T", statement)


def _moves(name: str, layers: Sequence[Steps], most: int, special: str = "") -> Check:
    def decide(should_stop: Stop) -> Test:
        return _moved(name, layers, most)

    return Check(decide, special, asks=Asks.VALUE)


def _moved(name: str, layers: Sequence[Steps], most: int) -> Test:
    """Test that every activation of a schedule finds a step, layer after layer."""
    start = time.perf_counter()
    count = [0] * len(layers[0])
    rows: list[Row] = []
    lost = 0
    for layer in layers:
        full = [q >= most for q in count]
        wants = [int(on and no) for on, no in zip(layer, full, strict=True)]
        free = [int(not on and not no) for on, no in zip(layer, full, strict=True)]
        rows.append(_sum(free, wants))
        moving = sum(wants)
        lost += max(0, moving - sum(free))
        places = [t for t, yes in enumerate(free) if yes][:moving]
        placed = [
            int((on and not no) or t in places)
            for t, (on, no) in enumerate(zip(layer, full, strict=True))
        ]
        count = [q + p for q, p in zip(count, placed, strict=True)]
    drawn = r",\ ".join("".join(map(str, layer)) for layer in layers)
    total = sum(map(sum, layers))
    words = (
        f"Of {total} activations in {len(layers[0])} steps with room for {most} each, {lost} "
        f"{'finds' if lost == 1 else 'find'} no step: the rows say how many free steps each layer "
        "has beyond what must move."
    )
    return enclosed(
        name,
        HOLDS if lost == 0 else FAILS,
        rf"\text{{free steps}} - \text{{moves}},\ A_{{\max}} = {most},\ \Lambda = ({drawn})",
        rows,
        words,
        start,
    )


def _sum(free: Sequence[int], wants: Sequence[int]) -> Row:
    """Return the free steps of a layer less the activations that must move, as a formula."""
    text = " + ".join(map(str, free)) + "".join(f" - {one}" for one in wants)
    return text, {}, flint.arb(sum(free) - sum(wants))
