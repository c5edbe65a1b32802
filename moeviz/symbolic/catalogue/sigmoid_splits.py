r"""Claims of `sigmoid` on the dense regime: what Corollaries 1 and 2 say that a fit tends to.

The best approximation by more than N* atoms is the truth itself where one true atom can be split
in two, under the gate that it has. So these claims ask for such a split, and for the bounds of
Theorems 3 and 5 at it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import sympy

from moeviz.symbolic.catalogue.parts import functions, relation
from moeviz.symbolic.catalogue.sigmoid import FAILS, HOLDS, PAPER
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.kernel.functions import gelu, relu, sigmoid
from moeviz.symbolic.kernel.ground import Log
from moeviz.symbolic.questions.claims import GENERIC, Check, Claim, Complete
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import inputs

SCORES: Mapping[str, str] = {"quadratic": "full", "partial-quadratic": "partial"}
"""Scores, with their mark in an id."""

WHY = (
    "Theorem {theorem} measures fitted atoms against those of the best approximation, so all turns "
    "on which measures these are."
)
AT_THE_TRUTH = (
    "With the split the best approximation is the truth itself: the corollary is then Proposition "
    "{proposition}, with its rate."
)

SAID_FULLY = (
    "Section 3 excludes that two atoms stand for one in the dense regime; Corollary 1 has the fit "
    "tend to the closest function with more than $N^*$ atoms instead."
)
SAID_PARTLY = (
    "Appendix C excludes that the fit tends to the truth in the dense regime; Corollary 2 has it "
    "tend to the closest function with more than $N^*$ atoms instead."
)

ALL = Complete(
    "two GELU atoms for one",
    r"where no slope is 0, the normal distribution functions $\Phi(z)$ of experts z that are not "
    "equal up to sign are algebraically independent over the exponentials and powers of x; so the "
    r"three experts are equal up to sign, and the coefficient of $\Phi$ says "
    r"$\sigma(s_1) + \sigma(s_2) = \sigma(s_*)$; with $u = e^{-s}$ this is "
    r"$1 + 2 u_* + u_* u_1 + u_* u_2 = u_1 u_2$, in which a sum that is not one exponential is one",
)
"""Why a slope of 0 is the only exception."""

_A, _B, _C = sympy.symbols("A b c")
_ALPHA, _BETA, _LAMBDA, _MU, _P, _Q, _E = sympy.symbols("alpha beta lambda mu p q E")
_X = inputs(1)[0]

SPLITS: Mapping[str, tuple[str, str, str]] = {
    "scaled": (
        r"$\lambda\,\phi(\alpha^\top x + \beta)$ with any $\phi$",
        r"\sigma\,(\lambda - \mu)\,\phi + \sigma\,\mu\,\phi - \sigma\,\lambda\,\phi = 0",
        "the factor split in two",
    ),
    "relu": (
        r"$\mathrm{ReLU}(\alpha^\top x + \beta)$",
        r"\sigma\,\mathrm{ReLU}(z/3) + \sigma\,\mathrm{ReLU}(2z/3) - \sigma\,\mathrm{ReLU}(z) = 0",
        "slope and intercept split in two",
    ),
    "linear": (
        r"$\alpha^\top x + \beta$",
        r"\sigma\,(p x + q) + \sigma\,((\alpha - p)\,x + \beta - q) "
        r"- \sigma\,(\alpha x + \beta) = 0",
        "slope and intercept split in two",
    ),
    "p2": (
        r"$(\alpha^\top x + \beta)^2$",
        r"\sigma\,(p z)^2 + \sigma\,(q z)^2 - \sigma\,(\sqrt{p^2 + q^2}\,z)^2 = 0",
        "length of slope and intercept split in two",
    ),
    "p3": (
        r"$(\alpha^\top x + \beta)^3$",
        r"\sigma\,(p z)^3 + \sigma\,(q z)^3 - \sigma\,(\sqrt[3]{p^3 + q^3}\,z)^3 = 0",
        "length of slope and intercept split in two",
    ),
}
"""Experts that can be split: their LaTeX, the identity, and what is split."""


def claims() -> list[Claim]:
    """Return the claims on what a fit tends to."""
    return [*_corollaries()]


def split(mark: str, score: str, special: str = GENERIC, expect: Answer = FAILS) -> Check:
    """Return the test that a split atom has the true atom's function, for all parameters.

    Parameters
    ----------
    mark : str
        A key of :data:`SPLITS`.
    score : str
        "quadratic" or "partial-quadratic".
    special : str
        The condition under which there is no atom to spare.
    expect : Answer
        What a claim needs the test to say.
    """
    _, latex, words = SPLITS[mark]
    gate, parameters = _gate(score)
    parts, symbols = _experts(mark)
    one = sympy.Integer(1)
    terms = tuple(Term(sign * one, (), number) for number, sign in enumerate((1, 1, -1)))
    statement = Statement(
        tuple(gate * part for part in parts), (_X,), (*parameters, *symbols), terms, latex, "F"
    )
    return relation(words, statement, special=special, expect=expect)


def _gate(score: str) -> tuple[sympy.Expr, tuple[sympy.Symbol, ...]]:
    if score == "quadratic":
        return sigmoid(_A * _X**2 + _B * _X + _C), (_A, _B, _C)
    return sigmoid(_A * _X**2 + _C), (_A, _C)


def _experts(mark: str) -> tuple[list[sympy.Expr], tuple[sympy.Symbol, ...]]:
    """Return the experts of the two fitted atoms and of the true one, with their parameters."""
    z = _ALPHA * _X + _BETA
    if mark == "scaled":
        return [(_LAMBDA - _MU) * _E, _MU * _E, _LAMBDA * _E], (_LAMBDA, _MU, _E)
    if mark == "relu":
        return [relu(z / 3), relu(2 * z / 3), relu(z)], (_ALPHA, _BETA)
    if mark == "linear":
        first = _P * _X + _Q
        rest = (_ALPHA - _P) * _X + _BETA - _Q
        return [first, rest, z], (_ALPHA, _BETA, _P, _Q)
    degree = int(mark.removeprefix("p"))
    length = sympy.root(_P**degree + _Q**degree, degree)
    return [(r * z) ** degree for r in (_P, _Q, length)], (_ALPHA, _BETA, _P, _Q)


def _corollaries() -> list[Claim]:
    found = []
    for number, score, corollary, theorem, proposition, f, best, said in (
        ("S20", "quadratic", 1, 3, 1, "f", r"\bar G", SAID_FULLY),
        ("S21", "partial-quadratic", 2, 5, 4, r"\tilde f", r"\bar{\bar G}", SAID_PARTLY),
    ):
        for mark in (*SPLITS, "gelu"):
            latex = SPLITS[mark][0] if mark in SPLITS else r"$\mathrm{GELU}(\alpha^\top x + \beta)$"
            able = mark in SPLITS
            found.append(
                Claim(
                    f"{number}.{mark}",
                    PAPER,
                    f"Corollary {corollary}",
                    rf"${f}_{{{best}}} \neq {f}_{{G_*}}$ in the dense regime: no two atoms have "
                    rf"the function of one whose gate is not constant, under the {_words(score)} "
                    f"score ({latex}, $d = 1$).",
                    HOLDS,
                    said,
                    (split(mark, score),) if able else _unsplit(score),
                    (split(mark, score, expect=HOLDS),) if able else (),
                    AT_THE_TRUTH.format(proposition=proposition) if able else "",
                    WHY.format(theorem=theorem),
                    "dense-over" if score == "quadratic" else "partial-sparse",
                )
            )
    return found


def _words(score: str) -> str:
    return "fully quadratic" if score == "quadratic" else "partially quadratic"


def _unsplit(score: str) -> tuple[Check, ...]:
    """Return the tests that no two GELU atoms are one, at points that could tell otherwise."""
    bent = [_X**2 / 2, _X**2 / 5, -(_X**2)]
    if score == "quadratic":
        bent = [s + b for s, b in zip(bent, (_X / 3, -_X, _X / 7), strict=True)]
    own, other, third = bent
    z, w, v = _X / 2 + Fraction(1, 3), Fraction(1, 5) - _X / 4, 2 * _X / 3 - Fraction(1, 2)
    placed: Sequence[tuple[str, list[sympy.Expr], list[sympy.Expr]]] = (
        ("three gates, three experts", [own, other, third], [z, w, v]),
        ("three gates, one expert", [own, other, third], [z, z, z]),
        ("one gate but for c, three experts", [own, own, own], [z, w, v]),
        ("one gate but for c, opposite experts", [own, own, own], [z, -z, v]),
        ("opposite gates, one expert", [own, -own, other], [z, z, v]),
        ("opposite gates, opposite experts", [own, -own, own], [z, -z, z]),
    )
    checks = []
    c = [sympy.Symbol(f"c{i}") for i in (1, 2, 3)]
    point = dict(zip(c, (Log(Fraction(2)), Log(Fraction(3, 5)), Log(Fraction(7))), strict=True))
    for name, scores, experts in placed:
        members = [
            (f"F_{i}", sigmoid(s + shift) * gelu(e))
            for i, (s, shift, e) in enumerate(zip(scores, c, experts, strict=True), start=1)
        ]
        checks.append(functions(name, members, (_X,), c, point))
    checks[0] = replace(checks[0], search=ALL)
    gate, parameters = _gate(score)
    one = sympy.Integer(1)
    statement = Statement(
        (gate * gelu(_P * _X + _Q),),
        (_X,),
        (*parameters, _P, _Q),
        (Term(one, ()),),
        r"F_1 + F_2 - F_* = F_2 = 0 \quad\text{with } F_1 = F_*",
        "F",
    )
    zero = {_P: 0, _Q: 0}
    checks.append(
        relation("an atom whose expert is zero", statement, zero, "no atom with zero slope", FAILS)
    )
    return tuple(checks)
