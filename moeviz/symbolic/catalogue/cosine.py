"""Claims of `cosine` on definitions: the relation along the ray, identifiable experts."""

from __future__ import annotations

import itertools

import sympy

from moeviz.symbolic.catalogue import for_all
from moeviz.symbolic.catalogue.parts import (
    ConstantExpert,
    Design,
    literal,
    model,
    moving,
    relation,
)
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.questions.claims import Check, Claim
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import dot, inputs, norm

HOLDS, FAILS = Answer.HOLDS, Answer.FAILS
PAPER = "cosine"
DISTINCT = ("a", "b")
"""The experts' parameters, which Definitions 1 and 2 and assumption (A.2) take to be distinct."""
TAU = sympy.Rational(1, 2), sympy.Rational(1, 10)

WHY_RAY = (
    "Theorems 2 and 5 blame this relation for rates slower than any polynomial; it moves a gate's "
    "length, which no data can show."
)
WHY_OVER = "Theorem 4 gives over-specified experts the rate $n^{-1/4}$ if this holds."
WHY_EXACT = "Theorem 6 gives the rate $n^{-1/2}$ in the exact-specified setting."
SPREAD = (
    "What the proof needs: no positive semidefinite second-order coefficients in a crowded cell, "
    "with the gauge fixed; coincidences off the diagonal do no harm."
)

EXPERTS: dict[str, tuple[str, dict[str, int], str]] = {
    "relu": ("relu", {}, r"\mathrm{ReLU}(a^\top x + b)"),
    "tanh": ("tanh", {}, r"\tanh(a^\top x + b)"),
    "gelu": ("gelu", {}, r"\mathrm{GELU}(a^\top x + b)"),
    "p2": ("polynomial", {"degree": 2}, r"(a^\top x + b)^2"),
    "p3": ("polynomial", {"degree": 3}, r"(a^\top x + b)^3"),
    "linear": ("linear", {}, r"a^\top x + b"),
}


def claims() -> list[Claim]:
    """Return the claims on definitions."""
    return [
        *_ray(),
        *_perturbed_ray(),
        *_strong(),
        *_weak(),
    ]


def exponential(d: int, perturbed: bool, tau1: sympy.Expr | None = None) -> Statement:
    """Return H = exp(score) h with h a symbol: any expert at all."""
    x = inputs(d)
    beta = [sympy.Symbol(f"beta1_{i}", real=True) for i in range(1, d + 1)]
    h = sympy.Symbol("h")
    if perturbed:
        first = TAU[0] if tau1 is None else tau1
        s = dot(beta, x) / ((norm(beta) + first) * (norm(x) + TAU[1]))
    else:
        s = dot(beta, x) / (norm(beta) * norm(x))
    return Statement((sympy.exp(s) * h,), x, (*beta, h), (), "", "H")


def contraction(base: Statement, order: int) -> Statement:
    """Return the contraction of all derivatives of an order with as many copies of beta_1."""
    beta = base.parameters[:-1]
    terms = [
        Term(sympy.Mul(*chosen), tuple(chosen)) for chosen in itertools.product(beta, repeat=order)
    ]
    names = ",".join(f"u_{i}" for i in range(1, order + 1))
    factors = "".join(rf"\beta_1^{{(u_{i})}}" for i in range(1, order + 1))
    under = "".join(rf"\partial \beta_1^{{(u_{i})}}" for i in range(1, order + 1))
    power = f"^{order}" if order > 1 else ""
    latex = rf"\sum_{{{names}}} {factors} \frac{{\partial{power} H}}{{{under}}} = 0"
    return Statement(base.functions, base.inputs, base.parameters, tuple(terms), latex, "H")


def _euler(order: int, d: int) -> Check:
    """Return the recurrence that carries the relation from one order to the next.

    With E = sum beta_u d/dbeta_u and T_t the contraction of order t, (E - t) T_t = T_{t+1} for
    every function. Both sides are differential operators of order t + 1 with polynomial
    coefficients, so it is enough that they agree on the monomials of degree up to t + 1; here on
    a polynomial with one free coefficient for each of them.
    """
    beta = [sympy.Symbol(f"beta1_{i}", real=True) for i in range(1, d + 1)]
    degrees = [e for e in itertools.product(range(order + 2), repeat=d) if sum(e) <= order + 1]
    free = [sympy.Symbol(f"q{i}") for i in range(len(degrees))]
    f = sympy.Add(
        *(
            q * sympy.Mul(*(b**n for b, n in zip(beta, e, strict=True)))
            for q, e in zip(free, degrees, strict=True)
        )
    )
    terms: list[Term] = []
    for chosen in itertools.product(beta, repeat=order):
        weight = sympy.Mul(*chosen)
        for u in beta:
            # E acts on weight * d^t f: on the weight it multiplies by t, on f it differentiates.
            terms.append(Term(u * sympy.diff(weight, u), tuple(chosen)))
            terms.append(Term(weight * u, (*chosen, u)))
        terms.append(Term(-order * weight, tuple(chosen)))
    for chosen in itertools.product(beta, repeat=order + 1):
        terms.append(Term(-sympy.Mul(*chosen), tuple(chosen)))
    latex = rf"(E - {order})\,T_{{{order}}} f - T_{{{order + 1}}} f = 0\ \text{{for every }} f"
    x = inputs(1)
    statement = Statement((f,), x, (*beta, *free), tuple(terms), latex, "f")
    return relation(f"the step from order {order} to {order + 1}", statement)


def _ray() -> list[Claim]:
    found = []
    for d in (2, 3):
        base = exponential(d, perturbed=False)
        statement = contraction(base, 1)
        found.append(
            Claim(
                f"C1.d{d}",
                PAPER,
                "eq. 4",
                rf"$\beta_1^\top\, \partial H / \partial \beta_1 = 0$ for the cosine router "
                rf"($d = {d}$), "
                "whatever the expert.",
                HOLDS,
                "Equation (4) is the interaction that the paper blames.",
                (relation("for all parameters", statement),),
                why=WHY_RAY,
                study="cosine-exact",
            )
        )
    for order in (1, 2, 3):
        found.append(
            Claim(
                f"C2.t{order}",
                PAPER,
                "Lemma 3",
                rf"$\sum_{{u_1, \dots, u_t}} \beta_1^{{(u_1)}} \cdots \beta_1^{{(u_t)}}\, "
                r"\partial^t F / \partial \beta_1^{(u_1)} \cdots \partial \beta_1^{(u_t)} = 0$ "
                f"for $t = {order}$.",
                HOLDS,
                "Lemma 3, for every t.",
                tuple(
                    relation(f"d = {d}", contraction(exponential(d, perturbed=False), order))
                    for d in (2, 3)
                ),
                why=WHY_RAY,
                study="cosine-exact",
            )
        )
    found.append(
        Claim(
            "C2.all",
            PAPER,
            "Lemma 3",
            "The same for every $t$: from $E F = 0$ with "
            "$E = \\beta_1^\\top \\partial_{\\beta_1}$, since "
            "$(E - t)\\,T_t = T_{t+1}$ for the contraction $T_t$ of every function.",
            HOLDS,
            "Lemma 3, by induction.",
            (
                relation("t = 1", contraction(exponential(2, perturbed=False), 1)),
                *(_euler(order, 2) for order in (1, 2, 3)),
            ),
            why=WHY_RAY,
            study="cosine-exact",
        )
    )
    return found


def _perturbed_ray() -> list[Claim]:
    found = []
    for d in (2, 3):
        statement = contraction(exponential(d, perturbed=True), 1)
        broken = relation("the relation of the plain router", statement, expect=FAILS)
        found.append(
            Claim(
                f"C3.d{d}",
                PAPER,
                "§3, under eq. 8",
                rf"$\beta_1^\top\, \partial \widetilde H / \partial \beta_1 \neq 0$ for the "
                f"perturbed cosine router ($d = {d}$).",
                HOLDS,
                "By it the interaction does not occur.",
                (broken,),
                why=WHY_EXACT,
                study="cosine-exact",
            )
        )
    return found


def design_of(expert: str, d: int, atoms: int = 2, score: str = "perturbed-cosine") -> Design:
    """Return atoms of a softmax gate over one of the named experts."""
    name, constants, _ = EXPERTS[expert]
    return Design(model(score, "softmax", name, **constants), d, ({},) * atoms)


def _strong() -> list[Claim]:
    found = []
    for expert, (_, _, latex) in EXPERTS.items():
        for d in (1, 2):
            design = design_of(expert, d)
            check = for_all.literal("orders 0, 1 and 2, two atoms", design, moving(0, 2), DISTINCT)
            if expert == "linear":
                found.append(
                    Claim(
                        f"C4.linear.d{d}",
                        PAPER,
                        "example under Definition 1",
                        f"The linear expert is not strongly identifiable ($d = {d}$).",
                        HOLDS,
                        "The example says so.",
                        (Check(check.run, "", FAILS),),
                        why=WHY_OVER,
                        study="cosine-over",
                    )
                )
                continue
            found.append(
                Claim(
                    f"C4.{expert}.d{d}",
                    PAPER,
                    "Definition 1 and its example",
                    f"${latex}$ is strongly identifiable ($d = {d}$).",
                    HOLDS,
                    "The example says so."
                    if expert != "gelu"
                    else "§1 names feed-forward networks with "
                    "GELU; neither the example nor Table 1 does.",
                    (check,),
                    (for_all.cone(design, DISTINCT),),
                    SPREAD,
                    WHY_OVER,
                    "cosine-over",
                )
            )
    return found


def _weak() -> list[Claim]:
    found = []
    for expert, (_, _, latex) in EXPERTS.items():
        for d in (1, 2):
            design = design_of(expert, d)
            found.append(
                Claim(
                    f"C5.{expert}.d{d}",
                    PAPER,
                    "Definition 2 and its example",
                    f"${latex}$ is weakly identifiable ($d = {d}$).",
                    HOLDS,
                    "The example names ReLU, tanh and every power.",
                    (for_all.literal("orders 0 and 1, two atoms", design, moving(0, 1), DISTINCT),),
                    (for_all.first_order(design, DISTINCT),),
                    "What the exact-specified proof needs: first derivatives of the whole model, "
                    "independent modulo the gauge. The order 0 is a change of mass, which a "
                    "softmax gate's denominator tells from a change of the expert.",
                    WHY_EXACT,
                    "cosine-exact",
                )
            )
    constant = Design(model("perturbed-cosine", "softmax", ConstantExpert()), 2)
    check = literal("orders 0 and 1, two atoms", constant, moving(0, 1))
    found.append(
        Claim(
            "C5.constant",
            PAPER,
            "example under Definition 2",
            "The constant expert is not weakly identifiable.",
            HOLDS,
            "The example says so.",
            (Check(check.run, "", FAILS),),
            why=WHY_EXACT,
            study="cosine-exact",
        )
    )
    return found
