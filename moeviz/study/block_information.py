"""The block of a study that runs no fit: what is known of a truth before anything is fitted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from moeviz.study.block_data import DISTANCE_NODES, distance_inputs, reference_of
from moeviz.study.moving import move_of
from moeviz.study.plan import Block, plan
from moeviz.study.predicted import predicted_protocol
from moeviz.study.projection import resolve_projection
from moeviz.study.reader import attributes
from moeviz.study.scenario import Fit, resolve_scenario
from moeviz.study.specification import Specification
from moeviz.study.truths import separations
from moeviz.theory import (
    Reading,
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


def information_of(
    spec: Specification, block: Block, should_stop: Callable[[], bool] | None = None
) -> dict[str, Any]:
    """Return what is known of a fit's truth, or of its best approximation, without a fit.

    Parameters
    ----------
    spec : Specification
    block : Block
        Says which fit.
    should_stop : callable, optional
        Asked between steps; when it says yes the work stops.

    Returns
    -------
    dict
        Plain data, as :func:`~moeviz.study.blocks.run_block` says of information.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
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
    readings = {index: curve.reading for index, curve in apart}
    result["separation"] = separations(spec, fit, readings, distance_inputs(spec))
    return result


def _protocol(
    spec: Specification,
    fit: Fit,
    readings: dict[int, Reading],
    information: Tensor | None,
    should_stop: Callable[[], bool] | None,
) -> dict[str, Any]:
    """Return what is predicted of a protocol's curves, by their index."""
    reference = reference_of(spec, fit, fit.index)
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
