"""Claims of `sigmoid` on its examples: experts that are identifiable, and experts that are not."""

from __future__ import annotations

from collections.abc import Mapping

from moeviz.symbolic.catalogue import for_all
from moeviz.symbolic.catalogue.for_all import ZERO
from moeviz.symbolic.catalogue.parts import (
    Design,
    cone,
    first,
    literal,
    model,
    moving,
)
from moeviz.symbolic.catalogue.sigmoid import (
    CONE,
    FAILS,
    HOLDS,
    PAPER,
    SPARSE,
    WHY_DENSE,
    WHY_SPARSE,
)
from moeviz.symbolic.questions.claims import Check, Claim

EXAMPLES: tuple[tuple[str, str, dict[str, int]], ...] = (
    ("relu", "scaled-relu", {}),
    ("gelu", "scaled-gelu", {}),
    ("p1", "linear", {}),
    ("p2", "polynomial", {"degree": 2}),
    ("p3", "polynomial", {"degree": 3}),
)
"""The experts of the examples under Definitions 2 and 3: mark, registered name, constants."""


def claims() -> list[Claim]:
    """Return the claims on experts."""
    return [*_strong(), *_not_strong(), *_weak(), *_partial()]


def distinct(score: str, expert: str) -> tuple[str, ...]:
    """Return what must differ between atoms: Definitions 1 and 2 say (A, b, c, eta)."""
    gate = ("A", "b_gate", "c") if score == "quadratic" else ("A", "c")
    return (*gate, "a", "b", *(("lambda",) if expert.startswith("scaled") else ()))


def excluded(mark: str) -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """Return what the examples leave out: alpha = 0 and lambda = 0, but for polynomials."""
    if mark.startswith("p"):
        return {}
    return {"zero slopes and factors, which the example excludes": ({"a": ZERO}, {"lambda": ZERO})}


NOT_ZERO: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "zero intercepts, which the paper excludes": ({"b": ZERO},)
}
"""What is left out where linear experts have an intercept that is not 0."""


def _definition_one(expert: str, d: int, **constants: int) -> tuple[Check, ...]:
    mixture = model("quadratic", "sigmoid", expert, **constants)
    zero = {"A": 0, "b_gate": 0}
    return (
        literal(
            "first set: orders 1 and 2 at A = 0, b = 0",
            Design(mixture, d, (zero, zero)),
            moving(1, 2),
        ),
        literal("second set: first derivatives", Design(mixture, d), first),
    )


def sparse_cone(score: str, expert: str, d: int, **constants: int) -> tuple[Check, ...]:
    """Return the second-order test of a crowded cell of the sparse regime."""
    return (cone(Design(model(score, "sigmoid", expert, **constants), d, (SPARSE, {}))),)


def _strong() -> list[Claim]:
    found = []
    for key, scaled in (("S5", "scaled-"), ("S6", "")):
        for activation in ("relu", "gelu"):
            for d in (1, 2):
                name = activation.upper().replace("RELU", "ReLU")
                factor = r"\lambda" if scaled else ""
                found.append(
                    Claim(
                        f"{key}.{activation}.d{d}",
                        PAPER,
                        "example under Definition 1",
                        rf"${factor}\,\mathrm{{{name}}}(\alpha^\top x + \beta)$ is strongly "
                        f"identifiable (Definition 1, A symmetric, $d = {d}$).",
                        HOLDS,
                        "It can be verified for ReLU and GELU."
                        if scaled
                        else "The example has a factor lambda; without it the question is ours.",
                        _definition_one(scaled + activation, d),
                        sparse_cone("quadratic", scaled + activation, d),
                        CONE,
                        WHY_SPARSE,
                        "sigmoid-sparse",
                    )
                )
    return found


def _not_strong() -> list[Claim]:
    found = []
    for p in (1, 2, 3):
        for d in (1, 2):
            expert, constants = ("linear", {}) if p == 1 else ("polynomial", {"degree": p})
            first_set = _definition_one(expert, d, **constants)[0]
            found.append(
                Claim(
                    f"S7.p{p}.d{d}",
                    PAPER,
                    "§4.1.2",
                    rf"$(\alpha^\top x + \beta)^{p}$ is not strongly identifiable ($d = {d}$).",
                    HOLDS,
                    "Polynomial experts fail to satisfy strong identifiability.",
                    (Check(first_set.run, "", FAILS),),
                    why="Theorem 2: rates slower than any polynomial in the sparse regime.",
                    study="sigmoid-sparse",
                )
            )
    return found


def _weak() -> list[Claim]:
    found = []
    for mark, expert, constants in EXAMPLES:
        for d in (1, 2):
            mixture = model("quadratic", "sigmoid", expert, **constants)
            check = for_all.literal(
                "first derivatives, two atoms",
                Design(mixture, d),
                first,
                distinct("quadratic", expert),
                excluded(mark),
            )
            found.append(
                Claim(
                    f"S8.{mark}.d{d}",
                    PAPER,
                    "example under Definition 2",
                    f"{_expert_words(mark)} is weakly identifiable (Definition 2, A symmetric, "
                    f"$d = {d}$).",
                    HOLDS,
                    "Strongly identifiable experts and polynomials are weakly identifiable.",
                    (check,),
                    (
                        for_all.first_order(
                            Design(mixture, d), distinct("quadratic", expert), excluded(mark)
                        ),
                    )
                    if mark == "relu"
                    else (),
                    "The same modulo the scale of lambda and (alpha, beta), which leaves the "
                    "expert as it is."
                    if mark == "relu"
                    else "",
                    WHY_DENSE,
                    "sigmoid-dense",
                )
            )
    found.append(
        Claim(
            "S8.satisfiable",
            PAPER,
            "Definition 2",
            "Definition 2, with A symmetric, is satisfied by some expert at generic atoms.",
            HOLDS,
            "The example names several.",
            (
                literal(
                    "GELU without a factor", Design(model("quadratic", "sigmoid", "gelu"), 2), first
                ),
            ),
            why=WHY_DENSE,
            study="sigmoid-dense",
        )
    )
    return found


def _expert_words(mark: str) -> str:
    if mark.startswith("p"):
        return rf"$(\alpha^\top x + \beta)^{mark[1:]}$"
    return rf"$\lambda\,\mathrm{{{'ReLU' if mark == 'relu' else 'GELU'}}}(\alpha^\top x + \beta)$"


def _partial() -> list[Claim]:
    found = []
    for mark, expert, constants in EXAMPLES:
        for d in (1, 2):
            mixture = model("partial-quadratic", "sigmoid", expert, **constants)
            zero = {"A": 0}
            words = (
                r"$\alpha^\top x + \beta$ with $\beta \neq 0$"
                if mark == "p1"
                else _expert_words(mark)
            )
            found.append(
                Claim(
                    f"S9.{mark}.d{d}",
                    PAPER,
                    "examples under Definition 3",
                    f"{words} is partial-strongly identifiable (Definition 3, A symmetric, "
                    f"$d = {d}$).",
                    HOLDS,
                    "The examples under Definition 3 say so.",
                    (
                        literal(
                            "first class: orders 1 and 2 at A = 0",
                            Design(mixture, d, (zero, zero)),
                            moving(1, 2),
                        ),
                        literal("second class: first derivatives", Design(mixture, d), first),
                    ),
                    sparse_cone("partial-quadratic", expert, d, **constants),
                    CONE,
                    "Theorem 4 gives the rate $n^{-1/4}$ under the partial score in the sparse "
                    "regime.",
                    "sigmoid-sparse",
                )
            )
    return found
