r"""Relations between derivatives that are stated: whether one holds, identically or at a point.

A stated relation has coefficients that are formulas in the parameters, like
:math:`\beta_1 \cdot \partial H / \partial \beta_1 = 0`. It is checked with every parameter as a
symbol, so that it holds at all points at once. A check at a point is a fallback for formulas in
which a norm of a parameter must be rational.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import sympy

from moeviz.symbolic.at_point import AtPoint
from moeviz.symbolic.evaluate import Balls, residues
from moeviz.symbolic.families import derivative_latex
from moeviz.symbolic.family import on_signs
from moeviz.symbolic.ground import Ground, Number, Point
from moeviz.symbolic.polynomial import Polynomial
from moeviz.symbolic.report import Answer, Step, Test, point_json
from moeviz.symbolic.support import Support
from moeviz.symbolic.tower import Kind, Tower
from moeviz.symbolic.zero import vanishes

MOST_STEPS = 6
"""Kinks of which both sides are looked at one by one."""


@dataclass(frozen=True)
class Term:
    """A coefficient times a derivative.

    Attributes
    ----------
    coefficient : sympy.Expr
        A formula in the parameters (and inputs).
    by : tuple of sympy.Symbol
        What the function is differentiated by, with repetition.
    function : int
        Which of the functions, for several values of a discrete response.
    """

    coefficient: sympy.Expr
    by: tuple[sympy.Symbol, ...]
    function: int = 0


@dataclass(frozen=True)
class Statement:
    """A relation: a sum of terms is the zero function.

    Attributes
    ----------
    functions : tuple of sympy.Expr
    inputs, parameters : tuple of sympy.Symbol
    terms : tuple of Term
    latex : str
        The relation as it is written.
    name : str
        LaTeX of the function.
    """

    functions: tuple[sympy.Expr, ...]
    inputs: tuple[sympy.Symbol, ...]
    parameters: tuple[sympy.Symbol, ...]
    terms: tuple[Term, ...]
    latex: str
    name: str = "F"


def stated(name: str, statement: Statement, point: Point | None = None) -> Test:
    """Test whether a stated relation holds: identically, or at a point.

    Parameters
    ----------
    name : str
        What is tested, in words.
    statement : Statement
    point : mapping, optional
        Values of some parameters; the others stay symbols, so that the answer is for all of them.
    """
    start = time.perf_counter()
    ground = Ground(statement.inputs)
    left = _left_side(statement, ground, point or {})
    zero = all(vanishes(ground, side) for side in _sides(ground, left))
    where = "for all parameters" if not point else "at the point, for all other parameters"
    if zero:
        certificate = {
            "kind": "identity",
            "latex": statement.latex,
            "where": where,
            **_source(statement),
            "points": [point_json(point)] if point else [],
        }
        words = f"All terms cancel in the tower, {where}."
        test = Test(name, Answer.HOLDS, "", certificate)
    elif (found := _counterexample(statement, point or {})) or (
        not ground.of_kind(Kind.STEP)
        and any(residues(ground, np.random.default_rng(i)).polynomial(left) for i in range(3))
    ):
        known = found or {
            "value": "not zero as a polynomial in independent basics",
            "points": [point_json(point)] if point else [],
        }
        certificate = {
            "kind": "value",
            "latex": statement.latex,
            **_source(statement),
            **known,
        }
        words = f"At a rational point the left side is {known['value']}, not zero."
        test = Test(name, Answer.FAILS, "", certificate)
    else:
        words = "the terms cancel numerically, but not by a relation that the tower knows"
        test = Test(name, Answer.UNDECIDED, words)
    steps = (
        Step("The relation", (f"${statement.latex}$",)),
        Step(
            "Form the derivatives",
            tuple(f"${derivative_latex(statement.name, t.by, {})}$" for t in statement.terms[:8]),
        ),
        Step("Substitute", (words,)),
    )
    seconds = time.perf_counter() - start
    return replace(test, steps=steps, seconds=seconds, family=statement)


def _left_side(statement: Statement, ground: Ground, point: Point) -> Polynomial:
    """Return the sum of a relation's terms at a point."""
    tower = Tower(statement.inputs, statement.parameters)
    for formula in (*statement.functions, *(t.coefficient for t in statement.terms)):
        tower.embed(formula)
    total = tower.constant(0)
    for term in statement.terms:
        p = tower.poly(statement.functions[term.function])
        for symbol in term.by:
            p = tower.derivative(p, symbol)
        total += tower.poly(term.coefficient) * p
    return AtPoint(tower, ground, point).polynomial(total)


def _source(statement: Statement) -> dict[str, Any]:
    """Return what a statement is made of."""
    return {
        "functions": [str(f) for f in statement.functions],
        "symbols": {
            "inputs": [str(s) for s in statement.inputs],
            "parameters": [str(s) for s in statement.parameters],
        },
        "terms": [
            {
                "coefficient": str(t.coefficient),
                "by": [str(s) for s in t.by],
                "function": t.function + 1,
            }
            for t in statement.terms
        ],
    }


def _sides(ground: Ground, p: Polynomial) -> list[Polynomial]:
    """Return a formula on both sides of each kink, and its part with point masses.

    A step is 0 or 1, so that powers of it are the same; many steps stay symbols, which asks more.
    """
    steps = ground.of_kind(Kind.STEP)
    if not steps or len(steps) > MOST_STEPS:
        return [p]
    kinks = set(ground.of_kind(Kind.KINK))
    masses = {m: c for m, c in p.items() if any(i in kinks for i, _ in m)}
    return [
        masses,
        *(
            on_signs(ground, dict(zip(steps, values, strict=True)), p)
            for values in itertools.product((0, 1), repeat=len(steps))
        ),
    ]


def _counterexample(statement: Statement, point: Point) -> dict[str, Any]:
    """Return a rational point and the enclosure of the relation's left side; empty if none."""
    rng = np.random.default_rng(4)
    before = flint.ctx.prec
    flint.ctx.prec = 192
    try:
        for _ in range(30):
            own: dict[sympy.Symbol, Number] = dict(point)
            for symbol in statement.parameters:
                own.setdefault(symbol, Fraction(int(rng.integers(1, 40)), int(rng.integers(7, 23))))
            ground = Ground(statement.inputs)
            left = _left_side(statement, ground, own)
            x = Support.box([str(s) for s in statement.inputs], 0, 2).point(rng)
            balls = Balls(ground, x)
            heights = {i: balls.polynomial(ground.argument(i)) for i in ground.of_kind(Kind.STEP)}
            if any(h.contains(0) for h in heights.values()):
                continue
            signs = {i: int(h > 0) for i, h in heights.items()}
            value = balls.polynomial(on_signs(ground, signs, left))
            if not value.contains(0):
                return {
                    "value": value.str(8),
                    "points": [point_json(own)],
                    "inputs": {k: str(v) for k, v in x.items()},
                }
        return {}
    finally:
        flint.ctx.prec = before
