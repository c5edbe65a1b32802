r"""Claims of `multinomial` on measures with one density that are far apart (Prop. 2.1 and 4.2).

Near a measure the first-order test and the cone decide (M8). Far from it other measures may have
the same density: here they are written down and proved, or looked for among the measures whose
gate and experts are made of the same linear functions. With two classes and
:math:`\sigma(-z) = 1 - \sigma(z)` the density of a gate s over two opposite experts

.. math:: \sigma(s)\,\sigma(u) + \sigma(-s)\,\sigma(-u)

does not change when s and u change places.
"""

from __future__ import annotations

from dataclasses import replace

import sympy

from moeviz.symbolic.catalogue import for_all
from moeviz.symbolic.catalogue.exchanged import another
from moeviz.symbolic.catalogue.multinomial import (
    FEWER,
    READS,
    REGIME,
    design_of,
    own_parts,
    split,
)
from moeviz.symbolic.catalogue.parts import Design, relation
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.questions.claims import Check, Claim, Stop
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import categorical, inputs

HOLDS, FAILS = Answer.HOLDS, Answer.FAILS
PAPER = "multinomial"

SHARED = "no expert in which two classes keep their ratio (equal slopes)"
OPPOSITE = "no two atoms with opposite experts"
OPPOSITE_REST = (
    "no two atoms in which two classes keep one common ratio and the odds of the third are opposite"
)
WHY = "Without it no rate of the parameters has a meaning."


def claims() -> list[Claim]:
    """Return the claims on identifiability far from the truth."""
    found = []
    for mark, score, reference in (
        ("standard", "linear", "Proposition 2.1"),
        ("modified", "modified-tanh", "Proposition 4.2"),
    ):
        for classes in (2, 3):
            read = "x" if mark == "standard" else r"\tanh(x)"
            of = {"standard": "the same linear functions", "modified": "the same gate and logits"}
            found.append(
                Claim(
                    f"M9.{mark}.K{classes}",
                    PAPER,
                    reference,
                    r"$g_G = g_{G'}$ implies $G = G'$ for measures in $\mathcal O_k(\Theta)$, near "
                    f"each other or not: tried with measures of {of[mark]}, and with more atoms "
                    rf"(the gate reads ${read}$, $K = {classes}$, $d = 1$, $k_* = 2$).",
                    HOLDS,
                    f"{reference} claims it for any two measures.",
                    (
                        _searched(design_of(classes, score=score), classes),
                        *_identities(classes, mark),
                    ),
                    why=WHY,
                    study="multinomial-exact" if classes == 2 else "multinomial-regime2",
                )
            )
    return found


def _searched(design: Design, classes: int) -> Check:
    """Return the test for another measure of the same functions, searched for exceptions."""
    name = "no other measure of the same functions has this density"

    def build(own: Design, special: str) -> Check:
        def decide(should_stop: Stop) -> Test:
            return another(name, own, should_stop)

        return Check(decide, special)

    return for_all.searched(
        build, name, design, "", own_parts(classes), dict(READS), whole=True, symmetric=True
    )


def _identities(classes: int, mark: str) -> tuple[Check, ...]:
    """Return the pairs of measures with one density that are known, each for all parameters."""
    x = inputs(1)[0]
    gate = x if mark == "standard" else sympy.tanh(x)
    found = [
        _never(_cosh(classes, gate), FEWER),
        _never(split(classes), REGIME),
    ]
    if classes == 3:
        found.append(_never(_share(gate), SHARED))
    if mark == "standard":
        found.append(
            _never(_exchange(classes), OPPOSITE if classes == 2 else OPPOSITE_REST),
        )
    return tuple(found)


def _never(check: Check, special: str) -> Check:
    """Return a relation that must not hold, under the condition that avoids it."""
    return replace(check, expect=FAILS, special=special)


def _cosh(classes: int, gate: sympy.Expr) -> Check:
    """Return the identity of a measure of two atoms and one of four, whose gates are split."""
    names = [sympy.symbols(f"beta_{j} w_{j}", real=True) for j in (1, 2)]
    v = sympy.Symbol("v", real=True)
    experts = [
        [sympy.symbols(f"a_{s}__{j} b_{s}__{j}", real=True) for s in range(1, classes)]
        for j in (1, 2)
    ]
    x = inputs(1)
    values = [categorical([a * x[0] + b for a, b in own]) for own in experts]
    one = [sympy.exp(beta * gate + w) for beta, w in names]
    four = [
        (sympy.exp((beta + v) * gate + w) + sympy.exp((beta - v) * gate + w)) / 2
        for beta, w in names
    ]
    functions = tuple(
        sympy.Add(
            (one[0] * values[0][s] + one[1] * values[1][s]) * (four[0] + four[1]),
            -(four[0] * values[0][s] + four[1] * values[1][s]) * (one[0] + one[1]),
            evaluate=False,
        )
        for s in range(classes)
    )
    parameters = (
        *(p for own in names for p in own),
        v,
        *(p for e in experts for q in e for p in q),
    )
    return _zero(
        "both atoms split into two with gates beta + v and beta - v, for every v",
        functions,
        parameters,
        r"\frac{\sum_j \cosh(v x)\, e^{s_j} f_j}{\sum_j \cosh(v x)\, e^{s_j}} - "
        r"\frac{\sum_j e^{s_j} f_j}{\sum_j e^{s_j}} = 0",
    )


def _share(gate: sympy.Expr) -> Check:
    """Return the identity by which two classes of one ratio share their probability anew.

    With logits z, log(r / (1 - r)) and 0 the classes have p, (1 - p) r and (1 - p) (1 - r), where
    p follows from z. Two atoms with r + t and r - t and the same p have the same mean.
    """
    beta, a, b, r, t = sympy.symbols("beta a b r t", real=True)
    x = inputs(1)
    p = categorical([a * x[0] + b])[0]
    functions = tuple(
        sympy.expand(
            sympy.exp(beta * gate)
            * ((1 - p) * (q + move) / 2 + (1 - p) * (q - move) / 2 - (1 - p) * q),
            deep=False,
        )
        for q, move in ((r, t), (1 - r, -t))
    )
    return _zero(
        "two classes with one slope share their probability anew, for every t",
        functions,
        (beta, a, b, r, t),
        r"e^{s}\,(1 - p)\left(\tfrac12 (r + t) + \tfrac12 (r - t) - r\right) = 0",
    )


def _exchange(classes: int) -> Check:
    """Return the identity by which gate and opposite experts change places.

    With three classes the odds of one class against the others change places with the gate, and
    the others keep the ratio r : 1 - r in both atoms.
    """
    beta, w, a, b, r = sympy.symbols("beta w a b r", real=True)
    x = inputs(1)
    s, u = beta * x[0] + w, a * x[0] + b
    shares = [(sympy.Integer(1),), (sympy.Integer(1),)] if classes == 2 else [(1,), (r, 1 - r)]
    functions = tuple(
        share * (_opposite(s, u)[place] - _opposite(u, s)[place])
        for place, own in enumerate(shares)
        for share in own
    )
    return _zero(
        "gate and opposite experts change places",
        functions,
        (beta, w, a, b) if classes == 2 else (beta, w, a, b, r),
        r"\frac{e^s \sigma(u) + \sigma(-u)}{e^s + 1} - \frac{e^u \sigma(s) + \sigma(-s)}{e^u + 1}"
        " = 0",
    )


def _opposite(gate: sympy.Expr, logit: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the density of a gate over two opposite experts of two classes."""
    p, q = categorical([logit]), categorical([-logit])
    weight = sympy.exp(gate)
    first, second = ((weight * own + other) / (weight + 1) for own, other in zip(p, q, strict=True))
    return first, second


def _zero(
    name: str,
    functions: tuple[sympy.Expr, ...],
    parameters: tuple[sympy.Symbol, ...],
    latex: str,
) -> Check:
    """Return the test that functions of all classes are zero for all parameters."""
    terms = tuple(Term(sympy.Integer(1), (), place) for place in range(len(functions)))
    if len(functions) > 1:
        # One relation for all classes: each with a number of its own.
        marks = tuple(sympy.Symbol(f"y_{s}", real=True) for s in range(1, len(functions) + 1))
        terms = tuple(Term(mark, (), place) for place, mark in enumerate(marks))
        parameters = (*parameters, *marks)
    return relation(name, Statement(functions, inputs(1), parameters, terms, latex, "g"))
