"""Blocks: the pieces of a study, each a pure function of the specification."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moeviz.errors import Cancelled, SpecificationError
from moeviz.estimate import FitResult, Status
from moeviz.model.fused.choice import way_of
from moeviz.study.block_data import block_data, center_of, distance_inputs, reference_of
from moeviz.study.block_information import information_of
from moeviz.study.curve_kinds import FITS, STARTS, UNFINISHED
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.plan import Block, plan
from moeviz.study.scenario import Fit, resolve_scenario
from moeviz.study.specification import Specification
from moeviz.study.starts import untrained
from moeviz.study.truths import fit_at
from moeviz.study.unfinished import left_to_do
from moeviz.study.versions import NUMBERS_VERSION
from moeviz.text import finite

if TYPE_CHECKING:
    from torch import Tensor

TRACE = 200
"""Steps of which a likelihood's trace is kept."""


def run_block(
    spec: Specification,
    block: Block,
    device: str = "cpu",
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Compute one block.

    Parameters
    ----------
    spec : Specification
    block : Block
        One of the plan's.
    device : str
        Where to compute, "cpu" or "cuda".
    should_stop : callable, optional
        Asked between steps; when it says yes the work stops.

    Returns
    -------
    dict
        Plain data, with None for every number that is not finite. For fits: ``readings`` (per
        curve index, per replicate; those of a fit that failed are no losses), ``status``,
        ``steps``, ``residual``, ``path`` (of replicate 0, see
        :class:`~moeviz.study.paths.FitPath`; else None), ``kernel`` (which way the passes over the
        samples went, see :mod:`moeviz.model.fused.choice`). For starts: ``readings``. For what
        is left to do: see :func:`~moeviz.study.unfinished.left_to_do`. For
        information: ``constants`` (per curve index), ``reach``, ``spectrum``, ``null``, ``gauge``,
        ``protocol`` (per curve index, see :class:`~moeviz.study.predicted.PredictedCurve`), and
        of a moving truth ``separation`` (see :func:`~moeviz.study.moving.separations`).

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    SpecificationError
        If the study is one of an earlier arithmetic.
    """
    if spec.numbers != NUMBERS_VERSION:
        raise SpecificationError(
            f"Expected a study of arithmetic {NUMBERS_VERSION}, but this one is of version "
            f"{spec.numbers}, which can be shown and no longer run; run the form's study instead."
        )
    began = time.perf_counter()
    if should_stop is not None and should_stop():
        raise Cancelled("The study was cancelled.")
    if block.kind == "information":
        result = information_of(spec, block, should_stop)
    elif block.kind == STARTS:
        result = _starts(spec, block, device, should_stop)
    elif block.kind == UNFINISHED:
        result = _ends(spec, block, device, should_stop)
    else:
        result = _fits(spec, block, device, should_stop)
    result.update(id=block.id, kind=block.kind, fit=block.fit)
    result.update(device=device, seconds=time.perf_counter() - began)
    plain: dict[str, Any] = finite(result)
    return plain


def _fits(
    spec: Specification, block: Block, device: str, should_stop: Callable[[], bool] | None
) -> dict[str, Any]:
    fit = resolve_scenario(spec).fits[block.fit]
    data = block_data(spec, fit, block, device, should_stop, watched=block.first == 0)
    fitted = ESTIMATORS[fit.estimator].run(data, spec.fields, should_stop)
    return {
        "n": block.n,
        "first": block.first,
        "last": block.last,
        "readings": read_fits(spec, block, fitted.theta.cpu(), FITS),
        "status": fitted.status.tolist(),
        "steps": fitted.steps.tolist(),
        "residual": (fitted.cost / block.n).tolist(),
        "trace": _trace(fitted, block.n),
        "path": _path(fitted, block.n),
        "kernel": way_of(fit.mixture, device),
    }


def read_fits(
    spec: Specification, block: Block, theta: Tensor, kind: str
) -> dict[str, list[float]]:
    """Return every reading of a block's parameters, by the curve's index as text.

    Parameters
    ----------
    spec : Specification
    block : Block
        Says which fit.
    theta : Tensor, shape (replicates, P)
    kind : str
        Of the curves that are read: :data:`FITS`, :data:`STARTS` or another of them.
    """
    fit = resolve_scenario(spec).fits[block.fit]
    reference = reference_of(spec, fit_at(spec, fit, block.n), block.fit)
    return {
        str(index): curve.reading.read(fit.mixture, theta, reference, fit.layout).tolist()
        for index, curve in enumerate(plan(spec).curves)
        if curve.fit == block.fit and curve.kind == kind
    }


def _starts(
    spec: Specification, block: Block, device: str, should_stop: Callable[[], bool] | None
) -> dict[str, Any]:
    theta = _begun(spec, resolve_scenario(spec).fits[block.fit], block, device, should_stop)
    return {
        "n": block.n,
        "first": block.first,
        "last": block.last,
        "readings": read_fits(spec, block, theta, STARTS),
    }


def _begun(
    spec: Specification,
    fit: Fit,
    block: Block,
    device: str,
    should_stop: Callable[[], bool] | None,
) -> Tensor:
    """Return what a block's fits would be without a single step, shape (replicates, P)."""
    center = center_of(spec, fit, block, should_stop)
    return untrained(spec, fit_at(spec, fit, block.n), center, block, device)


def _ends(
    spec: Specification, block: Block, device: str, should_stop: Callable[[], bool] | None
) -> dict[str, Any]:
    fit = resolve_scenario(spec).fits[block.fit]
    data = block_data(spec, fit, block, device, should_stop)
    first = _begun(spec, fit, block, device, should_stop)
    wanted = [
        (index, curve.reading)
        for index, curve in enumerate(plan(spec).curves)
        if curve.fit == block.fit and curve.kind == UNFINISHED
    ]
    x = distance_inputs(spec)
    found = left_to_do(spec, data, first, fit.estimator, fit.layout, wanted, x, should_stop)
    return {"n": block.n, "first": block.first, "last": block.last, **found}


def _path(fitted: FitResult, n: int) -> dict[str, Any] | None:
    """Return the path of the first replicate, as long as it was watched and found something."""
    if not fitted.paths or Status(int(fitted.status[0])).failed:
        return None
    path = fitted.paths[0]
    return {
        "start": path.start,
        "steps": list(path.steps),
        "cost": (path.cost / n).tolist(),
        "theta": path.theta.tolist(),
    }


def _trace(fitted: FitResult, n: int) -> list[float] | None:
    """Return the mean over fits of minus the mean log-likelihood, before and after each step.

    Of a fit that began on parts of the sample they are its steps on the whole sample.
    """
    if not fitted.trace:
        return None
    kept = fitted.trace[: TRACE + 1]
    return [float(cost.mean()) / (2.0 * n) for cost in kept]
