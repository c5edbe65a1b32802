"""Claims of `compete`: routing by competition."""

from __future__ import annotations

import itertools
from dataclasses import replace

import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.catalogue import for_all
from moeviz.symbolic.catalogue.parts import (
    Design,
    Special,
    cone,
    model,
    plain,
    relation,
)
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.functions import sigmoid, softplus
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.kernel.tower import Tower
from moeviz.symbolic.questions.checks import independence
from moeviz.symbolic.questions.claims import Check, Claim, Stop
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import Atom, inputs
from moeviz.symbolic.reading.families import derivative_latex, derivatives, expansion, term, up_to
from moeviz.symbolic.reading.points import generic

HOLDS, FAILS = Answer.HOLDS, Answer.FAILS
PAPER = "compete"
UNIT = ("W1_1", "b_1", "W2", "nu")
LINEAR = ("a", "b", "nu")
FEWER = "fewer than two fitted atoms in some cell (N < 2N*)"
WHY = (
    "Theorem 3.2 gives $n^{-1/2}$ for exact-specified and $n^{-1/4}$ for over-specified parameters."
)
WHY_LINEAR = (
    "Theorem K.1 gives the same rates with linear experts, whose cells need $n^{-1/8}$ otherwise."
)


def claims() -> list[Claim]:
    """Return the paper's claims."""
    return [*_condition(), *_experts(), *_bounds(), *_biases(), *_without()]


def _family(
    expert: str, d: int, ordered: bool, special: Special | None = None, /, **constants: int
) -> Family:
    """Return first, second derivatives and products of first ones, as §3 lists them.

    Every function is the derivative of one sum by a dummy coefficient, so that the family is
    built like all others.
    """
    own = model("linear", "softmax", expert, **constants)
    design = Design(own, d, (special or {},))
    atom = design.atom
    g = atom.values[0]
    point: Point = {s: v for s, v in generic(atom, 0, special).items() if s in atom.own}
    names = list(atom.own)
    members: list[tuple[str, sympy.Expr]] = []
    pairs = list(
        itertools.product(names, repeat=2)
        if ordered
        else itertools.combinations_with_replacement(names, 2)
    )
    first = {s: slope_of(g, s) for s in names}
    for s in names:
        members.append((derivative_latex("g", (s,), atom.latex), first[s]))
    for u, v in pairs:
        members.append((derivative_latex("g", (u, v), atom.latex), slope_of(first[u], v)))
    for u, v in pairs:
        label = derivative_latex("g", (u,), atom.latex) + derivative_latex("g", (v,), atom.latex)
        members.append((label, first[u] * first[v]))
    return plain(members, inputs(d), names, point)


def slope_of(g: sympy.Expr, by: sympy.Symbol) -> sympy.Expr:
    """Return a derivative as a formula in the known functions."""
    result = sympy.Integer(0)
    for piece in sympy.Add.make_args(g):
        for position, factor in enumerate(sympy.Mul.make_args(piece)):
            others = sympy.Mul(
                *(f for i, f in enumerate(sympy.Mul.make_args(piece)) if i != position)
            )
            if not factor.has(by):
                continue
            if factor.func is softplus:
                inner = sigmoid(factor.args[0]) * sympy.diff(factor.args[0], by)
            elif factor.func is sigmoid:
                inner = (factor - factor**2) * sympy.diff(factor.args[0], by)
            elif factor.is_Pow and factor.base.func is sigmoid:
                inner = factor.exp * factor.base ** (factor.exp - 1) * slope_of(factor.base, by)
            elif factor.is_polynomial(by):
                inner = sympy.diff(factor, by)
            else:
                raise FormulaError(f"Expected softplus units, but got {factor}.")
            result += others * inner
    return sympy.expand(result)


def _independent(
    name: str, expert: str, d: int, ordered: bool, expect: Answer = HOLDS, /, **constants: int
) -> Check:
    def decide(should_stop: Stop) -> Test:
        return independence(name, _family(expert, d, ordered, **constants), should_stop)

    return Check(decide, "", expect)


def _condition() -> list[Claim]:
    return [
        Claim(
            f"K1.{expert}",
            PAPER,
            "§3",
            "The algebraic independence condition as written, with coefficients for all ordered "
            rf"pairs $1 \leq u, v \leq d_2$, can be satisfied ({words}, $d = 1$).",
            HOLDS,
            "It is said to hold for feed-forward networks.",
            (_independent("all ordered pairs", expert, 1, True, **constants),),
            (_independent("each pair once", expert, 1, False, **constants),),
            r"Each pair once, $u \leq v$.",
            WHY,
            "compete-over",
        )
        for expert, words, constants in (("ffn", "two softplus units", {"hidden": 2}),)
    ]


def _experts() -> list[Claim]:
    found = []
    for hidden in (1, 2):
        for d in (1, 2):
            if hidden == 2 and d == 2:
                continue
            found.append(
                Claim(
                    f"K2.h{hidden}.d{d}",
                    PAPER,
                    "§3",
                    r"$W_2^\top\,\mathrm{softplus}(W_1^\top x + b)$ satisfies the condition, "
                    f"each pair once ({hidden} unit{'s' if hidden > 1 else ''}, $d = {d}$).",
                    HOLDS,
                    "It can be verified, the paper says.",
                    (_independent("each pair once", "ffn", d, False, hidden=hidden),),
                    (
                        for_all.cone(
                            Design(
                                model("competition", "softmax", "ffn", "gaussian", hidden=hidden), 1
                            ),
                            UNIT,
                        ),
                    )
                    if d == 1 and hidden == 1
                    else (),
                    "What Theorem 3.2 needs: no crowded cell can spread out."
                    if d == 1 and hidden == 1
                    else "",
                    WHY,
                    "compete-over",
                )
            )
    found.append(
        Claim(
            "K3",
            PAPER,
            "§3",
            "Linear experts do not satisfy the condition.",
            HOLDS,
            "They do not meet it.",
            (
                _independent("each pair once", "linear", 1, False, FAILS),
                _independent("each pair once, d = 2", "linear", 2, False, FAILS),
            ),
            why=WHY_LINEAR,
            study="compete-exact",
        )
    )
    return found


def _bounds() -> list[Claim]:
    ffn = model("competition", "softmax", "ffn", "gaussian", hidden=1)
    linear = model("competition", "softmax", "linear", "gaussian")
    return [
        Claim(
            "K4",
            PAPER,
            "Theorem 3.2",
            r"$\mathbb E\, V(p_G, p_{G_*}) \gtrsim \mathcal L_1(G, G_*)$ near $G_*$ for a "
            "softplus unit ($d = 1$, $N_* = 2$, with the weights of eq. 9).",
            HOLDS,
            "Theorem 3.2 claims it for every measure with at most N atoms.",
            (
                for_all.first_order(Design(ffn, 1), UNIT),
                for_all.cone(Design(ffn, 1), UNIT),
                cone(
                    Design(ffn, 1, ({"W2": 0}, {})),
                    special="no unit with outer weight 0",
                    quotient=False,
                ),
            ),
            why=WHY,
            study="compete-over",
        ),
        Claim(
            "K5",
            PAPER,
            "Theorem K.1",
            r"The same for linear experts ($d = 1$, $N_* = 2$).",
            HOLDS,
            "Theorem K.1, for all parameters.",
            (
                for_all.first_order(Design(linear, 1), LINEAR),
                for_all.cone(Design(linear, 1), LINEAR),
                cone(Design(linear, 1), (0, 1), FEWER),
            ),
            why=WHY_LINEAR,
            study="compete-exact",
        ),
    ]


def _biases() -> list[Claim]:
    def decide(should_stop: Stop) -> Test:
        own = Design(model("competition-bare", "softmax", "linear", "gaussian"), 1, ({}, {}, {}))
        atom = own.atom
        # Two true atoms and a third point for the atom to spare: the terms Q_1 and Q_3 must be
        # able to cancel for a third atom to be invisible (Q_1 + Q_2 = 0 always).
        points: list[Point] = [{**point, atom.offset: 0} for point in own.points(atom)]
        family = _spare(atom, points)
        return independence("the terms of a true atom and of an atom to spare", family, should_stop)

    return [
        Claim(
            "K6",
            PAPER,
            "eq. 6 and 9",
            "Model (6), which has no biases, represents the truth with its own atoms and one to "
            r"spare, as loss (9) with $\exp(c_i)$ supposes ($N = N_* + 1$, linear experts).",
            HOLDS,
            "A mixture of N > N* experts is fitted.",
            (Check(decide, "", FAILS),),
            (_shared_weight(),),
            r"With biases two copies share an atom's weight: $e^{c_1} + e^{c_2} = e^{c}$.",
            WHY,
            "compete-exact",
        )
    ]


def _shared_weight() -> Check:
    """Return the identity by which two copies of an atom share its weight."""
    x = inputs(1)
    h, share, c = sympy.symbols("h share c", real=True)
    each = sympy.exp(c) * (1 + sympy.exp(h * x[0]))
    function = sympy.Add(share * each, (1 - share) * each, -each, evaluate=False)
    statement = Statement(
        (function,),
        x,
        (h, share, c),
        (Term(sympy.Integer(1), ()),),
        r"s\, e^{c} (1 + e^{h(x)}) + (1 - s)\, e^{c} (1 + e^{h(x)}) - e^{c} (1 + e^{h(x)}) = 0",
    )
    return relation("two copies with biases c + log s and c + log(1 - s)", statement)


def _spare(atom: Atom, points: list[Point]) -> Family:
    """Return the terms of one true atom and of a spare one, in the model of the first two."""
    first = expansion(atom, points[:2], [[()], [()]])
    tower: Tower = first.tower
    third = {**first.points[0], **points[2]}
    members = [first.members[0], replace(first.members[0], atom=1, label="Q_{3}")]
    return Family(tower, [first.points[0], third], members, first.support, True, first.functions)


def _without() -> list[Claim]:
    gaussian = Design(model("linear", "softmax", "linear", "gaussian"), 1)

    def second(should_stop: Stop) -> Test:
        atom = gaussian.atom
        family = derivatives(
            term(atom),
            atom.inputs,
            atom.parameters,
            atom.latex,
            gaussian.points(atom)[:1],
            [up_to(atom.moving, 1, 2)],
            name="u",
        )
        return independence("first and second derivatives of one atom", family, should_stop)

    return [
        Claim(
            "K7",
            PAPER,
            "§3, App. K",
            "Without competition, softmax-gated linear Gaussian experts interact: their "
            "derivatives up to order 2 are dependent, and a crowded cell can spread out.",
            HOLDS,
            r"Their cells of two atoms have the rate $n^{-1/8}$.",
            (Check(second, "", FAILS), Check(cone(gaussian).run, "", FAILS)),
            why=WHY_LINEAR,
            study="gaussian-over",
        )
    ]
