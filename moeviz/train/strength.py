"""How strongly experts answer: a mean over their answers' numbers, in as few steps as can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import nn

from moeviz.model.affinities import Affinity

if TYPE_CHECKING:
    from torch import Tensor

LINEAR = 40.0
"""Beyond this, log(1 + e^h) is h to a computer."""

FUSED: dict[str, Callable[[Tensor], Tensor]] = {
    "softplus(h)": lambda h: nn.functional.softplus(h, threshold=LINEAR),
    "h*sigmoid(h)": nn.functional.silu,
    "sigmoid(h)": torch.sigmoid,
    "relu(h)": torch.relu,
    "exp(h)": torch.exp,
}
"""Formulas of one entry that torch computes in one step; a test holds them to the formulas."""


def strengths(affinity: Affinity, answers: Tensor) -> Tensor:
    """Return how strongly experts answer, shape (N, T), of their answers, shape (N, T, d)."""
    fused = FUSED.get(affinity.formula_text)
    if fused is not None:
        return fused(answers).mean(-1)
    return affinity.of(answers.movedim(-1, 0))
