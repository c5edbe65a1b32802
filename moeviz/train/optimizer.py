"""What takes the steps of a training run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import nn


def make_optimizer(network: nn.Module, fields: Mapping[str, Any]) -> torch.optim.Optimizer:
    """Return AdamW over a network's parameters, all of them in one pass where the device can.

    Parameters
    ----------
    network : nn.Module
    fields : mapping
        With ``rate`` and ``decay``.
    """
    return torch.optim.AdamW(
        network.parameters(), lr=fields["rate"], weight_decay=fields["decay"], fused=True
    )
