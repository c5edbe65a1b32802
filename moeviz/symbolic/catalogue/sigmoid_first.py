"""Claims of `sigmoid` on first derivatives: Definition 4 and the bounds of Theorems 3 and 5."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from moeviz.model import Mixture
from moeviz.symbolic.catalogue import for_all
from moeviz.symbolic.catalogue.designs import MetDesign
from moeviz.symbolic.catalogue.parts import Design, Special, first, first_order, literal, model
from moeviz.symbolic.catalogue.sigmoid import HOLDS, PAPER, WHY_DENSE
from moeviz.symbolic.catalogue.sigmoid_experts import EXAMPLES, NOT_ZERO, distinct, excluded
from moeviz.symbolic.questions.claims import Check, Claim

PARTIAL = "partial-quadratic"
EXPERTS: Mapping[str, tuple[str, str, dict[str, int]]] = {
    "scaled-relu": ("scaled-relu", r"$\lambda\,\mathrm{ReLU}(\alpha^\top x + \beta)$", {}),
    "scaled-gelu": ("scaled-gelu", r"$\lambda\,\mathrm{GELU}(\alpha^\top x + \beta)$", {}),
    "relu": ("relu", r"$\mathrm{ReLU}(\alpha^\top x + \beta)$", {}),
    "gelu": ("gelu", r"$\mathrm{GELU}(\alpha^\top x + \beta)$", {}),
    "linear": ("linear", r"$\alpha^\top x + \beta$", {}),
    "p2": ("polynomial", r"$(\alpha^\top x + \beta)^2$", {"degree": 2}),
    "p3": ("polynomial", r"$(\alpha^\top x + \beta)^3$", {"degree": 3}),
}
"""Experts by their mark in an id: registered name, LaTeX, constants."""

WHY_PARTIAL = (
    "Theorem 5 gives the rate $n^{-1/2}$ under the partial score in the dense regime if the expert "
    "is partial-weakly identifiable."
)
DEAD = {"a": Fraction(1, 4), "b": Fraction(-2)}
"""A ReLU unit that is 0 at all inputs of the box from -2 to 2."""


def claims() -> list[Claim]:
    """Return the claims on first derivatives under the fully quadratic score, and Definition 4."""
    return [*_definition_four(), *bounds("quadratic")]


def kinked(expert: str) -> bool:
    """Return whether an expert has a kink."""
    return "relu" in expert


def design_of(mixture: Mixture, dimension: int, specials: tuple[Special, ...] = ({}, {})) -> Design:
    """Return the design of a claim: where experts have kinks, some inputs meet each.

    Parameters
    ----------
    mixture : Mixture
    dimension : int
        Number of inputs.
    specials : tuple of mapping
        Values that are not generic, for each atom.
    """
    kind = MetDesign if kinked(mixture.expert.name) else Design
    return kind(mixture, dimension, specials)


def _definition_four() -> list[Claim]:
    found = []
    for mark, expert, constants in EXAMPLES:
        for d in (1, 2):
            design = design_of(model(PARTIAL, "sigmoid", expert, **constants), d)
            apart = distinct("partial", expert)
            words = EXPERTS["linear" if mark == "p1" else mark if constants else expert][1]
            literally = for_all.literal(
                "first derivatives, two atoms", design, first, apart, excluded(mark)
            )
            modulo = for_all.first_order(design, apart, excluded(mark))
            found.append(
                Claim(
                    f"S15.{mark}.d{d}",
                    PAPER,
                    "examples under Definition 4",
                    f"{words} is partial-weakly identifiable (Definition 4, A symmetric, "
                    f"$d = {d}$).",
                    HOLDS,
                    "Partial-strongly identifiable experts and polynomials are partial-weakly "
                    "identifiable.",
                    (literally,),
                    (modulo,) if kinked(expert) else (),
                    "The same modulo the scale of lambda and (alpha, beta), which leaves the "
                    "expert as it is."
                    if kinked(expert)
                    else "",
                    WHY_PARTIAL,
                    "partial-sparse",
                )
            )
    found.append(
        Claim(
            "S15.satisfiable",
            PAPER,
            "Definition 4",
            "Definition 4, with A symmetric, is satisfied by some expert at generic atoms.",
            HOLDS,
            "The examples under Definition 4 name several.",
            (
                literal(
                    "GELU without a factor", Design(model(PARTIAL, "sigmoid", "gelu"), 2), first
                ),
            ),
            why=WHY_PARTIAL,
            study="partial-sparse",
        )
    )
    return [*found, *_with_intercept()]


AFFINE = r"$\alpha^\top x + \beta$ with $\beta \neq 0$"


def _with_intercept() -> list[Claim]:
    """Return Definition 4 and Theorem 5's bound for linear experts whose intercept is not 0."""
    mixture, apart = model(PARTIAL, "sigmoid", "linear"), distinct("partial", "linear")
    found = []
    for d in (1, 2):
        design = design_of(mixture, d)
        found.append(
            Claim(
                f"S15.affine.d{d}",
                PAPER,
                "Definition 4, App. C.1",
                f"{AFFINE} is partial-weakly identifiable (Definition 4, A symmetric, $d = {d}$).",
                HOLDS,
                "Such experts are said to be partial-strongly identifiable, and those "
                "partial-weakly.",
                (for_all.literal("first derivatives, two atoms", design, first, apart, NOT_ZERO),),
                why=WHY_PARTIAL,
                study="partial-sparse",
            )
        )
    return found


def bounds(score: str) -> list[Claim]:
    """Return the claims of Theorem 3, or of Theorem 5 for the partial score.

    Parameters
    ----------
    score : str
        "quadratic" or "partial-quadratic".
    """
    fully = score == "quadratic"
    number, theorem, f, best = (
        ("S16", 3, "f", r"\bar G") if fully else ("S18", 5, r"\tilde f", r"\bar{\bar G}")
    )
    experts: list[tuple[str, tuple[str, str, dict[str, int]], for_all.Never]] = [
        (mark, own, {}) for mark, own in EXPERTS.items()
    ]
    if not fully:
        experts.append(("affine", ("linear", AFFINE, {}), NOT_ZERO))
    return [
        Claim(
            f"{number}.{mark}.d{d}",
            PAPER,
            f"Theorem {theorem}",
            rf"$\|{f}_G - {f}_{{{best}}}\|_{{L^2(\mu)}} \gtrsim "
            rf"\mathcal{{L}}_{theorem}(G, {best})$ near ${best}$, with as many atoms, "
            f"under the {'fully' if fully else 'partially'} quadratic score ({latex}, $d = {d}$).",
            HOLDS,
            f"Theorem {theorem}, for {'weakly' if fully else 'partial-weakly'} identifiable "
            "experts.",
            _bound(score, expert, d, never, **constants),
            why=WHY_DENSE if fully else WHY_PARTIAL,
            study="dense-over" if fully else "partial-sparse",
        )
        for mark, (expert, latex, constants), never in experts
        for d in (1, 2)
    ]


def _bound(
    score: str, expert: str, d: int, never: for_all.Never, **constants: int
) -> tuple[Check, ...]:
    """Return the first-order test at the atoms of a measure, which are (A, b, eta)."""
    mixture = model(score, "sigmoid", expert, **constants)
    design = design_of(mixture, d)
    apart = tuple(name for name in atoms_by(score, expert) if name != "c")
    checks: tuple[Check, ...] = (for_all.first_order(design, apart, never),)
    if kinked(expert):
        dead = Design(mixture, d, ({}, DEAD))
        checks += (first_order(dead, special="no unit that is 0 at every input"),)
    return checks


def atoms_by(score: str, expert: str) -> tuple[str, ...]:
    """Return what must differ between tuples, under either score."""
    return distinct("partial" if score == PARTIAL else score, expert)
