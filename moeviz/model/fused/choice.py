"""Which way a pass goes: fused, or tensor by tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import torch

if TYPE_CHECKING:
    from torch import Tensor

from moeviz.kernels import wanted
from moeviz.model.fused import density, regression
from moeviz.model.fused.loaded import loaded

if TYPE_CHECKING:
    from moeviz.model.mixture import Mixture

Way = Literal["fused", "torch"]


def way_of(mixture: Mixture, device: str) -> Way:
    """Return which way a fit of this mixture goes on a kind of device."""
    if regression.supported(mixture):
        needed = regression.PASS
    elif density.supported(mixture):
        needed = density.PASS
    else:
        return "torch"
    return "fused" if _usable(device, needed) else "torch"


def _usable(device: str, *modules: str) -> bool:
    return wanted() and device == "cpu" and loaded(*modules)


def allowed(tensor: Tensor, *modules: str) -> bool:
    """Return whether compiled code may work on tensors like this one.

    Parameters
    ----------
    tensor : Tensor
    *modules : str
        The modules of :mod:`moeviz.model.fused` that are about to be used; they are compiled now
        if need be, and where that cannot be done nothing is allowed.
    """
    return (
        tensor.dtype == torch.float64
        and not tensor.requires_grad
        and _usable(tensor.device.type, *modules)
    )
