"""What a protocol has left to do: its fits, taken on to the converged estimator on the same data.

Where a protocol stops the converged estimator goes on, on the same data and in the same box: the
minimum that it ends at is the one that training would have reached. How far the protocol's fit is
from it is read as a fit's distance from the truth is, with the minimum in the truth's place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import torch

from moeviz.estimate import FAILED, FitResult, LevenbergMarquardt, fit, make_problem
from moeviz.model import Layout, Mixture
from moeviz.study.allowed_steps import end_steps
from moeviz.study.estimators import ESTIMATORS, Data
from moeviz.study.specification import Specification
from moeviz.theory import Reading, Reference

if TYPE_CHECKING:
    from torch import Tensor


def trained_to_the_end(
    data: Data,
    first: Tensor,
    found: FitResult,
    steps: int,
    should_stop: Callable[[], bool] | None = None,
) -> FitResult:
    """Return where the converged estimator ends that starts where some fits have stopped.

    Parameters
    ----------
    data : Data
        Of R data sets.
    first : Tensor, shape (R, P)
        Where to begin what has failed.
    found : FitResult
        Their fits, R of them.
    steps : int
        Allowed to each from there. Who needs more is counted as one who ran out of them, and
        stands where it was then.
    should_stop : callable, optional
        Asked once per step; when it says yes the work stops.

    Returns
    -------
    FitResult
        A fit that had failed before is no start: its status stays.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    lost = torch.isin(found.status, found.status.new_tensor(FAILED))
    lost = lost | ~found.theta.isfinite().all(1)
    begun = torch.where(lost.unsqueeze(1), first.to(found.theta.device), found.theta)
    problem = make_problem(data.mixture, data.features, data.response, data.bounds)
    ended = fit(problem, begun, LevenbergMarquardt(max_steps=steps), should_stop)
    status = torch.where(lost, found.status, ended.status)
    return FitResult(ended.theta, ended.cost, status, ended.steps)


def distances(
    reading: Reading, mixture: Mixture, theta: Tensor, ended: Tensor, layout: Layout, x: Tensor
) -> list[float]:
    """Return how far parameters are from others of the same model, one pair after the other.

    Parameters
    ----------
    reading : Reading
    mixture : Mixture
    theta, ended : Tensor, shape (R, P)
        The second in the truth's place: cells are around its atoms.
    layout : Layout
        Of both.
    x : Tensor, shape (1, D, N)
        Inputs over which distances between functions are averaged.
    """
    return [
        float(reading.read(mixture, one.unsqueeze(0), Reference(mixture, end, layout, x=x), layout))
        for one, end in zip(theta, ended, strict=True)
    ]


def left_to_do(
    spec: Specification,
    data: Data,
    first: Tensor,
    estimator: str,
    layout: Layout,
    readings: Iterable[tuple[int, Reading]],
    x: Tensor,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Run a protocol, go on to the end, and read how far the two are apart.

    Parameters
    ----------
    spec : Specification
    data : Data
        Of R data sets.
    first : Tensor, shape (R, P)
        The protocol's starts, of several the best.
    estimator : str
        The protocol's name.
    layout : Layout
        Of the fitted atoms.
    readings : iterable of (int, Reading)
        By the index of their curves.
    x : Tensor, shape (1, D, N)
        Inputs over which distances between functions are averaged.
    should_stop : callable, optional
        Asked between steps; when it says yes the work stops.

    Returns
    -------
    dict
        ``readings`` and ``outset``, by curve: how far the protocol's fits, and their starts, are
        from the end. ``status``, ``steps`` and ``residual`` are those of the end.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    found = ESTIMATORS[estimator].run(data, spec.fields, should_stop)
    steps = end_steps(spec.fields, layout.size)
    ended = trained_to_the_end(data, first, found, steps, should_stop)
    end, fits = ended.theta.cpu(), found.theta.cpu()
    own = tuple(readings)
    samples = data.response.shape[-1]
    return {
        "readings": {str(i): distances(r, data.mixture, fits, end, layout, x) for i, r in own},
        "outset": {str(i): distances(r, data.mixture, first, end, layout, x) for i, r in own},
        "status": ended.status.tolist(),
        "steps": ended.steps.tolist(),
        "residual": (ended.cost / samples).tolist(),
    }
