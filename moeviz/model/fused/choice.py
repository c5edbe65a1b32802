"""Which way a pass goes: fused, or tensor by tensor."""

from __future__ import annotations

import os
from functools import cache
from typing import Literal

import torch
from torch import Tensor

KERNEL = "MOEVIZ_KERNEL"
"""The environment variable that chooses: ``torch`` goes tensor by tensor."""

Way = Literal["fused", "torch"]


@cache
def available() -> bool:
    """Return whether compiled code can be made here."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


def allowed(tensor: Tensor) -> bool:
    """Return whether compiled code may work on tensors like this one."""
    return (
        os.environ.get(KERNEL) != "torch"
        and tensor.device.type == "cpu"
        and tensor.dtype == torch.float64
        and not tensor.requires_grad
        and available()
    )
