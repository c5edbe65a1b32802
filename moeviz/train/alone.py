"""A sparse layer that stands alone: no attention, nothing around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import nn

from moeviz.train.layer import Routed
from moeviz.train.network import Layer, MakeLayer, Network

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Alone(Network):
    """One layer on inputs of shape (B, S, d), of which every token is answered for itself.

    Parameters
    ----------
    make_layer : callable
        Makes the layer.
    """

    def __init__(self, make_layer: MakeLayer) -> None:
        nn.Module.__init__(self)
        self.layer = make_layer()
        self.causal = True

    def start(
        self, body: torch.Generator, experts: torch.Generator, router: torch.Generator
    ) -> None:
        self.layer.start(experts, router)

    @property
    def layers(self) -> list[Layer]:
        return [self.layer]

    def forward(
        self,
        inputs: Tensor,
        competes: Sequence[bool] = (),
        noise: torch.Generator | None = None,
    ) -> tuple[Tensor, list[Routed]]:
        routed = self.layer(inputs.flatten(0, 1), any(competes), noise)
        return routed.answer.view(inputs.shape), [routed]
