r"""Experts with scalars beside their predictors: :math:`\lambda\varphi(a\cdot x+b)` and FFNs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import torch

from moeviz.model.constants import Constant
from moeviz.model.experts import (
    EXPERTS,
    ActivationExpert,
    Expert,
    GeluExpert,
    ReluExpert,
    SigmoidExpert,
    TanhExpert,
)
from moeviz.model.formula import FUNCTIONS
from moeviz.model.measure import Part
from moeviz.model.symmetry import Symmetries, Symmetry, signed_order

if TYPE_CHECKING:
    from torch import Tensor

THE_FORM = "the form of sigmoid §4.1, examples under Definition 1"
"""The examples scale any activation; they name ReLU and GELU alone."""


class ScaledExpert(Expert):
    r""":math:`h = \lambda\,\varphi(a \cdot x + b)` with the scale as a parameter.

    Attributes
    ----------
    inner : ActivationExpert
        The expert that is scaled.
    """

    inner: ClassVar[ActivationExpert]
    source: ClassVar[str] = "sigmoid §4.1, examples under Definition 1"

    @property
    def scalars(self) -> int:
        return 1

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return (*self.inner.parts(dimension), Part("lambda", r"\lambda", 1))

    def value_and_slopes(
        self, t: Sequence[Tensor], s: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        value, slope = self.inner.value_and_slope(t[0])
        return s[0] * value, [s[0] * slope], [value]


@dataclass(frozen=True)
class ScaledReluExpert(ScaledExpert):
    r""":math:`h = \lambda\max(0, a \cdot x + b)`.

    A positive factor moves between the scale and the predictor: (a, b, lambda) and
    (s a, s b, lambda / s) are the same function.
    """

    name: ClassVar[str] = "scaled-relu"
    title: ClassVar[str] = "scaled ReLU expert"
    does: ClassVar[str] = "A ReLU with a height of its own; height and slope can be traded."
    text: ClassVar[str] = "s1*relu(t)"
    formula: ClassVar[str] = r"\lambda_i\,\mathrm{ReLU}(a_i^\top x + b_i)"
    inner: ClassVar[ActivationExpert] = ReluExpert()

    def nearest(self, fitted: Tensor, true: Tensor) -> Tensor:
        length = torch.linalg.vector_norm(fitted[..., :-1], dim=-1, keepdim=True)
        target = torch.linalg.vector_norm(true[..., :-1], dim=-1, keepdim=True)
        factor = torch.where(length > 0, target / length.clamp_min(1e-300), torch.ones_like(length))
        factor = torch.where(factor > 0, factor, torch.ones_like(factor))
        return torch.cat([fitted[..., :-1] * factor, fitted[..., -1:] / factor], dim=-1)

    def fibre(self, eta: Tensor) -> Tensor:
        return torch.cat([eta[..., :-1], -eta[..., -1:]], dim=-1).unsqueeze(-2)

    def fibre_slice(self, eta: Tensor) -> Tensor:
        fixed = torch.zeros_like(eta[..., -1:])
        return torch.cat([eta[..., :-1], fixed], dim=-1).unsqueeze(-2)


@dataclass(frozen=True)
class ScaledGeluExpert(ScaledExpert):
    r""":math:`h = \lambda\,\mathrm{GELU}(a \cdot x + b)`."""

    name: ClassVar[str] = "scaled-gelu"
    title: ClassVar[str] = "scaled GELU expert"
    does: ClassVar[str] = "A GELU with a height of its own."
    text: ClassVar[str] = "s1*gelu(t)"
    formula: ClassVar[str] = r"\lambda_i\,\mathrm{GELU}(a_i^\top x + b_i)"
    inner: ClassVar[ActivationExpert] = GeluExpert()


@dataclass(frozen=True)
class ScaledTanhExpert(ScaledExpert):
    r""":math:`h = \lambda\tanh(a \cdot x + b)`; two signs cancel."""

    name: ClassVar[str] = "scaled-tanh"
    title: ClassVar[str] = "scaled tanh expert"
    does: ClassVar[str] = "A tanh with a height of its own."
    text: ClassVar[str] = "s1*tanh(t)"
    formula: ClassVar[str] = r"\lambda_i \tanh(a_i^\top x + b_i)"
    source: ClassVar[str] = THE_FORM
    inner: ClassVar[ActivationExpert] = TanhExpert()

    @property
    def symmetries(self) -> Symmetries:
        return Symmetries((Symmetry(((-1.0,),), ((-1.0,),)),))


@dataclass(frozen=True)
class ScaledSigmoidExpert(ScaledExpert):
    r""":math:`h = \lambda\,\sigma(a \cdot x + b)`."""

    name: ClassVar[str] = "scaled-sigmoid"
    title: ClassVar[str] = "scaled sigmoid expert"
    does: ClassVar[str] = "A sigmoid with a height of its own."
    text: ClassVar[str] = "s1*sigmoid(t)"
    formula: ClassVar[str] = r"\lambda_i\,\sigma(a_i^\top x + b_i)"
    source: ClassVar[str] = THE_FORM
    inner: ClassVar[ActivationExpert] = SigmoidExpert()


@dataclass(frozen=True)
class FeedForwardExpert(Expert):
    r""":math:`h = W_2^\top\, \mathrm{softplus}(W_1^\top x + b)`, a network of one hidden layer.

    The order of the hidden units does not matter; it is the only freedom.

    Attributes
    ----------
    hidden : int
        Hidden units, from 1 to 4.
    """

    hidden: int = 2

    name: ClassVar[str] = "ffn"
    title: ClassVar[str] = "FFN expert"
    does: ClassVar[str] = "A small network: a few smooth kinks, weighed and added."
    text: ClassVar[str] = "dot(s,softplus(t))"
    formula: ClassVar[str] = r"W_{2i}^\top\,\mathrm{softplus}(W_{1i}^\top x + b_i)"
    source: ClassVar[str] = "compete §3, example under eq. 6"
    constants: ClassVar[tuple[Constant, ...]] = (
        Constant(
            "hidden",
            "m",
            "Used by the FFN expert only.",
            1,
            4,
            2,
            whole=True,
            label="Hidden units of an FFN expert",
        ),
    )

    @property
    def heads(self) -> int:
        return self.hidden

    @property
    def scalars(self) -> int:
        return self.hidden

    def parts(self, dimension: int) -> tuple[Part, ...]:
        units = [
            part
            for i in range(1, self.hidden + 1)
            for part in (Part(f"W1_{i}", f"W_{{1,{i}}}", dimension), Part(f"b_{i}", f"b_{i}", 1))
        ]
        return (*units, Part("W2", "W_2", self.hidden))

    def value_and_slopes(
        self, t: Sequence[Tensor], s: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        layers, rises = zip(*map(FUNCTIONS["softplus"].value_and_slope, t), strict=True)
        value = s[0] * layers[0]
        for scale, layer in zip(s[1:], layers[1:], strict=True):
            value = value + scale * layer
        slopes = [scale * rise for scale, rise in zip(s, rises, strict=True)]
        return value, slopes, list(layers)

    @property
    def symmetries(self) -> Symmetries:
        return _unit_orders(self.hidden)


@lru_cache(maxsize=8)
def _unit_orders(hidden: int) -> Symmetries:
    """Return all orders of hidden units but the first."""
    orders = list(itertools.permutations(range(hidden)))[1:]
    signs = (1.0,) * (2 * hidden)
    return Symmetries(
        tuple(
            signed_order((*order, *(hidden + unit for unit in order)), signs, hidden)
            for order in orders
        )
    )


for _expert in (
    ScaledReluExpert,
    ScaledGeluExpert,
    ScaledTanhExpert,
    ScaledSigmoidExpert,
    FeedForwardExpert,
):
    EXPERTS.add(_expert.name, _expert)
