r"""The best approximation :math:`\overline G` of a truth by a model that does not contain it.

For regressions it is the projection in L² over inputs, :math:`\arg\min_G \|f_G - f_{G_*}\|`; for
densities the minimiser of the Kullback-Leibler divergence, on a large fixed sample. Both are
found with the estimator itself, on a low-discrepancy sample over inputs (and draws), from several
starts. How far a second, different sample moves the answer is its error.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.estimate import (
    FAILED,
    LevenbergMarquardt,
    Status,
    box,
    fit_from_starts,
    near_truth_start,
    random_start,
)
from moeviz.model import Features
from moeviz.recent import Recent
from moeviz.study.scenario import Fit, resolve_scenario
from moeviz.study.specification import Specification
from moeviz.theory import DISTANCES, input_nodes
from moeviz.theory.information import node_draws

if TYPE_CHECKING:
    from torch import Tensor

DENSITY_NODES = 1 << 15

LARGE = 200
"""Parameters above which the search is kept short; its error says what that costs."""

KEPT = 32
"""Best approximations that a process remembers."""


@dataclass(frozen=True)
class Effort:
    """How long a best approximation is looked for.

    Attributes
    ----------
    nodes, starts, steps : int
        Sample size, starts, and steps allowed for each.
    """

    nodes: int
    starts: int
    steps: int


def effort_for(size: int, density: bool) -> Effort:
    """Return the effort for a model with `size` parameters."""
    if size > LARGE:
        return Effort(1 << 12, 1, 40)
    return Effort(DENSITY_NODES if density else 1 << 13, 4, 300)


@dataclass(frozen=True)
class Projection:
    """A best approximation and how far it can be trusted.

    Attributes
    ----------
    theta : Tensor, shape (P,)
        Parameters of the fitted model.
    distance : float
        Between the approximation and the truth: in L² for regressions, Hellinger for densities.
    error : float
        How far another sample of inputs moves the parameters, in Euclidean length.
    other_optima : float
        How much worse, in the same distance, the worst of the starts ended; not a number if one
        found nothing, which says nothing of the best.
    converged : bool
        Whether the search ended by itself, inside the box, and did not run out of steps.
    """

    theta: Tensor
    distance: float
    error: float
    other_optima: float
    converged: bool


_known: Recent[Projection] = Recent(KEPT)


def resolve_projection(
    spec: Specification, index: int, should_stop: Callable[[], bool] | None = None
) -> Projection | None:
    """Return the best approximation for one of a study's fits, or None where none is needed.

    It is computed once per process for all studies in which truth, model, inputs and box are the
    same, whatever their estimators, sizes and protocols.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    fit = resolve_scenario(spec).fits[index]
    if not fit.needs_projection:
        return None
    return _known.get(decisive(spec, fit), lambda: _project(spec, fit, should_stop))


def decisive(spec: Specification, fit: Fit) -> tuple[Hashable, ...]:
    """Return all that a fit's best approximation depends on.

    Parameters
    ----------
    spec : Specification
    fit : Fit
    """
    fields = tuple(spec[name] for name in ("dimension", "low", "high", "truth_seed", "box"))
    truth = fit.truth.numpy().tobytes()
    return (fit.mixture, fit.layout, fit.source, fit.true_layout, truth, *fields)


def _project(spec: Specification, fit: Fit, should_stop: Callable[[], bool] | None) -> Projection:
    effort = effort_for(fit.layout.size, fit.mixture.output.density)
    nodes = effort.nodes
    d = spec["dimension"]
    whole = input_nodes(d, nodes, spec["low"], spec["high"])
    starts = _starts(spec, fit, effort.starts)
    first, ended = _fit(spec, fit, whole, starts, effort, None, should_stop)
    distance = DISTANCES["hellinger" if fit.mixture.output.density else "l2"].evaluate
    far = distance(fit.mixture, first, fit.source, fit.truth, whole[..., : min(nodes, 4096)])
    best = int(torch.nan_to_num(far, nan=torch.inf).argmin())
    shift = torch.from_numpy(np.random.default_rng((spec["truth_seed"], 4)).random((1, d, 1)))
    second, _ = _fit(spec, fit, whole, first[best : best + 1], effort, shift, should_stop)
    return Projection(
        first[best],
        float(far[best]),
        float((second[0] - first[best]).norm()),
        float(far.max() - far[best]),
        int(ended[best]) == int(Status.CONVERGED),
    )


def _starts(spec: Specification, fit: Fit, count: int) -> Tensor:
    rng = np.random.default_rng((spec["truth_seed"], 3))
    atoms = fit.truth.reshape(fit.true_layout.atoms, -1).numpy()
    same = fit.layout.width == fit.true_layout.width
    rows = []
    for scale in np.geomspace(0.01, 0.3, count):
        if same:
            drawn = near_truth_start(
                rng, fit.mixture, atoms, fit.layout.atoms, fit.true_layout, float(scale)
            )
        else:
            drawn = random_start(rng, fit.mixture, fit.layout.atoms, fit.layout)
        rows.append(drawn.ravel())
    return torch.from_numpy(np.stack(rows))


def _fit(
    spec: Specification,
    fit: Fit,
    x: Tensor,
    starts: Tensor,
    effort: Effort,
    shift: Tensor | None,
    should_stop: Callable[[], bool] | None,
) -> tuple[Tensor, Tensor]:
    """Return fitted parameters, shape (S, P), and how each ended, on nodes moved by `shift`."""
    nodes = int(x.shape[-1])
    if shift is not None:
        low, width = spec["low"], spec["high"] - spec["low"]
        x = low + width * (((x - low) / width + shift) % 1.0)
    source = fit.source.features(x)
    values = fit.source.values(fit.truth, Features(source.gate[0], source.expert[0]))
    uniform, normal = node_draws(spec["dimension"], nodes)
    noise = normal if fit.mixture.output.density else torch.zeros_like(normal)
    response = fit.source.output.observe(values, uniform, noise).unsqueeze(0)
    result = fit_from_starts(
        fit.mixture,
        _repeat(fit.mixture.features(x), starts.shape[0]),
        response.expand(starts.shape[0], -1),
        starts.unsqueeze(1),
        box(fit.mixture, fit.layout, spec["box"]),
        LevenbergMarquardt(max_steps=effort.steps),
        should_stop,
    )
    lost = torch.isin(result.status, result.status.new_tensor(FAILED))
    theta = torch.where(lost.unsqueeze(1), torch.full_like(result.theta, torch.nan), result.theta)
    return theta, result.status


def _repeat(features: Features, times: int) -> Features:
    return Features(features.gate.expand(times, -1, -1), features.expert.expand(times, -1, -1))
