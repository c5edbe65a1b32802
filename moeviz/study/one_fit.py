"""One data set and one start, followed step by step: the estimator's walk and another one's.

All that is random follows from two seeds, so that what was asked for decides every number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.estimate import (
    ExpectationMaximisation,
    FitResult,
    LevenbergMarquardt,
    Path,
    Problem,
    Status,
    box,
    fit,
    fit_stochastic_gradient,
    make_problem,
    near_truth_start,
    random_start,
    with_costs,
)
from moeviz.estimate.starts import pin_offsets
from moeviz.model import Features, Layout, MixingMeasure, Mixture
from moeviz.model.threads import one_thread
from moeviz.study.one_fit_asked import FARTHEST, Asked, check
from moeviz.study.one_fit_models import (
    EM,
    HIGH,
    LOW,
    SGD,
    SMALL_MODELS,
    SOLVER,
    Atom,
    SmallModel,
)
from moeviz.theory import GAUGES, LOSSES
from moeviz.theory.voronoi import voronoi_cells

if TYPE_CHECKING:
    from torch import Tensor

MOST_FRAMES = 121
"""Steps that a walk shows; of more, evenly many are left out."""

SPREAD = 0.7
"""Standard deviation of a near-truth start's coordinates around the truth."""

GONE = 1e6
"""A parameter beyond this shows that a walk diverges; it is not followed farther."""

LOSS = "L2"
"""Which loss is read off: crowded cells count squares, others plain distances."""


@dataclass(frozen=True)
class Walk:
    """How one method came from the start to its end.

    Attributes
    ----------
    method : str
    status : Status
    steps : tuple of int
        Ascending, from 0; the last one is the end, or the last before it diverged.
    passes : tuple of float
        Passes over the data until then.
    atoms : Tensor, shape (T, K, W)
        Parameters of the atoms at each, in the gauge of the truth.
    cells : tuple of tuple of int
        The nearest true atom of each.
    cost, loss, damping : tuple of float
        The cost is per observation; no numbers where there is no damping.
    """

    method: str
    status: Status
    steps: tuple[int, ...]
    passes: tuple[float, ...]
    atoms: Tensor
    cells: tuple[tuple[int, ...], ...]
    cost: tuple[float, ...]
    loss: tuple[float, ...]
    damping: tuple[float, ...]


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
        _walk(begun, mixture, layout, problem, start, method, should_stop)
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
    held = layout.pack(_held(layout.unpack(theta), model, mixture)).reshape(-1, layout.width)
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


def _walk(
    asked: Asked,
    mixture: Mixture,
    layout: Layout,
    problem: Problem,
    start: Tensor,
    method: str,
    should_stop: Callable[[], bool] | None,
) -> Walk:
    rows = torch.from_numpy(
        pin_offsets(start.reshape(-1, layout.width).numpy().copy(), mixture, layout)
    )
    found = _run(asked, problem, rows.reshape(1, -1), method, should_stop)
    status = Status(int(found.status[0]))
    path = with_costs(problem, found.paths[0]) if method == SGD else found.paths[0]
    kept = _followed(path, status)
    steps = [path.steps[place] for place in kept]
    model = SMALL_MODELS[asked.model]
    truth = model.layout(len(model.truth)).unpack(model.theta)
    held = _held(layout.unpack(path.theta[kept]), model, mixture)
    each = math.ceil(asked.n / (asked.protocol.batch or asked.n)) if method == SGD else 1
    return Walk(
        method,
        status,
        tuple(steps),
        tuple(step / each for step in steps),
        layout.pack(held).unflatten(-1, (layout.atoms, layout.width)),
        tuple(tuple(row) for row in voronoi_cells(held, truth).tolist()),
        tuple((path.cost[kept] / asked.n).tolist()),
        tuple(LOSSES[LOSS].evaluate(held, truth).tolist()),
        tuple(path.damping[kept].tolist()),
    )


def _run(
    asked: Asked,
    problem: Problem,
    start: Tensor,
    method: str,
    should_stop: Callable[[], bool] | None,
) -> FitResult:
    if method == SGD:
        streams = [np.random.default_rng((asked.seed, 2))]
        return fit_stochastic_gradient(
            problem, start, asked.protocol, streams, should_stop, watched=1, kept=MOST_FRAMES
        )
    way = (
        ExpectationMaximisation(asked.steps)
        if method == EM
        else LevenbergMarquardt(max_steps=asked.steps)
    )
    return fit(problem, start, way, should_stop, watched=1, kept=MOST_FRAMES)


def _followed(path: Path, status: Status) -> list[int]:
    """Return the places of a path that can be shown: all, or those before it diverged."""
    fine = (path.theta.abs() <= GONE).all(1) & torch.isfinite(path.cost)
    # Where a walk failed, its path ends at the start again.
    count = len(path.steps) - (1 if status.failed and len(path.steps) > 1 else 0)
    places = list(range(count))
    return next((places[:at] for at in places if at and not fine[at]), places)


def _held(fitted: MixingMeasure, model: SmallModel, mixture: Mixture) -> MixingMeasure:
    """Return fitted measures in the gauge of the truth."""
    truth = model.layout(len(model.truth)).unpack(model.theta)
    return GAUGES["pinned"].fix(fitted, truth, mixture, LOSSES[LOSS].evaluate)
