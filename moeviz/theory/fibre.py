"""Fibres of experts: parameters of one atom's expert that give the same function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from moeviz.model.measure import MixingMeasure
from moeviz.model.mixture import Mixture

if TYPE_CHECKING:
    from torch import Tensor


def copy_slices(mixture: Mixture, width: int) -> list[slice]:
    """Return where the copies of the expert lie in an expert block of `width` entries."""
    copies = mixture.output.copies
    each = (width - mixture.output.scalars) // copies
    return [slice(copy * each, (copy + 1) * each) for copy in range(copies)]


def nearest_experts(mixture: Mixture, fitted: Tensor, true: Tensor) -> Tensor:
    """Return the parameters of the same functions as `fitted` that are nearest to `true`.

    Parameters
    ----------
    mixture : Mixture
    fitted, true : Tensor, shape (..., E)
        Expert blocks; broadcast against each other.
    """
    fitted, true = torch.broadcast_tensors(fitted, true)
    moved = fitted.clone()
    for at in copy_slices(mixture, int(fitted.shape[-1])):
        moved[..., at] = mixture.expert.nearest(fitted[..., at], true[..., at])
    return moved


def expert_distances(mixture: Mixture, fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    """Return distances between experts as functions know them, shape (R, K, K*)."""
    moved = nearest_experts(mixture, fitted.expert.unsqueeze(-2), true.expert.unsqueeze(-3))
    return torch.linalg.vector_norm(moved - true.expert.unsqueeze(-3), dim=-1)


def with_nearest_experts(
    mixture: Mixture, fitted: MixingMeasure, true: MixingMeasure
) -> MixingMeasure:
    """Return `fitted` with each expert moved, along its fibre, to its nearest true expert."""
    moved = nearest_experts(mixture, fitted.expert.unsqueeze(-2), true.expert.unsqueeze(-3))
    gap = torch.linalg.vector_norm(moved - true.expert.unsqueeze(-3), dim=-1)
    choice = gap.argmin(-1)[..., None, None].expand(*gap.shape[:-1], 1, moved.shape[-1])
    return fitted.replace(expert=moved.gather(-2, choice).squeeze(-2))
