r"""The mean cost next to a point: its curvature, and how one sample's gradient scatters.

With :math:`c(\theta; x, y)` a sample's cost (the squared residual, or :math:`-2\log p`), what a
protocol meets near :math:`\bar\theta` is :math:`H = \operatorname{E}\nabla^2 c` and :math:`C =
\operatorname{Cov}\nabla c`. At the truth both follow from the information I of one observation:
with u = 1/\sigma^2 for a regression and 1 for a density, :math:`H = 2I/u` and :math:`C = 4I/u^2`.
At the best approximation of a truth that the model does not contain, H has the residual's part,
too, and C is the middle of the sandwich :math:`H^{-1} C H^{-1}`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from moeviz.model.complete import complete_moments
from moeviz.model.measure import Layout
from moeviz.model.mixture import Features, Mixture
from moeviz.model.moments import moments
from moeviz.theory.information import fisher_information
from moeviz.theory.mean_cost import FEW, SAMPLES, MeanCost, Source, mean_cost, sampled_costs
from moeviz.theory.tangent import gauge_tangent

if TYPE_CHECKING:
    from torch import Tensor

NEAR = 3e-3
"""Half the distance over which gradients are compared where a curvature has no formula."""

SCATTER = 1 << 11
"""Inputs over which the gradients' scatter is averaged where it has no formula."""


@dataclass(frozen=True)
class LocalCost:
    """The mean cost around a point, to second order.

    Attributes
    ----------
    theta : Tensor, shape (P,)
        The truth, or its best approximation.
    hessian : Tensor, shape (P, P)
        H.
    noise : Tensor, shape (P, P)
        C, covariance of one sample's gradient.
    far : MeanCost
        What it is farther away, over fewer inputs.
    bend : Tensor, shape (P, P)
        H over those.
    apart : MeanCost
        Over small samples of their own.
    drift : Tensor, shape (P,)
        The mean cost's gradient at the point; not 0 where the search for a best approximation
        ended before its end.
    complete : Tensor, shape (P, P), optional
        Information of one complete observation, of densities.
    level : float
        The mean cost at the point, of densities; else no number.
    """

    theta: Tensor
    hessian: Tensor
    noise: Tensor
    far: MeanCost
    bend: Tensor
    apart: MeanCost
    drift: Tensor
    complete: Tensor | None = None
    level: float = math.nan

    def remainder(self, theta: Tensor) -> Tensor:
        """Return the mean gradient beyond its linear part at parameters, shape (M, R, P)."""
        return self._change(theta) - (theta - self.theta) @ self.bend

    def scatter(self, theta: Tensor) -> Tensor:
        """Return how the gradient's way from the point to parameters scatters, of one observation.

        `theta` has the shape (M, R, P), and so has what is returned: the deviation of one small
        sample, the same for all M, times the root of its size.
        """
        mine = torch.arange(theta.shape[1]) % SAMPLES
        rows = mine.expand(theta.shape[:2]).flatten()
        base = self.apart.gradient(self.theta.expand(SAMPLES, -1), torch.arange(SAMPLES))
        own = self.apart.gradient(theta.flatten(0, 1), rows) - base[rows]
        deviation = own.unflatten(0, theta.shape[:2]) - self._change(theta)
        return deviation * self.apart.features.samples**0.5

    def _change(self, theta: Tensor) -> Tensor:
        here = self.far.gradient(self.theta.unsqueeze(0))
        return (self.far.gradient(theta.flatten(0, 1)) - here).unflatten(0, theta.shape[:2])


def local_cost(
    mixture: Mixture,
    theta: Tensor,
    layout: Layout,
    x: Tensor,
    source: Source | None = None,
    information: Tensor | None = None,
    stationary: bool = True,
) -> LocalCost:
    """Return the mean cost around a point.

    Parameters
    ----------
    mixture : Mixture
        The fitted model.
    theta : Tensor, shape (P,)
        The truth, or its best approximation.
    layout : Layout
    x : Tensor, shape (1, D, N)
        Inputs, equally weighted.
    source : Source, optional
        What makes the data; by default `theta` itself.
    information : Tensor, shape (P, P), optional
        Of one observation at the truth, if it is known already.
    stationary : bool
        Whether the search for a best approximation has come to its end, so that the gradient there
        is 0, which an average over drawn observations would blur.
    """
    made = source or Source(mixture, theta)
    output, tangent = mixture.output, gauge_tangent(mixture, theta, layout)
    far = mean_cost(mixture, made, x[..., : FEW[output.density]])
    whole = mean_cost(mixture, made, x)
    bend = _curvature(far, theta, tangent) if source or output.density else 2.0 * _gram(far, theta)
    drift = torch.zeros_like(theta)
    if source is None:
        unit = output.information_factor
        if information is None:
            information = fisher_information(mixture, theta.unsqueeze(0), x)[0]
        hessian, noise = 2.0 * information / unit, 4.0 * information / unit**2
    else:
        some = mean_cost(mixture, source, x[..., :SCATTER])
        noise = _scatter(some, theta)
        if not stationary:
            drift = whole.gradient(theta.unsqueeze(0))[0]
        if output.density:
            hessian = _curvature(whole, theta, tangent)
        else:
            # Only the residual's part, which is small, is averaged over fewer inputs.
            hessian = 2.0 * _gram(whole, theta) + _residual_curvature(some, theta, tangent)
    apart = sampled_costs(mixture, made, x)
    found = LocalCost(theta, hessian, noise, far, bend, apart, drift)
    if not output.density:
        return found
    return replace(found, complete=_complete(whole, theta), level=whole.value(theta))


def _curvature(cost: MeanCost, theta: Tensor, tangent: Tensor) -> Tensor:
    """Return H by differences of gradients; none along the gauge."""
    moves = NEAR * torch.eye(theta.shape[0], dtype=theta.dtype)
    ahead, behind = cost.gradient(theta + moves), cost.gradient(theta - moves)
    hessian = (ahead - behind) / (2.0 * NEAR)
    hessian = 0.5 * (hessian + hessian.mT)
    if not tangent.shape[0]:
        return hessian
    basis, _ = torch.linalg.qr(tangent.mT)
    off = torch.eye(theta.shape[0], dtype=theta.dtype) - basis @ basis.mT
    return off @ hessian @ off


def _residual_curvature(cost: MeanCost, theta: Tensor, tangent: Tensor) -> Tensor:
    """Return the part of H that a regression's residual brings."""
    return _curvature(cost, theta, tangent) - 2.0 * _gram(cost, theta)


def _gram(cost: MeanCost, theta: Tensor) -> Tensor:
    """Return the mean of J J^T of a regression."""
    found = moments(cost.mixture, theta.unsqueeze(0), cost.features, cost.response)
    return found.gram[0] / cost.features.samples


def _scatter(cost: MeanCost, theta: Tensor) -> Tensor:
    """Return the covariance of one sample's gradient."""
    mixture, count = cost.mixture, cost.features.samples
    features = Features(cost.features.gate[0], cost.features.expert[0])
    gradient = -2.0 * mixture.score_function(theta, features, cost.response[0])
    off = gradient - gradient.mean(-1, keepdim=True)
    scatter = off @ off.mT / count
    if mixture.output.density:
        return scatter
    rows = mixture.jacobian(theta, features)
    # The noise of a regression is known: E[(2 sigma e J)(2 sigma e J)^T].
    return scatter + 4.0 / mixture.output.information_factor * (rows @ rows.mT) / count


def _complete(cost: MeanCost, theta: Tensor) -> Tensor:
    """Return the information of one complete observation."""
    rows = torch.zeros(1, dtype=torch.long)
    found = complete_moments(
        cost.mixture, theta.unsqueeze(0), cost.features, cost.response, rows
    ).gram[0]
    return found / cost.features.samples
