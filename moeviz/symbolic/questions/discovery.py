"""Relations that are looked for: constants of a given form, and all relations up to an order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import sympy

from moeviz.symbolic.certificates.report import Answer, Step, Test
from moeviz.symbolic.certificates.types import Certificate
from moeviz.symbolic.certificates.writing import (
    determinant_certificate,
    relation_certificate,
    relation_latex,
)
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.kernel.relations import Relations, relations
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.questions.checks import independence
from moeviz.symbolic.questions.steps import why_undecided
from moeviz.symbolic.reading.families import Orders, derivatives, up_to


def constants(
    name: str,
    functions: Sequence[sympy.Expr],
    inputs: Sequence[sympy.Symbol],
    parameters: Sequence[sympy.Symbol],
    latex: Mapping[sympy.Symbol, str],
    left: tuple[sympy.Symbol, ...],
    right: Sequence[tuple[sympy.Symbol, ...]],
    point: Point,
    support: Support | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Test:
    """Find constants C_r with: the derivative `left` is the sum of C_r times those in `right`.

    Parameters
    ----------
    name : str
    functions, inputs, parameters, latex
        As for :func:`moeviz.symbolic.reading.families.derivatives`.
    left : tuple of sympy.Symbol
    right : sequence of tuple of sympy.Symbol
    point : mapping
    support : Support, optional
    should_stop : callable, optional
    """
    start = time.perf_counter()
    family = derivatives(functions, inputs, parameters, latex, [point], [[left, *right]], support)
    found = relations(family, should_stop)
    solving = [v for v in found.basis if v[0]]
    labels = [m.label for m in family.members]
    if solving:
        v = [c / solving[0][0] for c in solving[0]]
        values = [-c for c in v[1:]]
        text = " + ".join(
            f"{sympy.latex(sympy.Rational(c.numerator, c.denominator))}\\,{label}"
            for c, label in zip(values, labels[1:], strict=True)
            if c
        )
        certificate: Certificate = {
            **relation_certificate(family, v, found),
            "kind": "constants",
            "constants": {label: str(c) for label, c in zip(labels[1:], values, strict=True)},
            "latex": f"{labels[0]} = {text or '0'}",
        }
        answer, words = Answer.HOLDS, f"${labels[0]} = {text}$"
    elif found.decided:
        certificate = determinant_certificate(family, found)
        answer, words = (
            Answer.FAILS,
            "The derivatives are independent: there are no such constants.",
        )
    else:
        certificate, answer, words = {}, Answer.UNDECIDED, why_undecided(found)
    steps = (
        Step("The derivatives", (", ".join(f"${label}$" for label in labels),)),
        Step("Solve", (words,)),
    )
    seconds = time.perf_counter() - start
    condition = words if answer == Answer.UNDECIDED else family.domain.words
    return Test(name, answer, condition, certificate, steps, seconds, family, found)


def discover(
    functions: Sequence[sympy.Expr],
    inputs: Sequence[sympy.Symbol],
    parameters: Sequence[sympy.Symbol],
    latex: Mapping[sympy.Symbol, str],
    point: Point,
    order: int,
    support: Support | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Test:
    """List all relations between the derivatives up to an order, at a point."""
    orders: Orders = up_to(parameters, 0, order)
    family = derivatives(functions, inputs, parameters, latex, [point], [orders], support)
    test = independence(f"relations up to order {order}", family, should_stop)
    found: Relations = test.relations
    lines = [relation_latex(family, v) + " = 0" for v in found.basis]
    certificate: Certificate = {**test.certificate, "all relations": lines}
    steps = (
        *test.steps,
        Step("All relations", tuple(f"${line}$" for line in lines) or ("There is none.",)),
    )
    return replace(test, certificate=certificate, steps=steps)
