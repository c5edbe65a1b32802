"""Claims of `multinomial`: softmax gates over multinomial logistic experts."""

from __future__ import annotations

import sympy

from moeviz.symbolic.catalogue import for_all, multinomial_maps
from moeviz.symbolic.catalogue.multinomial_maps import FAILS, HOLDS, MAPS, PAPER, WHY_MODIFIED
from moeviz.symbolic.catalogue.parts import (
    Design,
    cone,
    model,
    relation,
)
from moeviz.symbolic.certificates.report import Test
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.questions.checks import independence
from moeviz.symbolic.questions.claims import Check, Claim, Stop
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import Atom, categorical, inputs
from moeviz.symbolic.reading.families import derivatives, term
from moeviz.symbolic.reading.points import generic

FEWER = "fewer than two fitted atoms in some cell (k < 2k*)"
REGIME = "Regime 1: no expert whose slopes are all 0"
WHY_FIRST = (
    "Theorem 3.1: $n^{-1/2}$ for exact-specified, $n^{-1/4}$ for over-specified parameters in "
    "Regime 1."
)
WHY_SECOND = "Theorem 3.3: slower than any polynomial in Regime 2."


READS = {"no gate reads the input, which section 2 excludes": ({"beta1": "equal"},)}
"""With the last gate pinned to 0, equal gates are all 0."""


def own_parts(classes: int, part: str = "") -> tuple[str, ...]:
    """Return the experts' parameters, or the slopes "a" alone."""
    numbers = ("",) if classes == 2 else tuple(f"_{s}" for s in range(1, classes))
    return tuple(f"{name}{number}" for number in numbers for name in (part or "ab"))


def first_regime(classes: int) -> dict[str, tuple[dict[str, str], ...]]:
    """Return what Regime 1 leaves out: an expert with all slopes 0."""
    flat = dict.fromkeys(own_parts(classes, "a"), "zero")
    return {**READS, "an expert with all slopes 0, which is Regime 2": (flat,)}


def claims() -> list[Claim]:
    """Return the paper's claims."""
    return [
        *_constant(),
        *_jointly(),
        *_regime_one(),
        *multinomial_maps.claims(),
        *_theorems(),
        *_identifiable(),
    ]


def flat_slopes(classes: int) -> dict[str, int]:
    """Return the special point of Regime 2: an expert with all slopes 0."""
    return {"a": 0} if classes == 2 else {f"a_{s}": 0 for s in range(1, classes)}


def _slopes(model_atom: Atom) -> list[sympy.Symbol]:
    return [s for s in model_atom.own if s.name.startswith("a")]


def design_of(
    classes: int, special: bool = False, score: str = "linear", d: int = 1, **more: int
) -> Design:
    """Return the design of two atoms; special, the first expert's slopes are all 0."""
    mixture = model(score, "softmax", "linear", "categorical", classes=classes, **more)
    return Design(mixture, d, (flat_slopes(classes) if special else {}, {}))


def _term_of_class(
    classes: int,
) -> tuple[Statement, list[sympy.Symbol], list[sympy.Symbol], list[sympy.Expr]]:
    """Return u(Y = s | X) for all s with its symbols, for d = 1."""
    x = inputs(1)
    beta = sympy.Symbol("beta1", real=True)
    a = [sympy.Symbol(f"a_{s}", real=True) for s in range(1, classes)]
    b = [sympy.Symbol(f"b_{s}", real=True) for s in range(1, classes)]
    p = categorical([i + s * x[0] for i, s in zip(a, b, strict=True)])
    u = tuple(sympy.exp(beta * x[0]) * q for q in p)
    return Statement(u, x, (beta, *a, *b), (), "", "u"), a, b, list(categorical(a))


def _constant() -> list[Claim]:
    found = []
    for classes in (2, 3):
        base, _, b, at_zero = _term_of_class(classes)
        beta = base.parameters[0]
        zero = dict.fromkeys(b, 0)
        for s in range(1, classes):
            latex = (
                rf"\frac{{\partial u_{s}}}{{\partial \beta_1}} - \frac{{1}}{{1 - p_{s}(a)}}\,"
                rf"\frac{{\partial u_{s}}}{{\partial b_{s}}} = 0\quad\text{{at }} b = 0"
            )
            statement = Statement(
                base.functions,
                base.inputs,
                base.parameters,
                (
                    Term(sympy.Integer(1), (beta,), s - 1),
                    Term(-1 / (1 - at_zero[s - 1]), (b[s - 1],), s - 1),
                ),
                latex,
                "u",
            )
            found.append(
                Claim(
                    f"M1.K{classes}.s{s}",
                    PAPER,
                    "eq. 3 and 7",
                    rf"At $b = 0$: $\partial u / \partial \beta_1 = C_a\, "
                    rf"\partial u / \partial b_{s}$ at "
                    rf"$Y = {s}$, with $C_a = 1 / (1 - p_{s}(a)) > 0$, where $p(a)$ are the class "
                    rf"probabilities ($K = {classes}$).",
                    HOLDS,
                    "Equation (7), with a constant that depends on a alone.",
                    (relation("the constant, for all a and beta_1", statement, zero),),
                    why=WHY_SECOND,
                    study="multinomial-regime2",
                )
            )
        same = Statement(
            base.functions,
            base.inputs,
            base.parameters,
            (
                Term(sympy.Integer(1), (beta,), classes - 1),
                Term(-1 / (1 - at_zero[0]), (b[0],), classes - 1),
            ),
            rf"\frac{{\partial u_{classes}}}{{\partial \beta_1}} - \frac{{1}}{{1 - p_1(a)}}\,"
            rf"\frac{{\partial u_{classes}}}{{\partial b_1}} = 0\quad\text{{at }} b = 0",
            "u",
        )
        found.append(
            Claim(
                f"M1.K{classes}.last",
                PAPER,
                "eq. 7",
                rf"The relation with $b_1$ and the constant of class 1 holds at the last class too "
                rf"($K = {classes}$), whose own slope is pinned to 0.",
                HOLDS,
                "Equation (7) is printed for every s in [K].",
                (relation("at the last class", same, zero),),
                why=WHY_SECOND,
                study="multinomial-regime2",
            )
        )
    return found


def _interaction(name: str, design: Design) -> Check:
    """Return the test that derivatives by beta_1 and by the slopes are jointly independent."""

    def decide(should_stop: Stop) -> Test:
        own = design.atom
        points: list[Point] = [generic(own, 0, design.specials[0])]
        orders = [[(s,) for s in (*own.gate, *_slopes(own))]]
        family = derivatives(
            term(own), own.inputs, own.parameters, own.latex, points, orders, name="u"
        )
        return independence(name, family, should_stop)

    return Check(decide)


def _jointly() -> list[Claim]:
    found = []
    for classes in (2, 3):
        design = design_of(classes, special=True)
        check = _interaction(
            "derivatives by the gate and by the slopes, all classes at once", design
        )
        found.append(
            Claim(
                f"M2.K{classes}",
                PAPER,
                "eq. 7",
                "At $b = 0$ the derivatives by $\\beta_1$ and by $b_1, \\dots, b_{K-1}$ are "
                f"linearly dependent as functions of $(X, Y)$ jointly ($K = {classes}$).",
                HOLDS,
                "The relation is said to make derivative terms of the expansion dependent.",
                (Check(check.run, "", FAILS),),
                (Check(cone(design).run, "", FAILS),),
                "Dependent to second order: a crowded cell of a constant expert can spread out.",
                WHY_SECOND,
                "multinomial-regime2",
            )
        )
    return found


def _regime_one() -> list[Claim]:
    return [
        Claim(
            f"M3.K{classes}",
            PAPER,
            "§3.1",
            f"In Regime 1 gate and expert do not interact ($K = {classes}$).",
            HOLDS,
            "The relations (7) are no longer valid.",
            (
                _interaction("derivatives by the gate and by the slopes", design_of(classes)),
                for_all.first_order(design_of(classes), own_parts(classes), first_regime(classes)),
            ),
            why=WHY_FIRST,
            study="multinomial-exact",
        )
        for classes in (2, 3)
    ]


def _theorems() -> list[Claim]:
    found = []
    for classes in (2, 3):
        plain = design_of(classes)
        found.append(
            Claim(
                f"M5.K{classes}",
                PAPER,
                "Theorem 3.1",
                rf"In Regime 1 $\mathbb E\, h(g_G, g_{{G_*}}) \gtrsim D_2(G, G_*)$ near $G_*$ "
                rf"($K = {classes}$, $d = 1$, $k_* = 2$).",
                HOLDS,
                "Theorem 3.1 claims it for every measure with at most k atoms.",
                (
                    for_all.cone(plain, own_parts(classes), first_regime(classes)),
                    cone(plain, (0, 1), FEWER),
                ),
                why=WHY_FIRST,
                study="multinomial-exact",
            )
        )
        flat = design_of(classes, special=True)
        found.append(
            Claim(
                f"M6.K{classes}",
                PAPER,
                "Proposition 3.2",
                rf"In Regime 2 $\mathbb E\, V(g_G, g_{{G_*}}) / D_r(G, G_*) \to 0$ along some "
                rf"sequence, for every $r$ ($K = {classes}$).",
                HOLDS,
                "Proposition 3.2 claims it for every exponent r from 1 on.",
                (Check(cone(flat).run, "", FAILS), split(classes)),
                why=WHY_SECOND,
                study="multinomial-regime2",
            )
        )
    for score, mark in (
        ("modified-tanh", "tanh"),
        ("modified-cos", "cos"),
        ("modified-sin", "sin"),
        ("modified-sigmoid", "sigmoid"),
        ("modified-power", "x3"),
        ("modified-log", "log"),
    ):
        for classes in (2, 3):
            found.append(
                Claim(
                    f"M7.{mark}.K{classes}",
                    PAPER,
                    "Theorem 4.4",
                    rf"With $M = {MAPS[mark][0]}$ the bound by $D_2$ holds near $G_*$ for any "
                    rf"values of the experts' slopes ($K = {classes}$, $d = 1$, $k_* = 2$).",
                    HOLDS,
                    "Theorem 4.4, for any b.",
                    (
                        for_all.cone(design_of(classes, score=score), own_parts(classes), READS),
                        cone(design_of(classes, score=score), (0, 1), FEWER),
                    ),
                    why=WHY_MODIFIED,
                    study="multinomial-exact",
                )
            )
    return found


def split(classes: int) -> Check:
    """Return the identity that a constant expert is the mean of two others, for every distance.

    Two atoms that share the gate and half the weight each, with class probabilities p + t v and
    p - t v, where the entries of v add up to 0, have the same density as one atom with p.
    """
    t = sympy.Symbol("t", real=True)
    p = [sympy.Symbol(f"p_{s}", real=True) for s in range(1, classes + 1)]
    v = [sympy.Symbol(f"v_{s}", real=True) for s in range(1, classes + 1)]
    x = inputs(1)
    s = sympy.Symbol("s", real=True)
    each = [
        sympy.exp(s * x[0]) * (((q + t * w) + (q - t * w)) / 2 - q)
        for q, w in zip(p, v, strict=True)
    ]
    statement = Statement(
        tuple(sympy.expand(e, deep=False) for e in each),
        x,
        (s, t, *p, *v),
        (Term(sympy.Integer(1), (), 0),),
        r"e^{s(x)}\left(\tfrac12 (p_y + t v_y) + \tfrac12 (p_y - t v_y) - p_y\right) = 0",
        "u",
    )
    return relation("two atoms whose mean is the constant expert, at every distance t", statement)


def _identifiable() -> list[Claim]:
    found = []
    for key, score, name in (
        ("M8.standard", "linear", "Proposition 2.1"),
        ("M8.modified", "modified-tanh", "Proposition 4.2"),
    ):
        for classes in (2, 3):
            found.append(
                Claim(
                    f"{key}.K{classes}",
                    PAPER,
                    name,
                    rf"$g_G = g_{{G'}}$ implies $G = G'$ for measures with at most $k$ atoms, "
                    rf"locally ($K = {classes}$).",
                    HOLDS,
                    f"{name}, in $\\mathcal O_k(\\Theta)$.",
                    (
                        for_all.first_order(
                            design_of(classes, score=score), own_parts(classes), READS
                        ),
                        Check(cone(design_of(classes, special=True, score=score)).run, REGIME),
                        cone(design_of(classes, score=score), (0, 1), FEWER),
                    ),
                    why="Without it the density's rate says nothing about the parameters.",
                    study="multinomial-exact",
                )
            )
    return found
