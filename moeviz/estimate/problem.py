"""An estimation problem: data, a mixture and a box of parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from moeviz.model.complete import CompleteMoments, complete_moments
from moeviz.model.mixture import Features, Mixture
from moeviz.model.moments import Moments, costs, moments

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Problem:
    r"""Minimise a cost over a box, for F fits at once.

    The cost is the sum of squared residuals :math:`\sum_n (y_n - f_\theta(x_n))^2` for
    regressions and the deviance :math:`-2\sum_n \log p_\theta(y_n|x_n)` for densities.

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

    Raises
    ------
    ShapeError
        If the mixture's output cannot have made some of the responses.

    Notes
    -----
    Source: `cosine` eq. 3 and 9; `multinomial` eq. 2; the box is `cosine` assumption (A.1).
    """

    mixture: Mixture
    features: Features
    response: Tensor
    rows: Tensor
    lower: Tensor
    upper: Tensor

    def __post_init__(self) -> None:
        self.mixture.output.check(self.response)

    @property
    def samples(self) -> int:
        """N."""
        return self.features.samples

    def part(self, samples: int, fits: Tensor) -> Problem:
        """Return the problem of the first `samples` samples of the fits with indices `fits`."""
        features = Features(
            self.features.gate[..., :samples].contiguous(),
            self.features.expert[..., :samples].contiguous(),
        )
        response = self.response[:, :samples].contiguous()
        return replace(self, features=features, response=response, rows=self.rows[fits])

    def moments(self, theta: Tensor, fits: Tensor) -> Moments:
        """Return the moments at `theta`, shape (A, P), of the fits with indices `fits`."""
        return moments(self.mixture, theta, self.features, self.response, self.rows[fits])

    def costs(self, theta: Tensor, fits: Tensor) -> Tensor:
        """Return the costs at `theta`, shape (A, P), of the fits `fits`: shape (A,)."""
        return costs(self.mixture, theta, self.features, self.response, self.rows[fits])

    def complete(self, theta: Tensor, fits: Tensor) -> CompleteMoments:
        """Return the complete data's moments at `theta`, shape (A, P), of the fits `fits`."""
        return complete_moments(self.mixture, theta, self.features, self.response, self.rows[fits])

    def scale(self, cost: Tensor) -> Tensor:
        """Return what a change of the cost is small against, shape (A,).

        A sum of squares is its own measure; a deviance, which may be 0 or negative, is measured
        against the number of samples.
        """
        unit = self.mixture.output.cost_unit
        return cost if unit is None else torch.full_like(cost, unit * self.samples)

    def clamp(self, theta: Tensor) -> Tensor:
        """Return the nearest point of the box."""
        return torch.minimum(torch.maximum(theta, self.lower), self.upper)
