"""Elementwise functions whose last bits do not depend on where a number lies in its batch.

PyTorch computes some functions on a CPU vector by vector and what is left over at the end one by
one, with other roundings: the last numbers of a batch then differ from the same numbers inside a
larger one. The functions here are made of those that treat every number alike.
"""

from __future__ import annotations

import torch
from torch import Tensor


def sigmoid(t: Tensor) -> Tensor:
    """Return 1 / (1 + e^-t)."""
    return torch.neg(t).exp_().add(1.0).reciprocal_()


def softplus(t: Tensor) -> Tensor:
    """Return log(1 + e^t)."""
    return t.abs().neg_().exp_().log1p().add_(t.clamp_min(0.0))


def log_sigmoid(t: Tensor) -> Tensor:
    """Return log(1 / (1 + e^-t))."""
    return softplus(-t).neg_()


def power(t: Tensor, exponent: int) -> Tensor:
    """Return t to a whole power of at least 0."""
    out = torch.ones_like(t)
    for _ in range(exponent):
        out = out * t
    return out
