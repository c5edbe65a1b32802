"""Claims of `sigmoid` on theorems: lower bounds, identifiability, sums of sigmoids."""

from __future__ import annotations

import time
from fractions import Fraction

import sympy

from moeviz.symbolic.catalogue import for_all
from moeviz.symbolic.catalogue.parts import Design, cone, functions, model
from moeviz.symbolic.catalogue.sigmoid import (
    FAILS,
    HOLDS,
    PAPER,
    SPARSE,
    WHY_SPARSE,
)
from moeviz.symbolic.catalogue.sigmoid_experts import distinct, sparse_cone
from moeviz.symbolic.certificates.report import Step, Test
from moeviz.symbolic.kernel.balls import ball
from moeviz.symbolic.kernel.functions import sigmoid
from moeviz.symbolic.kernel.ground import Log
from moeviz.symbolic.questions.claims import Asks, Check, Claim
from moeviz.symbolic.reading.expressions import inputs


def claims() -> list[Claim]:
    """Return the claims on theorems."""
    return [*_bounds(), *_two_sigmoids()]


def _bounds() -> list[Claim]:
    found = []
    for expert in ("scaled-relu", "scaled-gelu", "relu", "gelu"):
        for d in (1, 2):
            found.append(
                Claim(
                    f"S10.{expert}.d{d}",
                    PAPER,
                    "Theorem 1",
                    r"$\|f_G - f_{G_*}\|_{L^2(\mu)} \gtrsim \mathcal{L}_1(G, G_*)$ near $G_*$ "
                    f"with a crowded cell at $A = 0$, $b = 0$ ({_printed(expert)}, $d = {d}$).",
                    HOLDS,
                    "Theorem 1, for strongly identifiable experts.",
                    sparse_cone("quadratic", expert, d),
                    (
                        for_all.cone(
                            Design(model("partial-quadratic", "sigmoid", expert), d, (SPARSE, {})),
                            tuple(n for n in distinct("partial", expert) if n != "c"),
                        ),
                    ),
                    "The same with the partially quadratic score (Theorem 4).",
                    WHY_SPARSE,
                    "sigmoid-sparse",
                )
            )
    for expert in ("scaled-gelu", "gelu", "linear"):
        mixture = model("quadratic", "sigmoid", expert)
        found.append(
            Claim(
                f"S11.{expert}",
                PAPER,
                "Proposition 2",
                rf"$f_G = f_{{G_*}}$ implies $G = G_*$, locally ({_printed(expert)}, $d = 1$).",
                HOLDS,
                "Proposition 2 claims it for every measure.",
                (
                    # The atoms of a measure are (A, b, eta); c is their weight.
                    for_all.first_order(
                        Design(mixture, 1),
                        tuple(name for name in distinct("quadratic", expert) if name != "c"),
                    ),
                    cone(
                        Design(mixture, 1, (SPARSE, {})),
                        special="no crowded cell with A = 0 and b = 0",
                    ),
                ),
                why="Without it no rate of the parameters has a meaning.",
                study="sigmoid-dense",
            )
        )
    for p in (1, 2, 3):
        expert, constants = ("linear", {}) if p == 1 else ("polynomial", {"degree": p})
        found.append(
            Claim(
                f"S13.p{p}",
                PAPER,
                "Theorem 2, Lemma 2",
                rf"With experts $(\alpha^\top x + \beta)^{p}$ some sequence has "
                r"$\|f_G - f_{G_*}\| / \mathcal{L}_{2,r}(G, G_*) \to 0$ in the sparse regime.",
                HOLDS,
                "Lemma 2, for every $r \\geq 1$.",
                (Check(sparse_cone("quadratic", expert, 1, **constants)[0].run, "", FAILS),),
                why="Theorem 2: rates slower than any polynomial.",
                study="sigmoid-sparse",
            )
        )
    return found


def _printed(expert: str) -> str:
    plain = expert.removeprefix("scaled-").replace("relu", "ReLU").replace("gelu", "GELU")
    return ("λ" if expert.startswith("scaled-") else "") + plain


def _two_sigmoids() -> list[Claim]:
    x = inputs(1)
    s = Fraction(1, 2) * x[0] ** 2 + x[0] / 3
    other = x[0] ** 2 / 5 - x[0]
    third = -(x[0] ** 2) + x[0] / 7

    def sum_of(name: str, scores: list[sympy.Expr], special: str = "") -> Check:
        logs = [sympy.Rational(2), sympy.Rational(3, 5), sympy.Rational(7)]
        c = [sympy.Symbol(f"c{i}") for i in (1, 2, 3)]
        point = {s: Log(Fraction(int(v.p), int(v.q))) for s, v in zip(c, logs, strict=True)}
        members = [
            (rf"\sigma_{i}", sigmoid(e + shift))
            for i, (e, shift) in enumerate(zip(scores, c, strict=True), start=1)
        ]
        return functions(name, members, x, c, point, special=special)

    return [
        Claim(
            "S12.dense",
            PAPER,
            "§3, App. B.5",
            r"$\sigma_1 + \sigma_2 = \sigma_*$ is possible only if $A_* = 0$ and $b_* = 0$.",
            HOLDS,
            "This divides the sparse from the dense regime.",
            (
                sum_of("three different scores", [s, other, third]),
                sum_of("two equal scores", [s, s, other]),
                sum_of("all scores equal but for c", [s, s, s]),
                sum_of("an opposite score", [s, -s, other]),
                sum_of("an opposite score, and the same again", [s, -s, s]),
                sum_of("one constant gate", [s, 0 * s, other]),
                sum_of("one constant gate, equal scores", [s, 0 * s, s]),
            ),
            why="In the dense regime an over-specified model is misspecified.",
            study="sigmoid-dense",
        ),
        Claim(
            "S12.limit",
            PAPER,
            "App. B.5, Proposition 3",
            r"The second sigmoid vanishes in the limit when $c_2 \to +\infty$.",
            HOLDS,
            r"Proposition 3 says that $c_2^* = +\infty$.",
            (Check(lambda should_stop: _limit(1), asks=Asks.VALUE),),
            (Check(lambda should_stop: _limit(-1), asks=Asks.VALUE),),
            r"The same with $c_2 \to -\infty$.",
            "In the dense regime an over-specified model is misspecified.",
            "sigmoid-dense",
        ),
    ]


def _limit(sign: int) -> Test:
    """Test whether sigma(c) is below every bound for large c of one sign."""
    start = time.perf_counter()
    value = 1 / (1 + (-ball(100 * sign)).exp())
    small = bool(value < ball(Fraction(1, 10**6)))
    enclosure = value.str(8)
    words = f"sigma({100 * sign}) is {enclosure}, and sigma is monotone."

    return Test(
        f"sigma(c) is near 0 for c = {100 * sign}",
        HOLDS if small else FAILS,
        "",
        {
            "kind": "value",
            "latex": rf"\sigma({100 * sign})",
            "value": enclosure,
            "symbols": {"inputs": [], "parameters": []},
            "enclosures": [{"formula": f"sigmoid({100 * sign})", "inputs": {}, "value": enclosure}],
        },
        (Step("Enclose the value", (words,)),),
        time.perf_counter() - start,
    )
