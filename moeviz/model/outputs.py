"""Outputs: how an observation arises from the mixture's value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from moeviz.model.registry import Registry


@dataclass(frozen=True)
class GaussianRegression:
    r"""Regression with Gaussian noise.

    .. math:: Y = f_G(X) + \varepsilon,\quad \varepsilon \sim N(0, \sigma^2)

    Attributes
    ----------
    noise : float
        sigma, in units of the response.

    Notes
    -----
    Source: `cosine` eq. 1.
    """

    noise: float = 0.1

    name: ClassVar[str] = "regression"
    title: ClassVar[str] = "regression with Gaussian noise"
    formula: ClassVar[str] = r"Y = f_G(X) + \varepsilon,\quad \varepsilon \sim N(0, \sigma^2)"
    source: ClassVar[str] = "cosine eq. 1"

    def observe(self, mean: Tensor, standard_normal: Tensor) -> Tensor:
        """Return responses, shape (..., N), from the mixture's values and standard noise."""
        return mean + self.noise * standard_normal

    def information_per_gram(self) -> float:
        """Return the factor from E[J J^T] to the Fisher information of one observation."""
        return 1.0 / self.noise**2


OUTPUTS: Registry[type[GaussianRegression]] = Registry("output")
OUTPUTS.add(GaussianRegression.name, GaussianRegression)
