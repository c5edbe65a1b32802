"""In what kind of numbers products are taken: as they are, or in 16 bits."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor

WITHOUT = ("meta",)
"""Kinds of device that know of no mixed precision."""


def mixed_precision(precision: str, device: str) -> AbstractContextManager[Any]:
    """Return a context in which products on a device are taken in a precision.

    Weights, their steps and the router's scores stay in single precision.

    Parameters
    ----------
    precision : str
        ``float32`` or ``bfloat16``, as :data:`moeviz.train.fields.FIELDS` has them.
    device : str
        A kind of device, as ``cpu`` or ``cuda``.
    """
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device, dtype=getattr(torch, precision))


def whole_precision(x: Tensor) -> AbstractContextManager[Any]:
    """Return a context in which nothing is taken in fewer bits on the device of `x`."""
    kind = x.device.type
    return nullcontext() if kind in WITHOUT else torch.autocast(kind, enabled=False)


def cast(x: Tensor, weights: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return tokens and weights in the kind of numbers that products are to be in."""
    kind = x.device.type
    if kind in WITHOUT or not torch.is_autocast_enabled(kind):
        return x, weights
    numbers = torch.get_autocast_dtype(kind)
    return x.to(numbers), tuple(part.to(numbers) for part in weights)
