"""One data set and one start, followed step by step: the estimator's walk and another one's.

All that is random follows from two seeds, so that what was asked for decides every number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.estimate import box, make_problem, near_truth_start, random_start
from moeviz.model import Features, Mixture
from moeviz.model.threads import one_thread
from moeviz.study.one_fit_asked import FARTHEST, Asked, check
from moeviz.study.one_fit_models import HIGH, LOW, SMALL_MODELS, SOLVER, Atom, SmallModel
from moeviz.study.one_fit_walk import Walk, follow, in_true_gauge

if TYPE_CHECKING:
    from torch import Tensor

SPREAD = 0.7
"""Standard deviation of a near-truth start's coordinates around the truth."""


@dataclass(frozen=True)
class OneFit:
    """A data set with what two methods made of it.

    Attributes
    ----------
    asked : Asked
        With the start that was drawn.
    x, y : Tensor, shape (n,)
    walk, beside : Walk
        The one that is followed, and the other.
    true_cost : float
        Per observation, at the truth.
    """

    asked: Asked
    x: Tensor
    y: Tensor
    walk: Walk
    beside: Walk
    true_cost: float

    @property
    def model(self) -> SmallModel:
        """The model that is fitted."""
        return SMALL_MODELS[self.asked.model]

    @property
    def estimator(self) -> Walk:
        """The damped solver's walk."""
        return self.walk if self.walk.method == SOLVER else self.beside

    @property
    def other(self) -> Walk:
        """The walk that is not the damped solver's."""
        return self.beside if self.walk.method == SOLVER else self.walk


def one_fit(asked: Asked, should_stop: Callable[[], bool] | None = None) -> OneFit:
    """Draw the data, and follow both methods from the start.

    Parameters
    ----------
    asked : Asked
    should_stop : callable, optional
        Asked once per step.

    Raises
    ------
    SpecificationError
        If the start's numbers are not those of such atoms, the model has no such method, or
        gradient descent would take too many steps.
    Cancelled
        If `should_stop` said yes.
    """
    check(asked)
    with one_thread():
        return _one_fit(asked, should_stop)


def _one_fit(asked: Asked, should_stop: Callable[[], bool] | None) -> OneFit:
    model = SMALL_MODELS[asked.model]
    mixture, layout = model.mixture(asked.noise), model.layout(asked.atoms)
    features, x, response = _data(asked, model, mixture)
    begun = replace(asked, start=asked.start or drawn_start(asked))
    start = torch.tensor(begun.start, dtype=torch.float64).reshape(1, -1)
    problem = make_problem(mixture, features, response, box(mixture, layout, FARTHEST))
    walks = [
        follow(begun, mixture, layout, problem, start, method, should_stop)
        for method in (asked.method, asked.beside)
    ]
    true_cost = float(mixture.cost(model.theta, features, response).mean())
    return OneFit(begun, x, response[0], walks[0], walks[1], true_cost)


def drawn_start(asked: Asked) -> tuple[Atom, ...]:
    """Return the start that follows from the seeds.

    Parameters
    ----------
    asked : Asked
    """
    model, rng = SMALL_MODELS[asked.model], np.random.default_rng((asked.start_seed, 1))
    mixture, layout = model.mixture(asked.noise), model.layout(asked.atoms)
    true = model.theta.reshape(-1, layout.width).numpy()
    if asked.random:
        rows = random_start(rng, mixture, asked.atoms, layout)
    elif asked.atoms < len(true):
        rows = near_truth_start(rng, mixture, true[: asked.atoms], asked.atoms, layout, SPREAD)
    else:
        rows = near_truth_start(rng, mixture, true, asked.atoms, layout, SPREAD)
    theta = torch.from_numpy(np.clip(rows, -FARTHEST, FARTHEST)).reshape(1, -1)
    held = layout.pack(in_true_gauge(layout.unpack(theta), model, mixture)).reshape(
        -1, layout.width
    )
    return tuple(tuple(float(f"{value:.4g}") for value in row) for row in held.tolist())


def _data(asked: Asked, model: SmallModel, mixture: Mixture) -> tuple[Features, Tensor, Tensor]:
    """Return features, inputs of shape (n,) and responses of shape (1, n)."""
    rng = np.random.default_rng((asked.seed, 0))
    x, uniform, normal = rng.random(asked.n), rng.random(asked.n), rng.standard_normal(asked.n)
    inputs = torch.from_numpy(LOW + (HIGH - LOW) * x)
    features = mixture.features(inputs.reshape(1, 1, -1))
    values = mixture.values(model.theta, features)
    noise = (torch.from_numpy(draws).reshape(1, -1) for draws in (uniform, normal))
    return features, inputs, mixture.output.observe(values, *noise)
