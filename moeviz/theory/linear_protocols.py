"""Protocols as their linear recursions see them: their steps, and when they end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch

from moeviz.theory.local_cost import LocalCost
from moeviz.theory.recursion import Recursion, Schedule, descent_step, recursion

if TYPE_CHECKING:
    from torch import Tensor


class LinearProtocol(Protocol):
    """A protocol as its linear recursion sees it."""

    def recursion(self, local: LocalCost, moving: Tensor) -> Recursion:
        """Return its modes; coordinates that are not `moving`, shape (P,), are held."""

    def schedule(self, samples: int) -> Schedule:
        """Return its steps on a sample, as long as nothing ends it earlier."""

    def ends(self, modes: Recursion, gradient: Tensor, samples: int) -> Tensor:
        """Return after how many steps it ends, shape (R,).

        `gradient`, shape (R, Q), is the sample's own at the start, in modes.
        """

    def further(self, modes: Recursion, gradient: Tensor, samples: int) -> Tensor:
        """Return whether it would go on for its progress' sake with this gradient, shape (R,).

        `gradient`, shape (R, Q + Q'), is that in modes and then in idle ones.
        """


@dataclass(frozen=True)
class LinearDescent:
    """Stochastic gradient descent.

    Attributes
    ----------
    epochs : float
        Passes over the data; 0 leaves the starts, infinity the limit.
    rate : float
        Step along the gradient of the mean cost of a batch.
    batch : int
        Samples per batch; 0 takes the whole sample.
    """

    epochs: float
    rate: float
    batch: int = 0

    def recursion(self, local: LocalCost, moving: Tensor) -> Recursion:
        """Return its modes."""
        return recursion(local.hessian, local.noise, descent_step(moving, self.rate))

    def schedule(self, samples: int) -> Schedule:
        """Return its steps on a sample."""
        return Schedule(samples, self.batch, self.epochs)

    def ends(self, modes: Recursion, gradient: Tensor, samples: int) -> Tensor:
        """Return the steps of all its epochs, shape (R,)."""
        return gradient.new_full((gradient.shape[0],), self.schedule(samples).steps)

    def further(self, modes: Recursion, gradient: Tensor, samples: int) -> Tensor:
        """Return that it looks at no progress."""
        return torch.zeros(gradient.shape[0], dtype=torch.bool)
