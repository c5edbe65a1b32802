r"""Distances between functions: regressions in L², conditional densities in TV and Hellinger.

They need no gauge and no cells, and they are what the density rates of the papers speak of. Each
is averaged over inputs on a low-discrepancy sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch

from moeviz.errors import SpecificationError
from moeviz.model.categorical import Categorical
from moeviz.model.mixture import Features, Mixture
from moeviz.model.output import Values
from moeviz.model.outputs import GaussianDensity
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

INPUTS = 512
"""Inputs that a distance is averaged over when none are given."""

RESPONSES = 256
"""Points over the response of a Gaussian density, between 8 deviations beyond all means."""

Compare: TypeAlias = "Callable[[Tensor, Tensor, Tensor], Tensor]"
"""From two densities, shape (R, N, Y), and the responses' weights, same shape, to (R, N)."""

Evaluate: TypeAlias = "Callable[[Mixture, Tensor, Mixture, Tensor, Tensor | None], Tensor]"


@dataclass(frozen=True)
class Distance:
    """A distance between a fitted and a true function.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; words for people; LaTeX; paper key and equation.
    evaluate : callable
        From fitted mixture, its parameters (R, P), true mixture, its parameters (P*,) and inputs
        (1, D, N) to values of shape (R,).
    density : bool
        Whether it compares densities; otherwise regressions.
    """

    name: str
    title: str
    formula: str
    source: str
    evaluate: Evaluate
    density: bool


DISTANCES: Registry[Distance] = Registry("distance")


def _features(mixture: Mixture, x: Tensor) -> Features:
    features = mixture.features(x)
    return Features(features.gate[0], features.expert[0])


def regression_distance(
    fitted: Mixture, theta: Tensor, true: Mixture, truth: Tensor, x: Tensor | None
) -> Tensor:
    """Return the root of the mean squared difference of two regressions, shape (R,)."""
    x = _inputs(x)
    mine = fitted.predict(theta, _features(fitted, x))
    theirs = true.predict(truth, _features(true, x))
    return (mine - theirs).square().mean(-1).sqrt()


def _inputs(x: Tensor | None) -> Tensor:
    if x is None:
        raise SpecificationError("Expected inputs to average a distance over, but got none.")
    return x


def _class_probabilities(mixture: Mixture, values: Values) -> Tensor:
    """Return the probabilities of all classes, shape (..., N, C)."""
    output = mixture.output
    shape = values.scores.shape[:-2] + values.scores.shape[-1:]
    observed = [
        output.cost(mixture.gate, values, values.scores.new_full(shape, float(c)))
        for c in range(output.copies + 1)
    ]
    return torch.stack(observed, dim=-1).mul(-0.5).exp()


def _gaussian_density(values: Values, y: Tensor) -> Tensor:
    """Return the density at responses y, shape (R, N, Y)."""
    total = torch.zeros_like(y)
    for i in range(values.weights.shape[-2]):
        mean = values.experts[0][..., i, :].unsqueeze(-1)
        variance = values.scalars[0][..., i, :].unsqueeze(-1)
        weight = values.weights[..., i, :].unsqueeze(-1) / torch.sqrt(2.0 * math.pi * variance)
        total += (y - mean).square_().div_(-2.0 * variance).exp_().mul_(weight)
    return total


def _responses(*all_values: Values) -> tuple[Tensor, Tensor]:
    """Return responses and their weights, shape (R, N, Y), that cover all densities."""
    low = torch.stack(
        torch.broadcast_tensors(
            *[(v.experts[0] - 8.0 * v.scalars[0].sqrt()).amin(-2) for v in all_values]
        )
    ).amin(0)
    high = torch.stack(
        torch.broadcast_tensors(
            *[(v.experts[0] + 8.0 * v.scalars[0].sqrt()).amax(-2) for v in all_values]
        )
    ).amax(0)
    share = (torch.arange(RESPONSES, dtype=low.dtype) + 0.5) / RESPONSES
    width = (high - low).unsqueeze(-1)
    return low.unsqueeze(-1) + width * share, (width / RESPONSES).expand(
        *width.shape[:-1], RESPONSES
    )


def _between_densities(compare: Compare) -> Evaluate:
    def evaluate(
        fitted: Mixture, theta: Tensor, true: Mixture, truth: Tensor, x: Tensor | None
    ) -> Tensor:
        x = _inputs(x)[..., :INPUTS]
        mine = fitted.values(theta, _features(fitted, x))
        theirs = true.values(truth.unsqueeze(0), _features(true, x))
        if isinstance(fitted.output, Categorical):
            p, q = _class_probabilities(fitted, mine), _class_probabilities(true, theirs)
            return compare(p, q, torch.ones_like(p)).mean(-1)
        if isinstance(fitted.output, GaussianDensity):
            y, weight = _responses(mine, theirs)
            p, q = _gaussian_density(mine, y), _gaussian_density(theirs, y)
            return compare(p, q, weight).mean(-1)
        raise SpecificationError(
            f"Expected a conditional density, but '{fitted.output.name}' is a regression."
        )

    return evaluate


def _total_variation(p: Tensor, q: Tensor, weight: Tensor) -> Tensor:
    return 0.5 * (p - q).abs_().mul_(weight).sum(-1)


def _hellinger(p: Tensor, q: Tensor, weight: Tensor) -> Tensor:
    return (0.5 * p.sqrt().sub_(q.sqrt()).square_().mul_(weight).sum(-1)).sqrt()


def _squared_hellinger(p: Tensor, q: Tensor, weight: Tensor) -> Tensor:
    return 0.5 * p.sqrt().sub_(q.sqrt()).square_().mul_(weight).sum(-1)


def squared_hellinger(
    fitted: Mixture, theta: Tensor, true: Mixture, truth: Tensor, x: Tensor | None
) -> Tensor:
    """Return the mean over inputs of two densities' squared Hellinger distance, shape (R,)."""
    return _between_densities(_squared_hellinger)(fitted, theta, true, truth, x)


for _distance in (
    Distance(
        "l2",
        "distance between regressions in L²",
        r"\|f_{\widehat G} - f_{G_*}\|_{L^2}",
        "cosine Theorems 1 and 3; sigmoid Prop. 1 and Cor. 1",
        regression_distance,
        density=False,
    ),
    Distance(
        "tv",
        "expected total variation between densities",
        r"\mathbb{E}_X V(p_{\widehat G}, p_{G_*})",
        "compete Prop. 3.1",
        _between_densities(_total_variation),
        density=True,
    ),
    Distance(
        "hellinger",
        "expected Hellinger distance between densities",
        r"\mathbb{E}_X h(p_{\widehat G}, p_{G_*})",
        "multinomial Props. 2.2 and 4.3",
        _between_densities(_hellinger),
        density=True,
    ),
):
    DISTANCES.add(_distance.name, _distance)
