"""Blocks: the pieces of a study, each a pure function of the specification."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from moeviz.errors import Cancelled, SpecificationError
from moeviz.estimate import FitResult, Status
from moeviz.model.fused.choice import way_of
from moeviz.study.block_data import block_data
from moeviz.study.curves import FITS, STARTS, UNFINISHED
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.moving import move_of
from moeviz.study.plan import Block, plan
from moeviz.study.predicted import predicted_protocol
from moeviz.study.projection import resolve_projection
from moeviz.study.reader import attributes
from moeviz.study.scenario import Fit, resolve_scenario
from moeviz.study.specification import Specification
from moeviz.study.starts import untrained
from moeviz.study.truths import fit_at, middle, separations
from moeviz.study.unfinished import left_to_do
from moeviz.study.versions import NUMBERS_VERSION
from moeviz.text import finite
from moeviz.theory import (
    Reading,
    Reference,
    fisher_information,
    free_columns,
    gauge_tangent,
    input_nodes,
    null_space,
    predicted_constants,
    reach,
)

if TYPE_CHECKING:
    from torch import Tensor

DISTANCE_NODES = 1024
"""Inputs that distances between functions are averaged over."""

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
        result = _information(spec, block, should_stop)
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
    reference = _reference(spec, fit_at(spec, fit, block.n), block.fit)
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
    projection = resolve_projection(spec, block.fit, should_stop)
    center = middle(spec, fit, block.n) if projection is None else projection.theta
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
    x = input_nodes(spec["dimension"], DISTANCE_NODES, spec["low"], spec["high"])
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


def _reference(spec: Specification, fit: Fit, index: int) -> Reference:
    """Return what the fits of a study are held against.

    Parameters
    ----------
    spec : Specification
    fit : Fit
    index : int
        The fit's place.
    """
    x = input_nodes(spec["dimension"], DISTANCE_NODES, spec["low"], spec["high"])
    projection = resolve_projection(spec, index)
    if projection is None:
        return Reference(fit.source, fit.truth, fit.true_layout, x=x)
    return Reference(fit.source, fit.truth, fit.true_layout, projection.theta, fit.layout, x)


def _information(
    spec: Specification, block: Block, should_stop: Callable[[], bool] | None
) -> dict[str, Any]:
    fit = resolve_scenario(spec).fits[block.fit]
    resolve_projection(spec, block.fit, should_stop)
    curves = [c for c in enumerate(plan(spec).curves) if c[1].fit == block.fit and c[1].trained]
    readings = {index: curve.reading for index, curve in curves}
    result: dict[str, Any] = {
        "constants": {str(i): None for i in readings},
        "reach": None,
        "total_error_constant": None,
        "spectrum": [],
        "null": None,
        "gauge": None,
        "truth": fit.truth.reshape(fit.true_layout.atoms, -1).tolist(),
        "columns": fit.true_layout.names(),
        "projection": _projection_json(spec, block.fit),
    }
    information = None if fit.misspecified else _truth_information(spec, fit)
    if information is not None:
        result.update(_source_information(spec, fit, readings, information))
    if move_of(spec.fields) is None:
        result["protocol"] = _protocol(spec, fit, readings, information, should_stop)
        return result
    # A moving truth's curves are those of no one truth; what is known of the limit is the limit's.
    result.update(constants={str(i): None for i in readings}, protocol={})
    apart = [c for c in enumerate(plan(spec).curves) if c[1].fit == block.fit and c[1].separates]
    x = input_nodes(spec["dimension"], DISTANCE_NODES, spec["low"], spec["high"])
    readings = {index: curve.reading for index, curve in apart}
    result["separation"] = separations(spec, fit, readings, x)
    return result


def _protocol(
    spec: Specification,
    fit: Fit,
    readings: dict[int, Reading],
    information: Tensor | None,
    should_stop: Callable[[], bool] | None,
) -> dict[str, Any]:
    """Return what is predicted of a protocol's curves, by their index."""
    reference = _reference(spec, fit, fit.index)
    found = predicted_protocol(spec, fit, readings, reference, information, should_stop)
    return {str(index): attributes(curve) for index, curve in found.items()}


def predicted_readings(
    spec: Specification,
    fit: Fit,
    readings: dict[int, Reading],
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Return what is predicted of a protocol's curves, as a study's information has it.

    Parameters
    ----------
    spec : Specification
    fit : Fit
    readings : dict of int to Reading
        Of the curves, by their index.
    should_stop : callable, optional

    Returns
    -------
    dict
        A :class:`~moeviz.study.predicted.PredictedCurve` as plain data, by the index as text.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    information = None if fit.misspecified else _truth_information(spec, fit)
    return _protocol(spec, fit, readings, information, should_stop)


def _projection_json(spec: Specification, index: int) -> dict[str, Any] | None:
    projection = resolve_projection(spec, index)
    if projection is None:
        return None
    fit = resolve_scenario(spec).fits[index]
    return {
        "atoms": projection.theta.reshape(fit.layout.atoms, -1).tolist(),
        "columns": fit.layout.names(),
        "distance": projection.distance,
        "error": projection.error,
        "other_optima": projection.other_optima,
        "converged": projection.converged,
    }


def _truth_information(spec: Specification, fit: Fit) -> Tensor | None:
    """Return the information of one observation at a well-specified fit's truth.

    None where the model has no derivative there.
    """
    mixture, layout = fit.mixture, fit.true_layout
    if mixture.jumps(layout.atoms) or not (fit.dense or mixture.score.defined_at_zero):
        return None
    x = input_nodes(spec["dimension"], low=spec["low"], high=spec["high"])
    information = fisher_information(mixture, fit.truth.unsqueeze(0), x)[0]
    return information if bool(torch.isfinite(information).all()) else None


def _source_information(
    spec: Specification, fit: Fit, readings: dict[int, Reading], information: Tensor
) -> dict[str, Any]:
    """Return predicted constants and reach of a well-specified fit's truth.

    Nothing where its gauge has no tangent there.
    """
    mixture, layout, truth = fit.mixture, fit.true_layout, fit.truth
    x = input_nodes(spec["dimension"], low=spec["low"], high=spec["high"])
    free = free_columns(mixture, layout)
    tangent = gauge_tangent(mixture, truth, layout)
    if not torch.isfinite(tangent).all():
        return {}
    tangent = tangent[(tangent[:, ~free] == 0).all(1)]
    constants: dict[str, float | None] = {str(i): None for i in readings}
    if fit.exact:
        values = predicted_constants(
            mixture, truth, layout, information, tuple(readings.values()), x=x[..., :DISTANCE_NODES]
        )
        constants = {str(i): value for i, value in zip(readings, values, strict=True)}
    found = reach(mixture, truth, layout, x)
    return {
        "constants": constants,
        "reach": found.samples,
        "total_error_constant": found.constant,
        "spectrum": torch.linalg.eigvalsh(information).tolist(),
        "null": int(null_space(information[free][:, free]).shape[0]),
        "gauge": int(tangent.shape[0]),
    }
