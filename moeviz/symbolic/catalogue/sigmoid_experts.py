"""Claims of `sigmoid` on its examples: experts that are identifiable, and experts that are not."""

from __future__ import annotations

from fractions import Fraction

from moeviz.symbolic.catalogue.parts import (
    Design,
    cone,
    first,
    first_order,
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
from moeviz.symbolic.claims import Check, Claim
from moeviz.symbolic.ground import Log

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
                    (Check(first_set.decide, "", FAILS),),
                    why="Theorem 2: rates slower than any polynomial in the sparse regime.",
                    study="sigmoid-sparse",
                )
            )
    return found


def _weak() -> list[Claim]:
    found = []
    zero = {"A": 0, "b_gate": 0}
    for mark, expert, constants in EXAMPLES:
        for d in (1, 2):
            mixture = model("quadratic", "sigmoid", expert, **constants)
            mirrored = Design(mixture, d, ({}, {}), ("-A", "-b_gate"))
            checks = [
                literal("first derivatives, generic atoms", Design(mixture, d), first),
                literal(
                    "two atoms that differ only in c",
                    Design(
                        mixture,
                        d,
                        ({}, {"c": Log(Fraction(5))}),
                        ("A", "b_gate", "a", "b", "lambda"),
                    ),
                    first,
                    "no two atoms that differ only in c",
                ),
                literal(
                    "a constant gate",
                    Design(mixture, d, (zero, {})),
                    first,
                    "no gate with A = 0 and b = 0",
                ),
                literal(
                    "opposite gates",
                    opposite(mirrored),
                    first,
                    "no two gates with opposite scores",
                ),
            ]
            found.append(
                Claim(
                    f"S8.{mark}.d{d}",
                    PAPER,
                    "example under Definition 2",
                    f"{_expert_words(mark)} is weakly identifiable (Definition 2, A symmetric, "
                    f"$d = {d}$).",
                    HOLDS,
                    "Strongly identifiable experts and polynomials are weakly identifiable.",
                    tuple(checks),
                    (first_order(Design(mixture, d)),) if mark == "relu" else (),
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


def opposite(design: Design) -> Design:
    """Return atoms whose whole scores are opposite: the offsets too."""
    c = Fraction(3, 2)
    return Design(
        design.mixture, design.dimension, ({"c": Log(c)}, {"c": Log(1 / c)}), design.share
    )


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
