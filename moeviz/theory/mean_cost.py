"""The mean cost of a model over data that a source makes, and its gradient anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.model.mixture import Features, Mixture
from moeviz.model.moments import costs, slopes
from moeviz.theory.information import node_draws

if TYPE_CHECKING:
    from torch import Tensor

FEW = {False: 1 << 9, True: 1 << 11}
"""Inputs over which the cost is averaged farther away, of regressions and of densities."""

SAMPLES = 32
"""Small samples whose gradients are compared."""

TOGETHER = 1 << 23
"""Numbers of derivatives, one for each sample and parameter, of one pass; bounds memory."""


@dataclass(frozen=True)
class Source:
    """The model that makes the data, where that is not the fitted one.

    Attributes
    ----------
    mixture : Mixture
    theta : Tensor, shape (P*,)
    """

    mixture: Mixture
    theta: Tensor


@dataclass(frozen=True)
class MeanCost:
    """The mean cost of a model over inputs and observations of a source.

    Attributes
    ----------
    mixture : Mixture
        The fitted model.
    features : Features
        Of S samples of N inputs.
    response : Tensor, shape (S, N)
        Observations.
    """

    mixture: Mixture
    features: Features
    response: Tensor

    def value(self, theta: Tensor) -> float:
        """Return the mean cost at parameters, shape (P,), over the first sample."""
        rows = torch.zeros(1, dtype=torch.long)
        total = costs(self.mixture, theta.unsqueeze(0), self.features, self.response, rows)
        return float(total[0]) / self.features.samples

    def gradient(self, theta: Tensor, rows: Tensor | None = None) -> Tensor:
        """Return the gradients at several parameters, shape (F, P) each.

        `rows`, shape (F,), says over which sample; by default over the first.
        """
        if rows is None:
            rows = torch.zeros(theta.shape[0], dtype=torch.long)
        count = self.features.samples
        each = max(1, TOGETHER // (count * theta.shape[1]))
        parts = [
            self._gradient(part.contiguous(), at)
            for part, at in zip(theta.split(each), rows.split(each), strict=True)
        ]
        return torch.cat(parts) * (-2.0 / count)

    def _gradient(self, theta: Tensor, rows: Tensor) -> Tensor:
        features = self.features.take(rows, 0, self.features.samples)
        return slopes(self.mixture, theta, features, self.response.index_select(0, rows))


def mean_cost(mixture: Mixture, source: Source, x: Tensor) -> MeanCost:
    """Return the mean cost over inputs `x`, shape (1, D, N).

    Observations are drawn for densities, and the source's values for regressions.
    """
    made = source.mixture.features(x)
    values = source.mixture.values(source.theta, Features(made.gate[0], made.expert[0]))
    uniform, normal = node_draws(int(x.shape[-2]), int(x.shape[-1]))
    noise = normal if mixture.output.density else torch.zeros_like(normal)
    response = source.mixture.output.observe(values, uniform, noise).unsqueeze(0)
    return MeanCost(mixture, mixture.features(x), response)


def sampled_costs(mixture: Mixture, source: Source, x: Tensor) -> MeanCost:
    """Return the cost over SAMPLES samples of inputs among `x`, shape (1, D, N), with noise."""
    rng = np.random.default_rng(0)
    count = FEW[mixture.output.density]
    chosen = torch.from_numpy(rng.integers(0, x.shape[-1], (SAMPLES, count)))
    inputs = x[0][:, chosen].transpose(0, 1).contiguous()
    uniform = torch.from_numpy(rng.random((SAMPLES, count)))
    normal = torch.from_numpy(rng.standard_normal((SAMPLES, count)))
    values = source.mixture.values(source.theta, source.mixture.features(inputs))
    response = source.mixture.output.observe(values, uniform, normal)
    return MeanCost(mixture, mixture.features(inputs), response)
