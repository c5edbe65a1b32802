r"""Claims of `sigmoid` on the partially quadratic score: Theorem 4 and Proposition 5.

A cell of the sparse regime has gate 0, and its fitted atoms share the true weight equally. An
expert with a factor lambda has a second way to pay for a weight, sigma(c) and lambda; a bound that
counts the two together is what the repair asks for.
"""

from __future__ import annotations

from fractions import Fraction

from moeviz.symbolic.catalogue import for_all
from moeviz.symbolic.catalogue.designs import FACTOR, OTHER, FactorDesign
from moeviz.symbolic.catalogue.parts import Special, cone, model
from moeviz.symbolic.catalogue.sigmoid import HOLDS, PAPER, SPARSE
from moeviz.symbolic.catalogue.sigmoid_first import EXPERTS, PARTIAL, atoms_by, bounds, design_of
from moeviz.symbolic.catalogue.sigmoid_splits import split
from moeviz.symbolic.questions.claims import Check, Claim

WHY = (
    "Theorem 4 gives over-specified experts the rate $n^{-1/4}$ under the partial score in the "
    "sparse regime if the expert is partial-strongly identifiable."
)
IDENTIFIED = ("scaled-gelu", "gelu", "relu", "linear")
"""Experts of which Proposition 5 is asked."""


def claims() -> list[Claim]:
    """Return the claims on the partially quadratic score."""
    return [*_theorem_four(), *bounds(PARTIAL), *_proposition_five()]


def _theorem_four() -> list[Claim]:
    found = []
    for mark, (expert, latex, constants) in EXPERTS.items():
        words = rf"{latex} with $\beta \neq 0$" if mark == "linear" else latex
        scaled = mark.startswith("scaled")
        for d in (1, 2):
            mixture = model(PARTIAL, "sigmoid", expert, **constants)
            design = design_of(mixture, d, (SPARSE, {}))
            apart = tuple(name for name in atoms_by(PARTIAL, expert) if name != "c")
            found.append(
                Claim(
                    f"S17.{mark}.d{d}",
                    PAPER,
                    "Theorem 4",
                    r"$\|\tilde f_G - \tilde f_{G_*}\|_{L^2(\mu)} \gtrsim \mathcal{L}_4(G, G_*)$ "
                    "near $G_*$ with a crowded cell at $A = 0$ whose atoms have equal offsets "
                    f"({words}, $d = {d}$).",
                    HOLDS,
                    "Theorem 4, for partial-strongly identifiable experts, such as linear ones "
                    r"with $\beta \neq 0$.",
                    (for_all.cone(design, apart),),
                    (_with_factor(expert, d),) if scaled else (),
                    "The same if a crowded cell's factors are of one sign and counted by their "
                    r"sum $\sum_i \sigma(c_i)\,\lambda_i$ alone."
                    if scaled
                    else "",
                    WHY,
                    "partial-sparse",
                )
            )
    return found


def _with_factor(expert: str, dimension: int) -> Check:
    """Return the second-order test of a sparse cell whose mass is the factor."""
    mixture = model(PARTIAL, "sigmoid", expert)
    points: tuple[Special, ...] = ({**FACTOR, "A": 0}, OTHER)
    return cone(FactorDesign(mixture, dimension, points, held=Fraction(1, 3)))


def _proposition_five() -> list[Claim]:
    found = []
    for mark in IDENTIFIED:
        expert, latex, constants = EXPERTS[mark]
        mixture = model(PARTIAL, "sigmoid", expert, **constants)
        apart = tuple(name for name in atoms_by(PARTIAL, expert) if name != "c")
        crowded = "no crowded cell with A = 0"
        checks = [
            for_all.first_order(design_of(mixture, 1), apart),
            cone(design_of(mixture, 1, (SPARSE, {})), special=crowded),
        ]
        if mark != "gelu":
            more = "as many fitted atoms as true ones"
            checks.append(split("scaled" if expert.startswith("scaled") else mark, PARTIAL, more))
        found.append(
            Claim(
                f"S19.{mark}",
                PAPER,
                "Proposition 5",
                r"$\tilde f_G = \tilde f_{G_*}$ implies $G = G_*$, locally and with as many atoms "
                f"or one more ({latex}, $d = 1$).",
                HOLDS,
                "Proposition 5 claims it for every measure.",
                tuple(checks),
                why="Without it no rate of the parameters has a meaning.",
                study="partial-sparse",
            )
        )
    return found
