"""Draws: the random streams of a study, and the inputs and noise of its data sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.model import OUTPUTS
from moeviz.study.specification import Specification

if TYPE_CHECKING:
    from torch import Tensor

PIECE = 1 << 14
"""Numbers that are drawn and scaled in one go, so that they stay in the processor's cache."""


def stream(spec: Specification, purpose: int, n: int, replicate: int) -> np.random.Generator:
    """Return the random stream of one purpose of one replicate.

    Purposes are 0 for data, 1 for starts and 2 for the order of stochastic gradient descent.
    """
    return np.random.default_rng((spec["seed"], purpose, n, replicate))


@dataclass(frozen=True)
class Draws:
    """What is random in the data sets of some replicates.

    Attributes
    ----------
    inputs : Tensor, shape (R, D + 1, N)
        Uniform on the study's cube, and a last row of ones.
    normal : Tensor, shape (R, N)
        Standard draws.
    uniform : Tensor, shape (R, N)
        Standard draws; zeros where the study's output asks for none.
    """

    inputs: Tensor
    normal: Tensor
    uniform: Tensor

    @property
    def x(self) -> Tensor:
        """The inputs alone, shape (R, D, N)."""
        return self.inputs[:, :-1]

    def to(self, device: str) -> Draws:
        """Return the draws on another device."""
        return Draws(self.inputs.to(device), self.normal.to(device), self.uniform.to(device))


def sample(spec: Specification, n: int, first: int, last: int) -> Draws:
    """Draw inputs and noise of replicates `first` to `last`.

    The same draws serve every fit of a study, so that curves differ by model and estimator alone.
    """
    d, count = spec["dimension"], last - first
    inputs, normal = np.empty((count, d + 1, n)), np.empty((count, n))
    inputs[:, d] = 1.0
    chosen = OUTPUTS[spec["output"]].chosen
    uniform = np.empty((count, n)) if chosen else None
    low, width = spec["low"], spec["high"] - spec["low"]
    for row, replicate in enumerate(range(first, last)):
        rng = stream(spec, 0, n, replicate)
        flat = inputs[row, :d].reshape(-1)
        for at in range(0, d * n, PIECE):
            piece = flat[at : at + PIECE]
            rng.random(out=piece)
            piece *= width
            piece += low
        rng.standard_normal(out=normal[row])
        if uniform is not None:  # last of its stream: to leave it out changes nothing before it
            rng.random(out=uniform[row])
    found = torch.from_numpy(normal)
    drawn = found.new_zeros(()).expand_as(found) if uniform is None else torch.from_numpy(uniform)
    return Draws(torch.from_numpy(inputs), found, drawn)
