r"""The linear recursion of a protocol near its point, with its exact second moments.

Near a point where the mean cost is smallest, sample i's gradient at an error :math:`\delta` is
:math:`g_i + H\delta`, with :math:`g_i` of mean 0 and covariance C. A protocol that steps along the
gradient of a batch, preconditioned by :math:`M = F F^\top`, then follows

.. math:: \delta_{t+1} = \delta_t - M (H \delta_t + \bar g_t).

With :math:`F^\top H F = U \operatorname{diag}(x) U^\top` and :math:`Q = F U` every mode j of
:math:`\delta_t = \delta_0 + Q w_t` runs alone, :math:`w' = (1 - x_j) w - Q_j^\top (H\delta_0 + \bar
g_t)`. So T steps are sums of powers, which need no loop. Directions that M or H do not see (held
coordinates, the gauge) keep their start.

Batches are drawn without replacement and anew in each epoch. Given the sample, with G the mean of
its n gradients, those of one epoch's batches of sizes b are G plus exchangeable parts z with
:math:`\operatorname{E}[z_k z_l^\top] = C (1_{k=l}/b_k - 1/n)`, whose sum weighted by b is 0; parts
of different epochs are uncorrelated, and so are all with G, whose covariance is C/n. With
:math:`a = 1 - x`, m batches an epoch and :math:`q = a_i a_j` the noise of modes i and j is
:math:`C_{ij}` times

.. math:: \frac{s_T(a_i)\, s_T(a_j)}{n} + \sum_{e<E} q^{me}
          \Bigl[\sum_{k=1}^{m} \frac{q^{m-k}}{b_k} - \frac{s_m(a_i)\, s_m(a_j)}{n}\Bigr],
          \qquad s_T(a) = \sum_{t<T} a^t.

The first part is the sample's own gradient, and in the end the estimator's own error; the second is
what the order of the batches adds, the floor in the end, and nothing of full batches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.errors import SpecificationError
from moeviz.theory.powers import geometric

if TYPE_CHECKING:
    from torch import Tensor

BLIND = 1e-13
"""Modes whose rate is below this share of the largest do not move."""

NEGATIVE = 1e-4
"""A curvature below minus this share of the largest is no rounding: the point is no minimum."""


@dataclass(frozen=True)
class Schedule:
    """How many steps are taken on which batches.

    Attributes
    ----------
    samples : int
        n.
    batch : int
        Samples of a batch; 0, or n and more, takes the whole sample. The last of an epoch has what
        is left.
    epochs : float
        Passes over the sample; infinity for the limit.

    Raises
    ------
    SpecificationError
        If there are no samples, or a number is negative.
    """

    samples: int
    batch: int = 0
    epochs: float = 1

    def __post_init__(self) -> None:
        if self.samples < 1 or self.batch < 0 or not self.epochs >= 0:
            raise SpecificationError(
                "Expected at least one sample and no negative batch or epochs, but got "
                f"n = {self.samples}, batch = {self.batch} and epochs = {self.epochs:g}."
            )

    @property
    def size(self) -> int:
        """Samples of all batches but the last of an epoch."""
        return min(self.batch or self.samples, self.samples)

    @property
    def batches(self) -> int:
        """Batches of an epoch."""
        return -(-self.samples // self.size)

    @property
    def last(self) -> int:
        """Samples of an epoch's last batch."""
        return self.samples - (self.batches - 1) * self.size

    @property
    def steps(self) -> float:
        """T, the steps of all epochs."""
        return self.epochs * self.batches


@dataclass(frozen=True)
class Recursion:
    """The modes of a protocol's linear recursion.

    Attributes
    ----------
    modes : Tensor, shape (P, Q)
        What each mode moves.
    rates : Tensor, shape (Q,)
        x, the share of itself that a mode loses in a step, ascending; none is 0. Below 0 and beyond
        2 it grows.
    pull : Tensor, shape (Q, P)
        From an error to the gradient that each mode sees.
    noise : Tensor, shape (Q, Q)
        Covariance of one sample's gradient in the modes.
    idle : Tensor, shape (P, Q')
        What could move and has no reason to: directions of no curvature.
    level : float
        The mean cost at the point, where a protocol looks at it; else no number.
    """

    modes: Tensor
    rates: Tensor
    pull: Tensor
    noise: Tensor
    idle: Tensor
    level: float = math.nan

    @property
    def fastest(self) -> float:
        """The largest rate, 0 where nothing moves."""
        return float(self.rates.max()) if self.rates.numel() else 0.0

    @property
    def falls(self) -> bool:
        """Whether the mean cost falls from the point on, which then is no minimum."""
        return bool((self.rates < 0).any())

    @property
    def diverges(self) -> bool:
        """Whether some mode grows without end."""
        return self.fastest > 2.0 or self.falls

    def start_map(self, steps: float) -> Tensor:
        """Return the matrix from the start's error to what is left of it, shape (P, P)."""
        eye = torch.eye(self.modes.shape[0], dtype=self.modes.dtype)
        return eye - (self.modes * geometric(self.rates, steps)) @ self.pull

    def sampled(self, schedule: Schedule) -> Tensor:
        """Return the second moment that the sample's own gradient adds, in modes, shape (Q, Q)."""
        total = geometric(self.rates, schedule.steps)
        return self.noise * torch.outer(total, total) / schedule.samples

    def shuffled(self, schedule: Schedule) -> Tensor:
        """Return the second moment that the batches' order adds, in modes, shape (Q, Q)."""
        count = schedule.batches
        if count == 1:
            return torch.zeros_like(self.noise)
        rates = self.rates
        both = rates.unsqueeze(0) + rates.unsqueeze(1) - torch.outer(rates, rates)
        epoch = geometric(rates, count)
        each = 1.0 / schedule.last + (1.0 - both) * geometric(both, count - 1) / schedule.size
        each = each - torch.outer(epoch, epoch) / schedule.samples
        kept = both * geometric(both, count)  # 1 - (a_i a_j)^m, exact where it is small
        return self.noise * each * geometric(kept, schedule.epochs)

    def second_moment(self, start: Tensor, schedule: Schedule) -> Tensor:
        """Return the mean squared error matrix at the end, shape (P, P).

        Parameters
        ----------
        start : Tensor, shape (P, P)
            The mean of the start's error times itself: its covariance, where its mean is 0.
        schedule : Schedule

        Returns
        -------
        Tensor
            Of infinities where the protocol diverges beyond all numbers.
        """
        left = self.start_map(schedule.steps)
        added = self.sampled(schedule) + self.shuffled(schedule)
        total = left @ start @ left.mT + self.modes @ added @ self.modes.mT
        return total if bool(total.isfinite().all()) else torch.full_like(total, math.inf)


def recursion(hessian: Tensor, noise: Tensor, step: Tensor) -> Recursion:
    r"""Return the modes of :math:`\delta' = \delta - F F^\top (H\delta + \bar g)`.

    Parameters
    ----------
    hessian : Tensor, shape (P, P)
        H of the mean cost.
    noise : Tensor, shape (P, P)
        C, covariance of one sample's gradient.
    step : Tensor, shape (P, R)
        F. Coordinates that are held have rows of 0.
    """
    inner = step.mT @ hessian @ step
    rates, turn = torch.linalg.eigh(0.5 * (inner + inner.mT))
    largest = float(rates.abs().max()) if rates.numel() else 0.0
    moves = (rates > BLIND * largest) | (rates < -NEGATIVE * largest)
    modes = step @ turn[:, moves]
    idle = step @ turn[:, ~moves]
    return Recursion(modes, rates[moves], modes.mT @ hessian, modes.mT @ noise @ modes, idle)


def descent_step(moving: Tensor, rate: float) -> Tensor:
    """Return F of gradient descent, shape (P, R).

    Parameters
    ----------
    moving : Tensor of bool, shape (P,)
        Coordinates that are not held.
    rate : float
        Length of a step along the gradient of the mean cost.
    """
    eye = torch.eye(moving.shape[0], dtype=torch.float64)
    return math.sqrt(rate) * eye[:, moving]


def newton_step(curvature: Tensor, moving: Tensor) -> Tensor:
    r"""Return F of steps :math:`K^{+}`, shape (P, R), such as EM's with the complete information.

    Parameters
    ----------
    curvature : Tensor, shape (P, P)
        K. Along its null directions nothing moves; of all steps with one gradient the shortest is
        taken, each coordinate measured by its own curvature, which is the limit of small damping
        relative to the diagonal.
    moving : Tensor of bool, shape (P,)
        Coordinates that are not held.
    """
    eye = torch.eye(moving.shape[0], dtype=curvature.dtype)[:, moving]
    inner = eye.mT @ curvature @ eye
    diagonal = inner.diagonal()
    seen = diagonal > BLIND * diagonal.amax() if diagonal.numel() else diagonal > 0
    scale = torch.where(seen, diagonal.clamp_min(1e-300).rsqrt(), torch.zeros_like(diagonal))
    values, vectors = torch.linalg.eigh(inner * torch.outer(scale, scale))
    keep = values > BLIND * values.abs().amax() if values.numel() else values > 0
    roots = vectors[:, keep] * values[keep].rsqrt()
    return eye @ (scale.unsqueeze(1) * roots)
