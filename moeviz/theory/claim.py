"""Claims: what a paper, or this project, says of one curve, and what that depends on."""

from __future__ import annotations

from dataclasses import dataclass

from moeviz.model import SCORES, Domain
from moeviz.model.custom import CUSTOM

SLOW = "slower than any power of n"
QUARTER = "n^(−1/4)"
HALF = "n^(−1/2)"

SHAPES = "shown by the loss, which squares distances in crowded cells"
MINIMAX = "a minimax bound, not one truth's curve"

STUDIED = {
    "softmax": ("linear", "cosine", "perturbed-cosine", "quadratic", "partial-quadratic"),
    "sigmoid": ("quadratic", "partial-quadratic"),
}
"""Routers of regressions of which the papers speak, by gate."""


@dataclass(frozen=True)
class RateClaim:
    """What theory says of one curve.

    Attributes
    ----------
    exponent : float or None
        The loss falls as n to this power; None where no power of n is claimed.
    text : str
        One sentence for people; log factors are left out.
    source : str
        Paper key and place, or "moeviz" where the statement is this project's.
    rate : str
        The rate as the source has it, in plain characters: of parameters, or of the function
        where the curve reads that; empty where the source has none.
    note : str
        What to know when comparing a curve with it; no full sentence.
    """

    exponent: float | None
    text: str
    source: str
    rate: str = ""
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """What a claim depends on.

    Attributes
    ----------
    router, gate, expert, output : str
        Names in the registries.
    degree : int
        Degree of a polynomial expert.
    over_specified : bool
        Whether more experts are fitted than are true.
    misspecified : bool
        Whether the data come from another model.
    sparse : bool
        Whether some true gate is zero.
    flat : bool
        Whether some true expert has zero slopes (Regime 2).
    jumps : bool
        Whether the gate keeps only some of the fitted experts, so that the function jumps where
        one takes over from another.
    moving : bool
        Whether each sample size has a truth of its own.
    planted : bool
        Whether starts lie closer to the truth where there are more samples.
    """

    router: str
    gate: str
    expert: str
    output: str = "regression"
    degree: int = 2
    over_specified: bool = False
    misspecified: bool = False
    sparse: bool = False
    flat: bool = False
    jumps: bool = False
    moving: bool = False
    planted: bool = False

    @property
    def linear_expert(self) -> bool:
        """Whether the expert is linear in its input."""
        return self.expert == "linear" or (self.expert == "polynomial" and self.degree == 1)

    @property
    def polynomial_expert(self) -> bool:
        """Whether the expert is a power of a linear function, the first included."""
        return self.expert == "polynomial" or self.linear_expert

    @property
    def own_formula(self) -> bool:
        """Whether its score or its expert is a formula of the visitor's."""
        return CUSTOM in (self.router, self.expert)

    @property
    def forgets_length(self) -> bool:
        """Whether the router does not see its gates' lengths."""
        return SCORES[self.router].domain is Domain.SPHERE

    @property
    def modified(self) -> bool:
        """Whether the router reads a function of its input (`multinomial` §4)."""
        return self.router.startswith("modified-")

    @property
    def of_a_paper(self) -> bool:
        """Whether a paper speaks of this router with this gate and output."""
        if self.output == "categorical":
            return self.gate == "softmax" and (self.modified or self.router == "linear")
        if self.output == "gaussian":
            reads = SCORES[self.router].reads_expert
            return self.gate == "softmax" and (reads or self.router == "linear")
        return self.router in STUDIED.get(self.gate, ())
