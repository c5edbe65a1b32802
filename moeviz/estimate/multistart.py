"""The best of several starts."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from moeviz.estimate.least_squares import (
    FitResult,
    LevenbergMarquardt,
    Status,
    fit_least_squares,
)
from moeviz.estimate.problem import LeastSquaresProblem
from moeviz.model.measure import Layout
from moeviz.model.mixture import Features, Mixture


def box(layout: Layout, half_width: float) -> tuple[Tensor, Tensor]:
    """Return the box Theta: every coordinate within `half_width` of 0, the last offset 0.

    Returns
    -------
    lower, upper : Tensor, shape (P,)
    """
    upper = torch.full((layout.size,), half_width, dtype=torch.float64)
    upper[layout.column(-1, "weight")] = 0.0
    return -upper, upper


def fit_from_starts(
    mixture: Mixture,
    features: Features,
    response: Tensor,
    starts: Tensor,
    bounds: tuple[Tensor, Tensor],
    solver: LevenbergMarquardt | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> FitResult:
    """Fit every data set from each of its starts and keep the smallest sum of squares.

    Parameters
    ----------
    mixture : Mixture
    features : Features
        Features of R data sets.
    response : Tensor, shape (R, N)
    starts : Tensor, shape (R, S, P)
    bounds : pair of Tensor, shape (P,)
        Ends of the box.
    solver : LevenbergMarquardt, optional
    should_stop : callable, optional
        Asked once per step.

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
    device = starts.device
    rows = torch.arange(replicates, device=device).repeat_interleave(count)
    lower, upper = (end.to(device) for end in bounds)
    problem = LeastSquaresProblem(mixture, features, response, rows, lower, upper)
    fits = fit_least_squares(problem, starts.reshape(-1, size), solver, should_stop)
    cost = torch.nan_to_num(fits.squares, nan=torch.inf).reshape(replicates, count)
    failed = (fits.status == int(Status.NON_FINITE)).reshape(replicates, count)
    choice = cost.masked_fill(failed, torch.inf).argmin(1)
    pick = torch.arange(replicates, device=device) * count + choice
    return FitResult(
        fits.theta[pick],
        fits.squares[pick],
        fits.status[pick],
        fits.steps.reshape(replicates, count).sum(1),
    )
