"""Claims of `cosine` on theorems: identifiability, lower bounds, slow sequences."""

from __future__ import annotations

import sympy

from moeviz.symbolic.catalogue import for_all
from moeviz.symbolic.catalogue.cosine import (
    DISTINCT,
    EXPERTS,
    FAILS,
    HOLDS,
    PAPER,
    WHY_EXACT,
    WHY_OVER,
    WHY_RAY,
    contraction,
    design_of,
    exponential,
)
from moeviz.symbolic.catalogue.parts import (
    Design,
    DirectionScore,
    cone,
    first_order,
    model,
    pinned,
    relation,
)
from moeviz.symbolic.certificates.report import Test
from moeviz.symbolic.questions.checks import gauge_test
from moeviz.symbolic.questions.claims import Check, Claim, Stop
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import dot, inputs, norm

GAUGE = (
    "The same with the last atom's whole gate pinned: the perturbed cosine score has one vector of "
    "gauge, since a common move of all $u = \\beta_1 / (\\|\\beta_1\\| + \\tau_1)$ is invisible."
)


def claims() -> list[Claim]:
    """Return the claims on theorems."""
    return [*_identifiable(), *_bounds(), *_sequences()]


def _identifiable() -> list[Claim]:
    found = []
    for expert in ("relu", "tanh"):
        design = design_of(expert, 2)
        name, constants, latex = EXPERTS[expert]
        zero = Design(
            model(DirectionScore(), "softmax", name, **constants), 2, ({"u": 0}, {"u": 0})
        )
        found.append(
            Claim(
                f"C6.{expert}",
                PAPER,
                "Proposition 1",
                rf"The perturbed model with ${latex}$ is identifiable with $\beta_{{0k}} = 0$ "
                "($d = 2$, $k = 2$, locally).",
                HOLDS,
                "Proposition 1 claims it for every measure.",
                (pinned("first derivatives, last offset pinned", design),),
                (
                    for_all.first_order(design, DISTINCT),
                    first_order(zero, "no two gates that are zero"),
                ),
                GAUGE,
                WHY_EXACT,
                "cosine-exact",
            )
        )
    found += _up_to_scale()
    return found


def _up_to_scale() -> list[Claim]:
    """Return C7: two routers whose directions turn together, or are reflected."""
    x = inputs(2)
    one = [sympy.Symbol(f"p_{i}", real=True) for i in (1, 2)]
    two = [sympy.Symbol(f"r_{i}", real=True) for i in (1, 2)]

    def score(beta: list[sympy.Symbol], sign: int = 1) -> sympy.Expr:
        return sign * dot(beta, x) / (norm(beta) * norm(x))

    difference = (score(one) - score(two)) - (score(two, -1) - score(one, -1))
    mirrored = Statement(
        (difference,),
        x,
        (*one, *two),
        (Term(sympy.Integer(1), ()),),
        r"(s(\beta_{11}) - s(\beta_{12})) - (s(-\beta_{12}) - s(-\beta_{11})) = 0",
        "\\Delta s",
    )
    note = "It is assumed as (A.3), with scale left open."
    return [
        Claim(
            "C7.k2.d2",
            PAPER,
            "assumption A.3",
            r"The cosine model with two atoms is identifiable up to scale with $\beta_{0k} = 0$ "
            "($d = 2$).",
            HOLDS,
            note,
            (
                relation(
                    "the gates (beta_1, beta_2) and (-beta_2, -beta_1) differ by the same score",
                    mirrored,
                    expect=FAILS,
                ),
                first_order(design_of("tanh", 2, 2, "cosine")),
            ),
            (for_all.first_order(design_of("tanh", 2, 2, "cosine"), DISTINCT),),
            "Up to scale and one reflection, which is no small move: locally.",
            WHY_RAY,
            "cosine-exact",
        ),
        Claim(
            "C7.k3.d2",
            PAPER,
            "assumption A.3",
            r"The same with three atoms in two dimensions, locally: nothing but the lengths and "
            "one constant is left open.",
            HOLDS,
            note,
            (_lengths_only(design_of("tanh", 2, 3, "cosine"), 3 + 1),),
            why=WHY_RAY,
            study="cosine-exact",
        ),
        Claim(
            "C7.k2.d3",
            PAPER,
            "assumption A.3",
            "The same with two atoms in three dimensions, locally.",
            HOLDS,
            note,
            (_lengths_only(design_of("tanh", 3, 2, "cosine"), 2 + 1),),
            (for_all.first_order(design_of("tanh", 3, 2, "cosine"), DISTINCT),),
            "Up to scale and the rotations about the difference of the two directions.",
            WHY_RAY,
            "cosine-exact",
        ),
    ]


def _lengths_only(design: Design, expected: int) -> Check:
    """Return the test that the gauge has as many directions as lengths and one constant."""

    def decide(should_stop: Stop) -> Test:
        own = design.atom
        return gauge_test(own, design.points(own), expected, design.support, should_stop)

    return Check(decide)


def _bounds() -> list[Claim]:
    found = []
    for expert, (_, _, latex) in EXPERTS.items():
        design = design_of(expert, 2)
        every = cone(design, (0, 1), special="fewer than two fitted atoms in some cell (k < 2k*)")
        found.append(
            Claim(
                f"C8.over.{expert}",
                PAPER,
                "Theorem 4",
                rf"$\|g_G - g_{{G_*}}\| \gtrsim \mathcal L_2(G, G_*)$ near $G_*$, gauge fixed, "
                f"with ${latex}$ ($d = 2$, $k_* = 2$).",
                HOLDS if expert != "linear" else FAILS,
                "Theorem 4, for strongly identifiable experts."
                if expert != "linear"
                else "Table 1: slower than any polynomial.",
                (for_all.cone(design, DISTINCT), every) if expert != "linear" else (cone(design),),
                why=WHY_OVER,
                study="cosine-over",
            )
        )
    for expert in ("relu", "tanh", "p2", "linear"):
        design = design_of(expert, 2)
        found.append(
            Claim(
                f"C8.exact.{expert}",
                PAPER,
                "Theorem 6",
                rf"$\|g_G - g_{{G_*}}\| \gtrsim \mathcal L_3(G, G_*)$ near $G_*$ with "
                rf"${EXPERTS[expert][2]}$ "
                r"and only $\beta_{0k}$ pinned ($d = 2$, $k = 2$).",
                HOLDS,
                "Theorem 6, for weakly identifiable experts.",
                (pinned("first derivatives, last offset pinned", design),),
                (for_all.first_order(design, DISTINCT),),
                GAUGE,
                WHY_EXACT,
                "cosine-exact",
            )
        )
    flat = Design(model("perturbed-cosine", "softmax", "tanh", tau2=0.0), 2)
    found.append(
        Claim(
            "C8.tau2",
            PAPER,
            "eq. 8, Theorem 4",
            r"$\tau_2 > 0$ is needed: with $\tau_2 = 0$ the bound of Theorem 4 fails for tanh "
            r"($d = 2$).",
            HOLDS,
            "Equation (8) asks for both to be positive.",
            (Check(cone(flat).run, "", FAILS),),
            why=WHY_OVER,
            study="cosine-over",
        )
    )
    return found


def _sequences() -> list[Claim]:
    found = []
    for key, name, crowd in (
        ("C9.exact", "Theorem 5", "exact-specified"),
        ("C9.over", "Theorem 2", "over-specified"),
    ):
        design = design_of("tanh", 2, 2, "cosine")
        if key == "C9.exact":
            check = pinned("first derivatives, last offset pinned", design)
        else:
            check = cone(design, quotient=False)
        found.append(
            Claim(
                key,
                PAPER,
                name,
                r"$\inf \|f_G - f_{G_*}\| / \mathcal L_{1,r}(G, G_*) \to 0$ for the cosine "
                f"router in the {crowd} setting, gauge left open.",
                HOLDS,
                f"{name}, by sequences that use Lemma 3.",
                (
                    Check(check.run, "", FAILS),
                    relation(
                        "the function stands still along the ray",
                        contraction(exponential(2, perturbed=False), 1),
                    ),
                ),
                why=WHY_RAY,
                study="cosine-exact",
            )
        )
    design = design_of("tanh", 2, 2, "cosine")
    found.append(
        Claim(
            "C9.gauge",
            PAPER,
            "Theorems 2 and 5",
            "The ratio goes to 0 also after the gauge is fixed: for tanh experts the slow rate is "
            "more than the unseen length ($d = 2$, $k_* = 2$).",
            HOLDS,
            "The theorems speak of all experts, with the length inside the loss.",
            (
                Check(first_order(design).run, "", FAILS),
                Check(cone(design).run, "", FAILS),
            ),
            why=WHY_RAY,
            study="cosine-exact",
        )
    )
    return found
