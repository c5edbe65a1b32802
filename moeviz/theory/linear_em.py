r"""Expectation-maximisation as its linear recursion sees it, under each rule that ends it.

The error follows :math:`I - I_{complete}^{-1} I_{observed}`. With gradient b of the mean deviance
in the modes, :math:`q_j = (1 - x_j)^{2(t-1)}` and c the mean deviance at the point, step t raises
the mean log-likelihood and moves the parameters by

.. math:: \tfrac14 \sum_j b_j^2 (2 - x_j) q_j, \qquad -\sum_j Q_j b_j (1 - x_j)^{t-1},

from a mean log-likelihood of :math:`-\tfrac12 c - \tfrac14 \sum_j b_j^2 q_j / x_j`, up to the
sample's own fluctuation of c. A rise falls from step to step, so that the step that ends a run is
found by halving; what a rule compares with something that moves along is looked at step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from moeviz.errors import SpecificationError
from moeviz.theory.local_cost import LocalCost
from moeviz.theory.powers import power
from moeviz.theory.recursion import Recursion, Schedule, newton_step, recursion

if TYPE_CHECKING:
    from torch import Tensor

RISES = ("mean", "total", "none")
"""Rules that compare a rise with a constant."""

LOOKS = ("relative", "parameters")
"""Rules that are looked at step by step."""

MOST_LOOKS = 10_000
"""Steps that are looked at; a run that may take more is not predicted under such a rule."""

LEAST_LEVEL = 0.1
"""A mean log-likelihood below this is no measure: a sample's own may be far from it, or of another
sign."""

FEW = 8
"""Steps looked at together at first; later as many as were looked at before."""

TOGETHER = 1 << 21
"""Numbers looked at at once; bounds memory."""


@dataclass(frozen=True)
class LinearEm:
    """Expectation-maximisation.

    Attributes
    ----------
    most : float
        Iterations allowed.
    tolerance : float
        It ends when a step changes what the rule watches by no more; 0 takes all iterations.
    rule : str
        Of what it is the tolerance: ``mean`` or ``total`` log-likelihood, ``relative`` change of
        it, ``parameters``, or ``none``, which takes all iterations.
    """

    most: float
    tolerance: float = 0.0
    rule: str = "mean"

    @property
    def _endless(self) -> bool:
        return self.rule == "none" or not self.tolerance or not self.most

    def recursion(self, local: LocalCost, moving: Tensor) -> Recursion:
        """Return its modes.

        Raises
        ------
        SpecificationError
            If the cost is no deviance of a mixture of densities, or not at its minimum, or if it
            cannot be said when the rule ends a run.
        """
        if local.complete is None:
            raise SpecificationError(
                "Expected a density for expectation-maximisation, but got a regression; predict "
                "gradient descent instead."
            )
        self._check(local.level)
        # The deviance has twice the log-likelihood's curvature.
        modes = recursion(local.hessian, local.noise, newton_step(2.0 * local.complete, moving))
        if modes.falls:
            raise SpecificationError(
                "Expected a point at which the mean cost is smallest, but it falls from there on; "
                "look for a best approximation inside of the box."
            )
        return replace(modes, level=local.level)

    def _check(self, level: float) -> None:
        if self.rule not in (*RISES, *LOOKS):
            raise SpecificationError(
                f"Expected one of the rules {', '.join((*RISES, *LOOKS))}, but got '{self.rule}'; "
                "nothing is predicted of others."
            )
        if self._endless or self.rule in RISES:
            return
        if not self.most <= MOST_LOOKS:
            raise SpecificationError(
                f"Expected at most {MOST_LOOKS} iterations under the rule '{self.rule}', but got "
                f"{self.most:g}; take fewer, or another rule."
            )
        if self.rule == "relative" and not 0.5 * abs(level) >= LEAST_LEVEL:
            raise SpecificationError(
                f"Expected a mean log-likelihood beyond {LEAST_LEVEL:g} or -{LEAST_LEVEL:g} for a "
                f"tolerance relative to it, but it is {-0.5 * level:.3g}; take another rule."
            )

    def schedule(self, samples: int) -> Schedule:
        """Return its steps on a sample, were there no tolerance."""
        return Schedule(samples, 0, self.most)

    def ends(self, modes: Recursion, gradient: Tensor, samples: int) -> Tensor:
        """Return after how many iterations it ends, shape (R,)."""
        most = gradient.new_full((gradient.shape[0],), float(self.most))
        if self._endless:
            return most
        if self.rule == "relative":
            return _first(modes, most, gradient, self._above_level(modes), 1)
        if self.rule == "parameters":
            return _first(modes, most, gradient, self._moves(modes), modes.modes.shape[0])
        allowed, weight = self._allowed(samples), self._rise(modes.rates, gradient)
        kept = power(modes.rates, 2.0)

        def goes_on(step: Tensor) -> Tensor:
            rise = (weight * power(1.0 - kept, step.unsqueeze(1) - 1.0)).sum(1)
            return rise > allowed

        low, high = torch.zeros_like(most), most.clamp_max(2.0**40)
        while bool((high - low > 1.0).any()):  # the rise falls: halve what is between
            middle = torch.ceil(0.5 * (low + high))
            on = goes_on(middle)
            low, high = torch.where(on, middle, low), torch.where(on, high, middle)
        return high

    def further(self, modes: Recursion, gradient: Tensor, samples: int) -> Tensor:
        """Return whether a step would change more than the tolerance, shape (R,)."""
        if self._endless:
            return torch.ones(gradient.shape[0], dtype=torch.bool)
        if self.rule == "parameters":
            whole = torch.cat([modes.modes, modes.idle], dim=1)
            return (gradient @ whole.mT).abs().amax(1) > self.tolerance
        rates = torch.cat([modes.rates, modes.rates.new_zeros(modes.idle.shape[1])])
        allowed = self._allowed(samples)
        if self.rule == "relative":
            allowed = self.tolerance * 0.5 * abs(modes.level)
        return self._rise(rates, gradient).sum(1) > allowed

    def _allowed(self, samples: int) -> float:
        """Return the rise of the mean log-likelihood that ends a run."""
        return self.tolerance / samples if self.rule == "total" else self.tolerance

    @staticmethod
    def _rise(rates: Tensor, gradient: Tensor) -> Tensor:
        """Return what each mode's step adds to the mean log-likelihood, shape (R, Q)."""
        return 0.25 * gradient.square() * (2.0 - rates)

    def _above_level(self, modes: Recursion) -> Callable[[Tensor, Tensor], Tensor]:
        """Return what says whether a step's rise is a larger share than the tolerance."""

        def goes_on(gradient: Tensor, left: Tensor) -> Tensor:
            kept = left.square().mT
            rise = self._rise(modes.rates, gradient) @ kept
            missing = (0.25 * gradient.square() / modes.rates) @ kept
            return rise > self.tolerance * (0.5 * modes.level + missing).abs()

        return goes_on

    def _moves(self, modes: Recursion) -> Callable[[Tensor, Tensor], Tensor]:
        """Return what says whether a step moves some parameter by more than the tolerance."""

        def goes_on(gradient: Tensor, left: Tensor) -> Tensor:
            step = (gradient.unsqueeze(1) * left) @ modes.modes.mT
            return step.abs().amax(2) > self.tolerance

        return goes_on


def _first(
    modes: Recursion,
    most: Tensor,
    gradient: Tensor,
    goes_on: Callable[[Tensor, Tensor], Tensor],
    width: int,
) -> Tensor:
    """Return the first step of each run after which it does not go on, at most `most`.

    Parameters
    ----------
    modes : Recursion
    most : Tensor, shape (R,)
    gradient : Tensor, shape (R, Q)
        At the start.
    goes_on : callable
        From gradients, shape (A, Q), and what T steps find left of each mode, shape (T, Q), to
        whether each run goes on after each step, shape (A, T).
    width : int
        Numbers that it makes of one step of one run.
    """
    ended, running = most.clone(), torch.arange(most.shape[0])
    step, last = 0, int(most.max()) if most.numel() else 0
    while step < last and running.numel():
        most_together = max(1, TOGETHER // (running.shape[0] * width))
        together = min(last - step, max(FEW, step), most_together)
        before = torch.arange(step, step + together, dtype=gradient.dtype)
        stops = ~goes_on(gradient[running], power(modes.rates, before.unsqueeze(1)))
        over = stops.any(1)
        ended[running[over]] = (stops[over].double().argmax(1) + step + 1).to(ended.dtype)
        running, step = running[~over], step + together
    return ended
