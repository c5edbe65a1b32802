"""Small models whose fit can be watched whole: one input, few atoms, a truth by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch

from moeviz.model import Layout, Mixture, make_mixture
from moeviz.model.scores import CosineScore, LinearScore, PerturbedCosineScore

if TYPE_CHECKING:
    from torch import Tensor

LOW, HIGH = -2.0, 2.0
"""Inputs are uniform between these."""

SOLVER, EM, SGD = "solver", "em", "sgd"
"""Ways to fit: the damped solver (least squares or Fisher scoring), EM, gradient descent."""

Atom = tuple[float, ...]
"""One atom's parameters in the layout's order: gate, offset, expert."""


@dataclass(frozen=True)
class SmallModel:
    """A model of one input with the truth of its data.

    Attributes
    ----------
    name, title : str
    score, expert, output : str
        Names in the registries; the gate is softmax.
    truth : tuple of Atom
        The last offset is 0.
    names : tuple of str
        How an atom's parameters are called, in the layout's order.
    noise : float
        Of a regression at first; a density's is part of its truth.
    """

    name: str
    title: str
    score: str
    expert: str
    output: str
    truth: tuple[Atom, ...]
    names: tuple[str, ...] = ("β", "β₀", "a", "b")
    noise: float = 0.1

    @cached_property
    def density(self) -> bool:
        """Whether it is fitted by maximum likelihood."""
        return self.mixture().output.density

    @property
    def methods(self) -> tuple[str, ...]:
        """The ways to fit it; the first one is the estimator."""
        return (SOLVER, EM, SGD) if self.density else (SOLVER, SGD)

    @property
    def positive(self) -> tuple[int, ...]:
        """Columns of an atom that are variances."""
        return tuple(column for column, name in enumerate(self.names) if name == "ν")

    def mixture(self, noise: float | None = None) -> Mixture:
        """Return the model, with another noise if one is given."""
        return make_mixture(
            self.score,
            "softmax",
            self.expert,
            self.output,
            noise=self.noise if noise is None else noise,
        )

    def layout(self, atoms: int) -> Layout:
        """Return how so many atoms lie in a parameter vector."""
        return self.mixture().layout(atoms, 1)

    @property
    def theta(self) -> Tensor:
        """Tensor, shape (1, P*): the truth as a parameter vector."""
        return torch.tensor(self.truth, dtype=torch.float64).reshape(1, -1)


_FIRST = SmallModel(
    "linear",
    "linear router, linear experts",
    LinearScore.name,
    "linear",
    "regression",
    ((-2.0, 0.25, 1.0, 0.5), (2.0, 0.0, -0.75, 1.25)),
)

SMALL_MODELS: Mapping[str, SmallModel] = {
    model.name: model
    for model in (
        _FIRST,
        SmallModel(
            "tanh",
            "linear router, tanh experts",
            LinearScore.name,
            "tanh",
            "regression",
            ((-2.0, 0.25, 1.5, 1.0), (2.0, 0.0, -1.5, 0.75)),
        ),
        SmallModel(
            "perturbed",
            "perturbed cosine router, tanh experts",
            PerturbedCosineScore.name,
            "tanh",
            "regression",
            ((-2.0, 0.25, 1.5, 1.0), (2.0, 0.0, -1.5, 0.75)),
        ),
        SmallModel(
            CosineScore.name,
            "cosine router, linear experts",
            CosineScore.name,
            "linear",
            "regression",
            ((-2.0, 0.25, 1.0, 0.5), (2.0, 0.0, -0.75, 1.25)),
        ),
        SmallModel(
            "gaussian",
            "density: linear router, Gaussian experts",
            LinearScore.name,
            "linear",
            "gaussian",
            ((-2.0, 0.25, 1.0, 0.5, 0.02), (2.0, 0.0, -0.75, 1.25, 0.08)),
            ("β", "β₀", "a", "b", "ν"),
        ),
    )
}
"""The models, by their names."""
