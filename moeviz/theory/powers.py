"""Powers and sums of powers of what a step leaves, which stand for any number of steps at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor


def power(rate: Tensor, steps: Tensor | float) -> Tensor:
    r"""Return :math:`(1 - x)^T`, elementwise, for whole T that may be infinite.

    Parameters
    ----------
    rate : Tensor
        x.
    steps : Tensor or float
        T, at least 0.
    """
    steps = torch.as_tensor(steps, dtype=rate.dtype)
    small = rate < 1.0
    log = torch.where(
        small, torch.log1p(-rate.clamp_max(1.0)), torch.log((rate - 1.0).clamp_min(0.0))
    )
    size = torch.exp(steps * log)
    size = torch.where((steps == 0) | (rate == 0), torch.ones_like(size), size)
    odd = torch.remainder(steps, 2.0) == 1.0
    return torch.where(odd & ~small, -size, size)


def geometric(rate: Tensor, steps: Tensor | float) -> Tensor:
    r"""Return :math:`\sum_{t<T} (1 - x)^t`, elementwise, exactly also where x is next to 0.

    Parameters
    ----------
    rate : Tensor
        x.
    steps : Tensor or float
        T, at least 0 and whole; infinity for the limit.
    """
    steps = torch.as_tensor(steps, dtype=rate.dtype)
    near = rate < 0.5
    inside = torch.where(near & (rate != 0), rate, torch.full_like(rate, 0.25))
    fell = torch.where(
        steps == 0, torch.zeros_like(inside * steps), -torch.expm1(steps * torch.log1p(-inside))
    )
    outside = torch.where(near, torch.ones_like(rate), rate)
    summed = torch.where(near, fell / inside, (1.0 - power(outside, steps)) / outside)
    return torch.where(rate == 0, steps.expand_as(summed), summed)
