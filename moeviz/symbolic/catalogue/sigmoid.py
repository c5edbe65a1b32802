"""Claims of `sigmoid` on relations between derivatives: full matrices, Definition 1, eq. 8."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import sympy

from moeviz.symbolic.catalogue.parts import (
    Design,
    FullQuadraticScore,
    Special,
    cone,
    first,
    literal,
    model,
    moving,
    relation,
)
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.kernel.functions import gelu, relu, sigmoid
from moeviz.symbolic.kernel.ground import Log
from moeviz.symbolic.questions.claims import Check, Claim
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import dot, full_form, inputs

HOLDS, FAILS = Answer.HOLDS, Answer.FAILS
PAPER = "sigmoid"
SPARSE: Special = {"A": 0, "b_gate": 0, "c": Log(Fraction(1, 3))}
"""A cell of the sparse regime whose two atoms share the weight sigma(c*) = 1/2 equally."""

WHY_SPARSE = (
    "Theorem 1 gives over-specified experts the rate $n^{-1/4}$ in the sparse regime if the expert "
    "is strongly identifiable."
)
WHY_DENSE = (
    "Theorem 3 gives the rate $n^{-1/2}$ in the dense regime if the expert is weakly identifiable."
)
SYMMETRIC = "The definition with a symmetric A, stored by its free entries."
CONE = (
    "What the proof needs: no positive semidefinite second-order coefficients in a crowded cell "
    "of the sparse regime."
)

_A, _B, _C, _E = "A_{uv}", "b_u", "c", r"\mathcal{E}"


def claims() -> list[Claim]:
    """Return the claims on relations."""
    return [
        *_full_matrix(),
        *_first_set(),
        *_shared_experts(),
        *_equation_eight(),
    ]


def _quadratic(dimension: int) -> tuple[Statement, list[sympy.Symbol], list[sympy.Symbol]]:
    """Return F = sigma(x'Ax + b.x + c) E with E a symbol: any expert at all."""
    x = inputs(dimension)
    a = [sympy.Symbol(f"A_{i}") for i in range(1, dimension**2 + 1)]
    b = [sympy.Symbol(f"b_{i}") for i in range(1, dimension + 1)]
    c, e = sympy.symbols("c E")
    f = sigmoid(full_form(a, x) + dot(b, x) + c) * e
    return Statement((f,), x, (*a, *b, c, e), (), ""), a, b


def _with(statement: Statement, latex: str, *terms: Term) -> Statement:
    return Statement(statement.functions, statement.inputs, statement.parameters, terms, latex)


def _full_matrix() -> list[Claim]:
    found = []
    for d in (1, 2):
        design = Design(model(FullQuadraticScore(), "sigmoid", "gelu"), d)
        half = Design(model("quadratic", "sigmoid", "gelu"), d)
        checks: tuple[Check, ...] = (literal("first derivatives independent", design, first),)
        if d > 1:
            base, a, _ = _quadratic(d)
            one = sympy.Integer(1)
            same = _with(
                base,
                r"\frac{\partial F}{\partial A_{12}} - \frac{\partial F}{\partial A_{21}} = 0",
                Term(one, (a[1],)),
                Term(-one, (a[2],)),
            )
            checks += (relation("the same relation for every expert", same, expect=FAILS),)
        found.append(
            Claim(
                f"S1.d{d}",
                PAPER,
                "Definitions 1-4",
                r"With $A \in \mathbb{R}^{d \times d}$ the first-order family "
                r"$\{\partial F/\partial"
                r"(A, b, c, \eta)\}$ can be linearly independent" + f" ($d = {d}$).",
                HOLDS,
                "Definitions 1-4 list all entries of A.",
                checks,
                (literal("first derivatives, A symmetric", half, first),),
                SYMMETRIC,
                WHY_DENSE,
                "sigmoid-dense",
            )
        )
    return found


def _first_set() -> list[Claim]:
    found = []
    for d in (1, 2):
        base, a, b = _quadratic(d)
        c = sympy.Symbol("c")
        s = sigmoid(c)
        slope, bend = s * (1 - s), s * (1 - s) * (1 - 2 * s)
        statement = _with(
            base,
            r"\sigma'(c)\,\frac{\partial^2 F}{\partial b_1^2} - \sigma''(c)\,"
            r"\frac{\partial F}{\partial A_{11}} = 0\quad\text{at } A = 0,\ b = 0",
            Term(slope, (b[0], b[0])),
            Term(-bend, (a[0],)),
        )
        zero = dict.fromkeys((*a, *b), 0)
        found.append(
            Claim(
                f"S2.d{d}",
                PAPER,
                "Definition 1, first set",
                "At $A = 0$, $b = 0$ the first set of Definition 1 is linearly independent for "
                f"some expert ($d = {d}$).",
                HOLDS,
                "Strongly identifiable experts exist.",
                (relation("a relation for every expert", statement, zero, expect=FAILS),),
                (cone(Design(model("quadratic", "sigmoid", "gelu"), d, (SPARSE, {}))),),
                CONE,
                WHY_SPARSE,
                "sigmoid-sparse",
            )
        )
    return found


def _shared_experts() -> list[Claim]:
    found = []
    for name, score, orders in (
        ("def1", "quadratic", moving(1, 2)),
        ("def3", "partial-quadratic", moving(1, 2)),
    ):
        zero = {"A": 0, "b_gate": 0}
        design = Design(model(score, "sigmoid", "gelu"), 1, (zero, zero), ("a", "b"))
        found.append(
            Claim(
                f"S3.{name}",
                PAPER,
                f"Definition {name[-1]}",
                f"Definition {name[-1]} can hold for two atoms that share $\\eta$ and "
                "differ in $c$.",
                HOLDS,
                "The definition asks for all distinct $(A_i, b_i, c_i, \\eta_i)$.",
                (literal("two atoms with one expert", design, orders),),
                (cone(Design(model(score, "sigmoid", "gelu"), 1, (SPARSE, {}))),),
                CONE,
                WHY_SPARSE,
                "sigmoid-sparse",
            )
        )
    return found


def _equation_eight() -> list[Claim]:
    found = []
    labels = {
        "a": (
            r"\frac{\partial^2 F}{\partial A \partial c} = "
            r"\frac{\partial^2 F}{\partial b \partial b^\top}"
        ),
        "b": (
            r"\frac{\partial^2 F}{\partial A \partial \beta} = "
            r"\frac{\partial^2 F}{\partial b \partial \alpha}"
        ),
        "c": (
            r"\frac{\partial^2 F}{\partial b \partial \beta} = "
            r"\frac{\partial^2 F}{\partial c \partial \alpha}"
        ),
    }
    for letter, latex in labels.items():
        for d in (1, 2):
            found.append(
                Claim(
                    f"S4.{letter}.d{d}",
                    PAPER,
                    "eq. 8",
                    f"For linear experts ${latex}$ ($d = {d}$).",
                    HOLDS,
                    "Equation (8), for p = 1.",
                    _eight(letter, d, lambda t: t),
                    why=WHY_SPARSE,
                    study="sigmoid-sparse",
                )
            )
    special = []
    for name, phi in (("ReLU", relu), ("GELU", gelu), ("tanh", sympy.tanh)):
        for letter in labels:
            for check in _eight(letter, 1, phi, name):
                special.append(replace(check, expect=FAILS))
    found.append(
        Claim(
            "S4.special",
            PAPER,
            "eq. 8",
            r"The relations (8) are special to linear experts: with "
            r"$\phi(\alpha^\top x + \beta)$ for "
            "another activation they do not hold.",
            HOLDS,
            "The PDEs are given as the reason why polynomial experts fail, for p = 1.",
            tuple(special),
            why=WHY_SPARSE,
            study="sigmoid-sparse",
        )
    )
    return found


def _eight(
    letter: str, d: int, phi: Callable[[sympy.Expr], sympy.Expr], words: str = "linear"
) -> tuple[Check, ...]:
    """Return one check for each entry of one of the three relations."""
    x = inputs(d)
    a = [sympy.Symbol(f"A_{i}") for i in range(1, d * d + 1)]
    b = [sympy.Symbol(f"b_{i}") for i in range(1, d + 1)]
    alpha = [sympy.Symbol(f"alpha_{i}") for i in range(1, d + 1)]
    c, beta = sympy.symbols("c beta")
    f = sigmoid(full_form(a, x) + dot(b, x) + c) * phi(dot(alpha, x) + beta)
    one = sympy.Integer(1)
    pairs: list[tuple[tuple[sympy.Symbol, ...], tuple[sympy.Symbol, ...], str]] = []
    for u in range(d):
        for v in range(d):
            entry = a[u * d + v]
            if letter == "a":
                pairs.append(((entry, c), (b[u], b[v]), f"{u + 1}{v + 1}"))
            elif letter == "b":
                pairs.append(((entry, beta), (b[u], alpha[v]), f"{u + 1}{v + 1}"))
        if letter == "c":
            pairs.append(((b[u], beta), (c, alpha[u]), f"{u + 1}"))
    checks = []
    for left, right, mark in pairs:
        latex = _second(left) + " - " + _second(right) + " = 0"
        statement = Statement(
            (f,), x, (*a, *b, c, *alpha, beta), (Term(one, left), Term(-one, right)), latex
        )
        checks.append(relation(f"eq. 8{letter}, entry {mark}, {words} expert", statement))
    return tuple(checks)


def _second(by: tuple[sympy.Symbol, ...]) -> str:
    under = r"\,".join(rf"\partial {sympy.latex(s)}" for s in by)
    return rf"\frac{{\partial^2 F}}{{{under}}}"
