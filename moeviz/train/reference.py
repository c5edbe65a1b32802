"""Dense layers that sparse ones are compared with: every unit answers every token."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from moeviz.model.registry import Registry
from moeviz.train.experts import Experts
from moeviz.train.layer import Routed, Rules


@dataclass(frozen=True)
class Reference:
    """A dense network that stands beside the sparse ones.

    Attributes
    ----------
    name, title, does : str
        Name in the registry; name for people; one line of what it is.
    total : bool
        Whether it has as many parameters as all N experts; else as many as the K that answer.
    """

    name: str
    title: str
    does: str
    total: bool

    def width(self, rules: Rules) -> int:
        """Return its number of hidden units."""
        return rules.hidden * (rules.experts if self.total else rules.top)


REFERENCES: Registry[Reference] = Registry("reference")

for _reference in (
    Reference(
        "dense-active",
        "dense, equal work",
        "One network of the size of the K experts that answer a token.",
        total=False,
    ),
    Reference(
        "dense-total",
        "dense, equal size",
        "One network of the size of all N experts: N/K times the work.",
        total=True,
    ),
):
    REFERENCES.add(_reference.name, _reference)


class DenseLayer(nn.Module):
    """A dense layer with the face of a sparse one that has nothing to choose."""

    def __init__(self, reference: Reference, rules: Rules, width: int) -> None:
        super().__init__()
        self.experts = Experts(1, width, reference.width(rules), rules.function)

    def start(self, experts: torch.Generator, router: torch.Generator) -> None:
        """Draw everything anew."""
        self.experts.start(experts)

    def forward(
        self, x: Tensor, competes: bool = False, noise: torch.Generator | None = None
    ) -> Routed:
        """Answer tokens `x`, shape (T, d)."""
        tokens = x.shape[0]
        chosen = torch.zeros(1, tokens, dtype=torch.int64, device=x.device)
        weights = x.new_ones(1, tokens)
        return Routed(self.experts.every(x)[0], x.new_zeros(1, tokens), chosen, weights, False, {})
