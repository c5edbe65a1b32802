"""The box of parameters, and the best of several starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from moeviz.estimate.problem import Problem
from moeviz.estimate.solver import FitResult, Method, fit
from moeviz.estimate.status import FAILED
from moeviz.model.measure import Layout
from moeviz.model.mixture import Features, Mixture

if TYPE_CHECKING:
    from torch import Tensor


def box(mixture: Mixture, layout: Layout, half_width: float) -> tuple[Tensor, Tensor]:
    """Return the box Theta: every coordinate within `half_width` of 0.

    Variances are at least the output's lowest. Where a common constant of the offsets cannot be
    seen, the last offset is held at 0; where a score has no offsets, all are.

    Returns
    -------
    lower, upper : Tensor, shape (P,)
    """
    upper = torch.full((layout.size,), half_width, dtype=torch.float64)
    lower = -upper
    for atom in range(layout.atoms):
        own = layout.column(atom, "expert").stop - mixture.output.scalars
        lower[own : layout.column(atom, "expert").stop] = mixture.output.lowest
        last = atom == layout.atoms - 1
        if not mixture.score.has_offset or (mixture.gate.normalised and last):
            lower[layout.column(atom, "weight")] = 0.0
            upper[layout.column(atom, "weight")] = 0.0
    return lower, upper


def fit_from_starts(
    mixture: Mixture,
    features: Features,
    response: Tensor,
    starts: Tensor,
    bounds: tuple[Tensor, Tensor],
    method: Method,
    should_stop: Callable[[], bool] | None = None,
    keep_trace: bool = False,
) -> FitResult:
    """Fit every data set from each of its starts and keep the smallest cost.

    Parameters
    ----------
    mixture : Mixture
    features : Features
        Features of R data sets.
    response : Tensor, shape (R, N)
    starts : Tensor, shape (R, S, P)
    bounds : pair of Tensor, shape (P,)
        Ends of the box.
    method : Method
    should_stop : callable, optional
        Asked once per step.
    keep_trace : bool
        Whether to keep the costs after each step.

    Returns
    -------
    FitResult
        Of R fits; steps are summed over starts. A start that failed loses to any that did not.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    replicates, count, size = starts.shape
    problem = make_problem(mixture, features, response, bounds, count)
    fits = fit(problem, starts.reshape(-1, size), method, should_stop, keep_trace)
    return best_of(fits, replicates, count)


def make_problem(
    mixture: Mixture,
    features: Features,
    response: Tensor,
    bounds: tuple[Tensor, Tensor],
    starts: int = 1,
) -> Problem:
    """Return the problem of fitting each of R data sets from `starts` starts."""
    device = response.device
    rows = torch.arange(response.shape[0], device=device).repeat_interleave(starts)
    lower, upper = (end.to(device) for end in bounds)
    return Problem(mixture, features, response, rows, lower, upper)


def best_of(fits: FitResult, replicates: int, count: int) -> FitResult:
    """Return, of each data set's `count` fits, the one with the smallest cost.

    Where the first data set's fits were watched, the path of its best one is kept.
    """
    cost = torch.nan_to_num(fits.cost, nan=torch.inf).reshape(replicates, count)
    failed = torch.isin(fits.status, fits.status.new_tensor(FAILED)).reshape(replicates, count)
    choice = cost.masked_fill(failed, torch.inf).argmin(1)
    pick = torch.arange(replicates, device=cost.device) * count + choice
    first = int(pick[0]) if fits.paths else 0
    return FitResult(
        fits.theta[pick],
        fits.cost[pick],
        fits.status[pick],
        fits.steps.reshape(replicates, count).sum(1),
        [each[pick] for each in fits.trace],
        fits.paths[first : first + 1],
    )
