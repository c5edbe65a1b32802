"""Which way a pass goes: fused, or tensor by tensor."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

import torch

if TYPE_CHECKING:
    from torch import Tensor

from moeviz.kernels import wanted
from moeviz.model.fused import density, regression

if TYPE_CHECKING:
    from moeviz.model.mixture import Mixture

Way = Literal["fused", "torch"]


@cache
def available() -> bool:
    """Return whether compiled code can be made here."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


def way_of(mixture: Mixture, device: str) -> Way:
    """Return which way a fit of this mixture goes on a kind of device."""
    known = regression.supported(mixture) or density.supported(mixture)
    return "fused" if _usable(device) and known else "torch"


def _usable(device: str) -> bool:
    return wanted() and device == "cpu" and available()


def allowed(tensor: Tensor) -> bool:
    """Return whether compiled code may work on tensors like this one."""
    return (
        _usable(tensor.device.type) and tensor.dtype == torch.float64 and not tensor.requires_grad
    )
