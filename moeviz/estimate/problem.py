"""A least-squares problem: data, a mixture and a box of parameters."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from moeviz.model.mixture import Features, Mixture
from moeviz.model.moments import Moments, moments


@dataclass(frozen=True)
class LeastSquaresProblem:
    r"""Minimise :math:`\sum_n (y_n - f_\theta(x_n))^2` over a box, for F fits at once.

    Attributes
    ----------
    mixture : Mixture
    features : Features
        Features of R data sets.
    response : Tensor, shape (R, N)
    rows : Tensor of int, shape (F,)
        Which data set each fit uses (several starts may share one).
    lower, upper : Tensor, shape (P,)
        The box Theta. Entries with equal ends are held fixed.

    Notes
    -----
    Source: `cosine` eq. 3 and 9; the box is assumption (A.1).
    """

    mixture: Mixture
    features: Features
    response: Tensor
    rows: Tensor
    lower: Tensor
    upper: Tensor

    @property
    def samples(self) -> int:
        """N."""
        return self.features.samples

    def moments(self, theta: Tensor, fits: Tensor) -> Moments:
        """Return the moments at `theta`, shape (A, P), of the fits with indices `fits`."""
        return moments(self.mixture, theta, self.features, self.response, self.rows[fits])

    def clamp(self, theta: Tensor) -> Tensor:
        """Return the nearest point of the box."""
        return torch.minimum(torch.maximum(theta, self.lower), self.upper)
