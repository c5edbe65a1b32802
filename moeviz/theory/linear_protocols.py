"""Protocols as their linear recursions see them: their steps, and when they end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch

from moeviz.errors import SpecificationError
from moeviz.theory.local_cost import LocalCost
from moeviz.theory.powers import power
from moeviz.theory.recursion import Recursion, Schedule, descent_step, newton_step, recursion

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

    def further(self, rates: Tensor, gradient: Tensor) -> Tensor:
        """Return whether it would go on for its progress' sake with this gradient, shape (R,)."""


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

    def further(self, rates: Tensor, gradient: Tensor) -> Tensor:
        """Return that it looks at no progress."""
        return torch.zeros(gradient.shape[0], dtype=torch.bool)


@dataclass(frozen=True)
class LinearEm:
    r"""Expectation-maximisation, whose error follows :math:`I - I_{complete}^{-1} I_{observed}`.

    Attributes
    ----------
    most : float
        Iterations allowed.
    tolerance : float
        It ends when the mean log-likelihood rises by no more; 0 takes all iterations.

    Notes
    -----
    With gradient b of the mean deviance in the modes, step t raises the mean log-likelihood by
    :math:`\tfrac14\sum_j b_j^2 (2 - x_j)(1 - x_j)^{2(t-1)}`, which falls from step to step.
    """

    most: float
    tolerance: float = 0.0
    rule: str = "mean"

    def recursion(self, local: LocalCost, moving: Tensor) -> Recursion:
        """Return its modes.

        Raises
        ------
        SpecificationError
            If the cost is no deviance of a mixture of densities, or not at its minimum.
        """
        if local.complete is None:
            raise SpecificationError(
                "Expected a density for expectation-maximisation, but got a regression; predict "
                "gradient descent instead."
            )
        # The deviance has twice the log-likelihood's curvature.
        modes = recursion(local.hessian, local.noise, newton_step(2.0 * local.complete, moving))
        if modes.falls:
            raise SpecificationError(
                "Expected a point at which the mean cost is smallest, but it falls from there on; "
                "look for a best approximation inside of the box."
            )
        return modes

    def schedule(self, samples: int) -> Schedule:
        """Return its steps on a sample, were there no tolerance."""
        return Schedule(samples, 0, self.most)

    def ends(self, modes: Recursion, gradient: Tensor, samples: int) -> Tensor:
        """Return after how many iterations it ends, shape (R,)."""
        most = gradient.new_full((gradient.shape[0],), float(self.most))
        if not self.tolerance or not self.most:
            return most
        weight = self._rise(modes.rates, gradient)
        kept = power(modes.rates, 2.0)

        def goes_on(step: Tensor) -> Tensor:
            rise = (weight * power(1.0 - kept, step.unsqueeze(1) - 1.0)).sum(1)
            return rise > self.tolerance

        low, high = torch.zeros_like(most), most.clamp_max(2.0**40)
        while bool((high - low > 1.0).any()):  # the rise falls: halve what is between
            middle = torch.ceil(0.5 * (low + high))
            on = goes_on(middle)
            low, high = torch.where(on, middle, low), torch.where(on, high, middle)
        return high

    def further(self, rates: Tensor, gradient: Tensor) -> Tensor:
        """Return whether a step would raise the mean log-likelihood by more than the tolerance."""
        return self._rise(rates, gradient).sum(1) > self.tolerance

    @staticmethod
    def _rise(rates: Tensor, gradient: Tensor) -> Tensor:
        """Return what each mode's step adds to the mean log-likelihood, shape (R, Q)."""
        return 0.25 * gradient.square() * (2.0 - rates)
