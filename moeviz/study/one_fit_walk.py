"""A walk: how one method comes from a start to its end on one data set, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
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
    fit,
    fit_stochastic_gradient,
    with_costs,
)
from moeviz.estimate.starts import pin_offsets
from moeviz.model import Layout, MixingMeasure, Mixture
from moeviz.study.one_fit_asked import Asked
from moeviz.study.one_fit_models import EM, SGD, SMALL_MODELS, SmallModel
from moeviz.theory import GAUGES, LOSSES
from moeviz.theory.voronoi import voronoi_cells

if TYPE_CHECKING:
    from torch import Tensor

MOST_FRAMES = 121
"""Steps that a walk shows; of more, evenly many are left out."""

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


def follow(
    asked: Asked,
    mixture: Mixture,
    layout: Layout,
    problem: Problem,
    start: Tensor,
    method: str,
    should_stop: Callable[[], bool] | None,
) -> Walk:
    """Follow one method from a start to its end.

    Parameters
    ----------
    asked : Asked
    mixture : Mixture
    layout : Layout
        Of the fitted atoms.
    problem : Problem
        Of one data set.
    start : Tensor, shape (1, P)
    method : str
    should_stop : callable or None
        Asked once per step.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
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
    held = in_true_gauge(layout.unpack(path.theta[kept]), model, mixture)
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


def in_true_gauge(fitted: MixingMeasure, model: SmallModel, mixture: Mixture) -> MixingMeasure:
    """Return fitted measures in the gauge of the truth.

    Parameters
    ----------
    fitted : MixingMeasure
    model : SmallModel
    mixture : Mixture
    """
    truth = model.layout(len(model.truth)).unpack(model.theta)
    return GAUGES["pinned"].fix(fitted, truth, mixture, LOSSES[LOSS].evaluate)
