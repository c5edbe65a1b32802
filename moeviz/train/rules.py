r"""What a network and its sparse layers are, in numbers and words; no parameter is made here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from moeviz.errors import SpecificationError

Reached = Literal["router", "experts"]
Answered = Literal["winners", "router"]
Distilled = Literal["kept", "all"]


@dataclass(frozen=True)
class Rules:
    r"""What a sparse layer is, beside its router.

    Attributes
    ----------
    experts, top : int
        N, and K experts for a token; a shared one counts as one of the K.
    hidden : int
        Width of an expert's hidden layer.
    function : str
        The experts' function.
    projection : int
        Coordinates of a projected router.
    affinity : str
        :math:`\kappa`, by which competition reads an answer.
    alpha : float
        Weight of the winners in the distillation loss; 0: eq. 15.
    diversity_norm : str
        How eq. 3 divides.
    diversity_reaches : str
        Whom the diversity loss moves. ``router``, as eq. 5 prints it: nobody, for it depends on the
        experts' answers alone. ``experts``: the layer's experts.
    answered : str
        Whose answer counts on a step with competition: that of the ``winners`` (§2.2, step 4), by
        which the task reaches the experts alone; or the ``router``'s (eq. 1), by which it reaches
        both, as eq. 5 has it.
    distilled : str
        The router's scores in the distillation loss: those ``kept``, as §2.1 defines them, or
        ``all``, before the K largest are taken, so that each expert's vector hears of it.

    Raises
    ------
    SpecificationError
        If K is not between 1 and N.
    """

    experts: int = 8
    top: int = 2
    hidden: int = 256
    function: str = "gelu"
    projection: int = 8
    affinity: str = "softplus"
    alpha: float = 0.1
    diversity_norm: str = "whole"
    diversity_reaches: Reached = "router"
    answered: Answered = "winners"
    distilled: Distilled = "kept"

    def __post_init__(self) -> None:
        if not 1 <= self.top <= self.experts:
            raise SpecificationError(
                f"Expected from 1 to {self.experts} experts for a token, but got {self.top}; "
                "more experts allow more."
            )


@dataclass(frozen=True)
class Sizes:
    """How large a network is.

    Attributes
    ----------
    layers : int
        Blocks, each with one sparse layer.
    width : int
        Numbers of a token between blocks.
    heads : int
        Heads of attention; they share the width.
    context : int
        Tokens that it looks at.

    Raises
    ------
    SpecificationError
        If the heads cannot share the width.
    """

    layers: int = 2
    width: int = 64
    heads: int = 4
    context: int = 64

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise SpecificationError(
                f"Expected a width that {self.heads} heads can share, but got {self.width}; take "
                f"{self.width // self.heads * self.heads or self.heads}."
            )
