"""Elementwise functions whose last bits do not depend on where a number lies in its batch.

PyTorch computes some functions on a CPU vector by vector and what is left over at the end one by
one, with other roundings: the last numbers of a batch then differ from the same numbers inside a
larger one. The functions here are made of those that treat every number alike.

Automatic differentiation goes through all of them, with the slopes that formulas name also where a
step on the way overflows or bends.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor


def sigmoid(t: Tensor) -> Tensor:
    """Return 1 / (1 + e^-t)."""
    if t.requires_grad and torch.is_grad_enabled():
        value: Tensor = _with_slope().apply(t)
        return value
    return _sigmoid(t)


def _sigmoid(t: Tensor) -> Tensor:
    return torch.neg(t).exp_().add(1.0).reciprocal_()


@cache
def _with_slope() -> type[torch.autograd.Function]:
    """Return the sigmoid for automatic differentiation; made late, as its base is PyTorch's."""

    class Sigmoid(torch.autograd.Function):
        """The same numbers; its slope is v (1 - v), also where e^-t overflows."""

        generate_vmap_rule = True

        @staticmethod
        def forward(t: Tensor) -> Tensor:
            return _sigmoid(t)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
            ctx.save_for_backward(output)

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> Tensor:
            (value,) = ctx.saved_tensors
            return gradients[0] * (value * (1.0 - value))

    return Sigmoid


def softplus(t: Tensor) -> Tensor:
    """Return log(1 + e^t)."""
    # The slope of a maximum is one half where both are equal; that of a clamped number is 1.
    return t.abs().neg_().exp_().log1p().add_(torch.maximum(t, t.new_zeros(())))


def log_sigmoid(t: Tensor) -> Tensor:
    """Return log(1 / (1 + e^-t))."""
    return softplus(-t).neg_()


def power(t: Tensor, exponent: int) -> Tensor:
    """Return t to a whole power of at least 0."""
    out = torch.ones_like(t)
    for _ in range(exponent):
        out = out * t
    return out
