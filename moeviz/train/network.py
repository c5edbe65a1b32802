"""A small transformer whose feed-forward layers are sparse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from moeviz.train.dense import DenseLayer
from moeviz.train.experts import INITIAL_SPREAD
from moeviz.train.layer import Routed, SparseLayer
from moeviz.train.rules import Sizes

if TYPE_CHECKING:
    from torch import Tensor

Layer = SparseLayer | DenseLayer
MakeLayer = Callable[[], Layer]


def attend(query: Tensor, key: Tensor, value: Tensor, causal: bool) -> Tensor:
    """Return what tokens hear of each other, shape (B, heads, S, d / heads), as all three are.

    On a GPU the plain products are taken: the faster ways add gradients in whatever order they
    come, and a run would not be the same again.
    """
    with sdpa_kernel(SDPBackend.MATH) if query.is_cuda else nullcontext():
        return nn.functional.scaled_dot_product_attention(query, key, value, is_causal=causal)


class Block(nn.Module):
    """Attention, then a sparse layer; each is added to what comes in."""

    def __init__(self, sizes: Sizes, layer: Layer, causal: bool) -> None:
        super().__init__()
        self.heads, self.causal = sizes.heads, causal
        self.before_attention = nn.LayerNorm(sizes.width)
        self.ask = nn.Linear(sizes.width, 3 * sizes.width)
        self.join = nn.Linear(sizes.width, sizes.width)
        self.before_layer = nn.LayerNorm(sizes.width)
        self.layer = layer

    def forward(
        self, x: Tensor, competes: bool, noise: torch.Generator | None
    ) -> tuple[Tensor, Routed]:
        """Return what leaves, shape (B, S, d), of tokens `x`, and what the layer did."""
        batch, length, width = x.shape
        asked = self.ask(self.before_attention(x)).view(batch, length, 3, self.heads, -1)
        query, key, value = asked.movedim(2, 0).transpose(2, 3)
        heard = attend(query, key, value, self.causal)
        x = x + self.join(heard.transpose(1, 2).reshape(batch, length, width))
        routed = self.layer(self.before_layer(x).reshape(-1, width), competes, noise)
        return x + routed.answer.view(batch, length, width), routed


class Network(nn.Module):
    """A transformer with sparse layers.

    Parameters
    ----------
    sizes : Sizes
    make_layer : callable
        Makes each sparse layer.
    embed : nn.Module
        From inputs, shape (B, S, ...), to tokens, shape (B, S, d).
    outputs : int
        Numbers that it answers with.
    causal : bool
        Whether a token sees those before it alone, and each is answered; else their mean is.
    """

    def __init__(
        self, sizes: Sizes, make_layer: MakeLayer, embed: nn.Module, outputs: int, causal: bool
    ) -> None:
        super().__init__()
        self.embed = embed
        self.place = nn.Parameter(torch.empty(sizes.context, sizes.width))
        self.blocks = nn.ModuleList(Block(sizes, make_layer(), causal) for _ in range(sizes.layers))
        self.last = nn.LayerNorm(sizes.width)
        self.answer = nn.Linear(sizes.width, outputs)
        self.causal = causal

    def start(
        self, body: torch.Generator, experts: torch.Generator, router: torch.Generator
    ) -> None:
        """Draw everything anew from three streams, so that methods differ in routers alone."""
        with torch.no_grad():
            for name, own in self.named_parameters():
                if ".layer." in name:
                    continue
                if own.dim() > 1:
                    own.normal_(0.0, INITIAL_SPREAD, generator=body)
                elif name.endswith("bias"):
                    own.zero_()
                else:
                    own.fill_(1.0)
        for layer in self.layers:
            layer.start(experts, router)

    @property
    def layers(self) -> list[Layer]:
        """The sparse layers, first one first."""
        return [block.layer for block in self.blocks]  # type: ignore[misc]

    @contextmanager
    def overheard(self) -> Iterator[list[Tensor]]:
        """Return a context that lists what each layer is asked about in it, each of (T, d)."""
        heard: list[Tensor] = []
        hooks = [
            layer.register_forward_pre_hook(lambda _, given: heard.append(given[0]))
            for layer in self.layers
        ]
        try:
            yield heard
        finally:
            for hook in hooks:
                hook.remove()

    def forward(
        self,
        inputs: Tensor,
        competes: Sequence[bool] = (),
        noise: torch.Generator | None = None,
    ) -> tuple[Tensor, list[Routed]]:
        """Answer inputs.

        Parameters
        ----------
        inputs : Tensor, shape (B, S, ...)
            S at most the context.
        competes : sequence of bool
            For each layer whether its experts compete; empty: none.
        noise : torch.Generator or None
            For routers with noise, while they train.

        Returns
        -------
        answers : Tensor, shape (B, S, O) where causal, else (B, O)
        routed : list of Routed
        """
        x = self.embed(inputs)
        x = x + self.place[: x.shape[1]]
        routed = []
        for block, compete in zip(self.blocks, competes or [False] * len(self.blocks), strict=True):
            x, did = block(x, compete, noise)
            routed.append(did)
        x = self.last(x)
        return self.answer(x if self.causal else x.mean(1)).to(x.dtype), routed
