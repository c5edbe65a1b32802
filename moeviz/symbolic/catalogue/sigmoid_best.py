r"""Claims of `sigmoid` at the best approximations: Theorems 3 and 5 where an atom is split.

These are the measures that the theorems speak of, where there are any with the truth's function.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from moeviz.symbolic.catalogue.designs import FACTOR, OTHER, FactorDesign, MetDesign
from moeviz.symbolic.catalogue.parts import Special, cone, first_order, model
from moeviz.symbolic.catalogue.sigmoid import HOLDS, PAPER, WHY_DENSE
from moeviz.symbolic.catalogue.sigmoid_first import EXPERTS, WHY_PARTIAL
from moeviz.symbolic.kernel.ground import Log
from moeviz.symbolic.questions.claims import Check, Claim

GATE = ("A", "b_gate", "c")
SHARED: Mapping[str, tuple[str, ...]] = {
    "scaled-relu": (*GATE, "a", "b"),
    "scaled-gelu": (*GATE, "a", "b"),
    "relu": GATE,
    "linear": GATE,
    "p2": GATE,
    "p3": GATE,
}
"""What the two atoms of a split have in common, by expert."""

ALONG: tuple[Special, Special] = (
    {"a": Fraction(1), "b": Fraction(1, 2)},
    {"a": Fraction(2), "b": Fraction(1)},
)
"""Experts one along the other, into which homogeneous ones are split."""

SQUARES = (
    "The same if factors are of one sign, a split cell counts their sum alone, and its other "
    "differences are squared and weighted by them."
)


def claims() -> list[Claim]:
    """Return the claims at the best approximations."""
    found = []
    for case, score, theorem, f, best, why, study in (
        ("full", "quadratic", 3, "f", r"\bar G", WHY_DENSE, "dense-over"),
        (
            "partial",
            "partial-quadratic",
            5,
            r"\tilde f",
            r"\bar{\bar G}",
            WHY_PARTIAL,
            "partial-sparse",
        ),
    ):
        for mark, share in SHARED.items():
            expert, latex, constants = EXPERTS[mark]
            along: tuple[Special, Special] = ({}, {})
            if mark in ("relu", "p2", "p3"):
                along = ALONG
            mixture = model(score, "sigmoid", expert, **constants)
            design = MetDesign(mixture, 1, along, share)
            scaled = mark.startswith("scaled")
            found.append(
                Claim(
                    f"S22.{case}.{mark}",
                    PAPER,
                    f"Theorem {theorem}, Corollary {1 if case == 'full' else 2}",
                    rf"$\|{f}_G - {f}_{{{best}}}\|_{{L^2(\mu)}} \gtrsim \mathcal{{L}}_{theorem}"
                    rf"(G, {best})$ near a best approximation ${best}$ that is the truth with one "
                    f"atom split in two, under the {'fully' if case == 'full' else 'partially'} "
                    f"quadratic score ({latex}, $d = 1$).",
                    HOLDS,
                    f"Theorem {theorem}, near every best approximation with more than $N^*$ atoms.",
                    (first_order(design),),
                    (_squared(score, expert),) if scaled else (),
                    SQUARES if scaled else "",
                    why,
                    study,
                )
            )
    return found


def _squared(score: str, expert: str) -> Check:
    """Return the second-order test of a crowded cell of the dense regime, its mass the factor."""
    points: tuple[Special, ...] = (
        {**FACTOR, "c": Log(Fraction(1, 3))},
        {**OTHER, "c": Log(Fraction(5, 2))},
    )
    return cone(FactorDesign(model(score, "sigmoid", expert), 1, points))
