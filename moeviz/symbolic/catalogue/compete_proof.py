r"""Claims of `compete`: the independences that the proofs of Theorems 3.2 and K.1 rest on.

With :math:`A_j(X) = 1 + e^{g_j(X)}`, :math:`F_{\rho,j} = A_j\, \partial_g^\rho f(Y | g_j, \nu_j)`
and :math:`H_j = A_j\, p_{G_*}` the proofs use, at a fixed X, that all F and H are independent
functions of Y. As :math:`p_{G_*} = \sum_l F_{0,l} / \sum_l A_l` they never are:
:math:`\sum_j (F_{0,j} - H_j) = 0`, and all H are multiples of one another. Then they use that
functions of X are independent, which is asked about for a softplus unit and for linear experts.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import sympy

from moeviz.symbolic.catalogue.compete import slope_of
from moeviz.symbolic.catalogue.parts import Design, functions, model, plain, relation
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.functions import sigmoid
from moeviz.symbolic.kernel.ground import Log, Number, Point
from moeviz.symbolic.questions.checks import independence
from moeviz.symbolic.questions.claims import GENERIC, Asks, Check, Claim, Complete, Stop
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import RESPONSE, gaussian, inputs
from moeviz.symbolic.reading.families import derivative_latex

HOLDS, FAILS = Answer.HOLDS, Answer.FAILS
PAPER = "compete"
WHY = "Step 3 of the proof of Theorem 3.2: its coefficients can only vanish one by one."
WHY_LINEAR = "Step 3 of the proof of Theorem K.1: its coefficients can only vanish one by one."
SAME = "no two atoms with equal variances whose experts have one value at almost every X"
HIGHEST = 4
"""Order of the derivatives by the expert's value."""

ALL_UNITS = Complete(
    "functions of X of one softplus unit",
    "where the inner weight is not 0, an affine change of X carries inner weight and intercept "
    r"into 1 and 0 and the span of the set into itself; over $\sigma(g)$ the coefficients of "
    r"powers of X and of $\log(1 + e^X)$ are then, with $s = \sigma(X)$ and outer weight w, "
    r"$1 + (1 - s)^w$, $w s$ and $w s + (w^2 - w) s^2$ among others, which are independent unless "
    "w is 0 or 1",
)
ALL_LINES = Complete(
    "functions of X of one linear expert",
    "an affine change of X carries any slope that is not 0, and its intercept, into any other, and "
    "the span of the set into itself, so that one such slope decides for all",
)
"""Why the tests name all special cases."""

Values = Mapping[sympy.Symbol, Number]


def claims() -> list[Claim]:
    """Return the claims on the proofs."""
    return [
        _in_response("K8", "App. L.1", "Theorem 3.2", WHY, "compete-over"),
        _unit(),
        _in_response("K9", "App. L.2", "Theorem K.1", WHY_LINEAR, "compete-exact"),
        *(_linear(d) for d in (1, 2)),
    ]


def _in_response(group: str, where: str, theorem: str, why: str, study: str) -> Claim:
    return Claim(
        f"{group}.y",
        PAPER,
        where,
        r"For almost every X the set $\{F_{\rho,j}, H_j : 0 \leq \rho \leq 4,\ j \in [N_*]\}$ is "
        "linearly independent as functions of Y ($N_* = 2$).",
        HOLDS,
        f"The proof of {theorem} says that it is worth noting.",
        (
            _of_response("all F and H at a fixed X", GENERIC_AT, density=True),
            _tied(),
        ),
        (
            _of_response("all F at a fixed X", GENERIC_AT),
            _of_response("equal variances", {**GENERIC_AT, NU[1]: GENERIC_AT[NU[0]]}),
            _of_response("equal values of the experts", {**GENERIC_AT, MEAN[1]: Log(Fraction(2))}),
            _of_response(
                "equal variances and values of the experts",
                {**GENERIC_AT, MEAN[1]: Log(Fraction(2)), NU[1]: GENERIC_AT[NU[0]]},
                SAME,
            ),
        ),
        r"The same for the $F_{\rho,j}$ alone.",
        why,
        study,
    )


MEAN = sympy.symbols("g_1 g_2", real=True)
NU = sympy.symbols("nu_1 nu_2", real=True)
GENERIC_AT: Values = {
    MEAN[0]: Log(Fraction(2)),
    MEAN[1]: Log(Fraction(3, 2)),
    NU[0]: Fraction(4),
    NU[1]: Fraction(9, 4),
}
"""The experts' values at a fixed X, with rational weights 1 + e^g, and variances."""


def _affinities() -> list[sympy.Expr]:
    return [1 + sympy.exp(g) for g in MEAN]


def _density() -> sympy.Expr:
    """Return the density at a fixed X as a function of Y."""
    above = sum(
        (a * gaussian(g, nu) for a, g, nu in zip(_affinities(), MEAN, NU, strict=True)),
        sympy.Integer(0),
    )
    return above / sum(_affinities(), sympy.Integer(0))


def _of_response(name: str, values: Values, special: str = GENERIC, density: bool = False) -> Check:
    """Return the test that functions of Y at a fixed X are independent."""
    members = [
        (rf"F_{{{order},{j}}}", a * sympy.diff(gaussian(g, nu), g, order))
        for j, (a, g, nu) in enumerate(zip(_affinities(), MEAN, NU, strict=True), start=1)
        for order in range(HIGHEST + 1)
    ]
    if density:
        members += [(f"H_{j}", a * _density()) for j, a in enumerate(_affinities(), start=1)]
    known: Point = dict(values)

    def decide(should_stop: Stop) -> Test:
        family = plain(members, (RESPONSE,), (*MEAN, *NU), known)
        return independence(name, family, should_stop)

    return Check(decide, special)


def _tied() -> Check:
    """Return the relation between F and H that holds at every X, for all parameters."""
    own = [a * gaussian(g, nu) for a, g, nu in zip(_affinities(), MEAN, NU, strict=True)]
    function = sum(own, sympy.Integer(0)) - _density() * sum(_affinities(), sympy.Integer(0))
    statement = Statement(
        (function,),
        (RESPONSE,),
        (*MEAN, *NU),
        (Term(sympy.Integer(1), ()),),
        r"F_{0,1} + F_{0,2} - H_1 - H_2 = 0",
    )
    check = relation("the terms of the atoms add up to those of the density", statement)
    return Check(check.run, GENERIC, FAILS, asks=Asks.RELATION)


def _unit() -> Claim:
    return Claim(
        "K8.x",
        PAPER,
        "App. L.1",
        r"For a softplus unit $1$, $\sigma(g)\,\partial_u g$ and $\sigma(g)\,"
        r"(\partial_u \partial_v g + \partial_u g\, \partial_v g)$, $u \leq v$, are linearly "
        "independent as functions of X ($d = 1$).",
        HOLDS,
        "The proof deduces it from the expert's strong identifiability, that is from the condition "
        "of §3.",
        (
            replace(_of_unit("at a generic unit", {}), search=ALL_UNITS),
            _of_unit("outer weight 0", {"W2": 0}, "no unit with outer weight 0"),
            _of_unit("outer weight 1", {"W2": 1}, "no unit with outer weight 1"),
            _of_unit("outer weight -1", {"W2": -1}, "no unit with outer weight -1"),
            _of_unit("outer weight 2", {"W2": 2}, "no unit with outer weight 2"),
            _of_unit(
                "inner weight 0",
                {"W1_1": 0, "b_1": Log(Fraction(2)), "W2": 2},
                "no unit with inner weight 0",
            ),
            _of_unit("intercept 0", {"b_1": 0}, "no unit with intercept 0"),
        ),
        why=WHY,
        study="compete-over",
    )


def _of_unit(name: str, special: Mapping[str, Number], condition: str = GENERIC) -> Check:
    """Return the test that the coefficients of F_0 in a crowded cell are independent."""

    def decide(should_stop: Stop) -> Test:
        design = Design(model("linear", "softmax", "ffn", hidden=1), 1, (special,))
        atom = design.atom
        g = atom.values[0]
        names = list(atom.own)
        point: Point = {s: v for s, v in design.points(atom)[0].items() if s in names}
        first = {s: slope_of(g, s) for s in names}
        members: list[tuple[str, sympy.Expr]] = [("1", sympy.Integer(1))]
        for s in names:
            members.append(
                (r"\sigma(g)\," + derivative_latex("g", (s,), atom.latex), sigmoid(g) * first[s])
            )
        for u, v in itertools.combinations_with_replacement(names, 2):
            both = derivative_latex("g", (u,), atom.latex) + derivative_latex("g", (v,), atom.latex)
            label = rf"\sigma(g)\left({derivative_latex('g', (u, v), atom.latex)} + {both}\right)"
            value = slope_of(first[u], v) + first[u] * first[v]
            members.append((label, sigmoid(g) * value))
        return independence(name, plain(members, inputs(1), names, point), should_stop)

    return Check(decide, condition)


def _linear(d: int) -> Claim:
    zero: dict[str, Number] = {f"a_{i}": 0 for i in range(1, d + 1)}
    checks = [
        replace(_of_line("at a generic slope", d, {}), search=ALL_LINES),
        _of_line("slope 0", d, zero, "no expert with slope 0"),
    ]
    if d > 1:
        checks.append(_of_line("a slope with an entry 0", d, {"a_1": 0}, "no entry 0 in a slope"))
    return Claim(
        f"K9.d{d}",
        PAPER,
        "App. L.2",
        r"With $S = \sigma(a^\top X + b)$ the set $\{1, X_u, S, X_u S, X_u X_v S : u, v \in [d]\}$ "
        f"is linearly independent as functions of X ($d = {d}$).",
        HOLDS,
        "The proof of Theorem K.1 says so, for every true expert.",
        tuple(checks),
        why=WHY_LINEAR,
        study="compete-exact",
    )


def _of_line(name: str, d: int, special: Mapping[str, Number], condition: str = GENERIC) -> Check:
    """Return the test of the set of one linear expert."""
    x = inputs(d)
    a = [sympy.Symbol(f"a_{i}", real=True) for i in range(1, d + 1)]
    b = sympy.Symbol("b", real=True)
    values: dict[sympy.Symbol, Number] = {
        **dict(zip(a, SLOPES, strict=False)),
        b: Log(Fraction(2)),
    }
    values |= {s: special[s.name] for s in a if s.name in special}
    s = sigmoid(sum((u * e for u, e in zip(a, x, strict=True)), b))
    members: list[tuple[str, sympy.Expr]] = [("1", sympy.Integer(1)), ("S", s)]
    for u, name_of in zip(x, _names(d), strict=True):
        members += [(name_of, u), (f"{name_of} S", u * s)]
    pairs = itertools.combinations_with_replacement(zip(x, _names(d), strict=True), 2)
    members += [(f"{p} {q} S", u * v * s) for (u, p), (v, q) in pairs]
    return functions(name, members, x, (*a, b), values, special=condition)


SLOPES = (Fraction(3, 2), Fraction(-2, 3))
"""A generic slope's entries."""


def _names(d: int) -> Sequence[str]:
    return ["X"] if d == 1 else [f"X_{i}" for i in range(1, d + 1)]
