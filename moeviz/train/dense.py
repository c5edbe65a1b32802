"""The layer of a dense network: every unit answers every token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from moeviz.train.experts import Experts
from moeviz.train.layer import Routed
from moeviz.train.reference import Reference
from moeviz.train.rules import Rules

if TYPE_CHECKING:
    from torch import Tensor


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
