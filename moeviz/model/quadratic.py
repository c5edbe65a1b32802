"""Quadratic scores (`sigmoid` §3 and App. C)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch

from moeviz.model.measure import Part
from moeviz.model.scores import SCORES, FlatScore

if TYPE_CHECKING:
    from torch import Tensor


def _products(x: Tensor) -> Tensor:
    """Return x_i x_j for i <= j, twice where i < j, shape (..., D (D + 1) / 2, N)."""
    d = x.shape[-2]
    rows = [
        x[..., i, :] * x[..., j, :] * (1.0 if i == j else 2.0)
        for i, j in itertools.combinations_with_replacement(range(d), 2)
    ]
    return torch.stack(rows, dim=-2)


def _symmetric(dimension: int) -> Part:
    """Return the part that holds a symmetric matrix by its D (D + 1) / 2 free entries."""
    pairs = itertools.combinations_with_replacement(range(dimension), 2)
    metric = tuple(1.0 if i == j else 2.0 for i, j in pairs)
    return Part("A", "A", len(metric), metric)


@dataclass(frozen=True)
class QuadraticScore(FlatScore):
    r""":math:`s_i(x) = x^\top A_i x + b_i \cdot x + c_i` with a symmetric matrix.

    The antisymmetric part of a matrix does nothing to the form, so :math:`A_i` is stored by its
    free entries on and above the diagonal, row by row, followed by :math:`b_i`.
    """

    name: ClassVar[str] = "quadratic"
    title: ClassVar[str] = "quadratic router"
    does: ClassVar[str] = "A quadratic form of the input: borders between experts may be curved."
    text: ClassVar[str] = "quad(S,x) + dot(b,x)"
    formula: ClassVar[str] = r"x^\top A_i x + b_i^\top x + c_i"
    parameters: ClassVar[str] = (
        r"A_i = A_i^\top \in \mathbb{R}^{d \times d},\ b_i \in \mathbb{R}^d,\ c_i \in \mathbb{R}"
    )
    source: ClassVar[str] = "sigmoid §3"

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return (_symmetric(dimension), Part("b_gate", "b", dimension))

    def features(self, x: Tensor) -> Tensor:
        return torch.cat([_products(x), x], dim=-2)


@dataclass(frozen=True)
class PartialQuadraticScore(FlatScore):
    r""":math:`s_i(x) = x^\top A_i x + c_i`, the quadratic score without its linear term."""

    name: ClassVar[str] = "partial-quadratic"
    title: ClassVar[str] = "partially quadratic router"
    does: ClassVar[str] = "The quadratic form alone, without a linear term."
    text: ClassVar[str] = "quad(S,x)"
    formula: ClassVar[str] = r"x^\top A_i x + c_i"
    parameters: ClassVar[str] = r"A_i = A_i^\top \in \mathbb{R}^{d \times d},\ c_i \in \mathbb{R}"
    source: ClassVar[str] = "sigmoid App. C.1"
    has_linear_term: ClassVar[bool] = False

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return (_symmetric(dimension),)

    def features(self, x: Tensor) -> Tensor:
        return _products(x)


for _score in (QuadraticScore, PartialQuadraticScore):
    SCORES.add(_score.name, _score)
