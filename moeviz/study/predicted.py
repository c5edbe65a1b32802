"""The predicted protocol of a study's fit: what its curves should show, before anything is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from moeviz.errors import Cancelled, SpecificationError
from moeviz.estimate import box
from moeviz.recent import Recent
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.plan import Block
from moeviz.study.projection import Projection, decisive, resolve_projection
from moeviz.study.scenario import Fit
from moeviz.study.specification import Specification
from moeviz.study.starts import starts
from moeviz.theory import Reading, Reference, input_nodes
from moeviz.theory.linear_protocols import LinearProtocol
from moeviz.theory.local_cost import LocalCost, local_cost
from moeviz.theory.mean_cost import FEW, Source
from moeviz.theory.protocol import LOOKED, Predicted, predict, shift
from moeviz.theory.recursion import Recursion

if TYPE_CHECKING:
    from torch import Tensor

DRAWS = 1024
"""Starts and gradients behind a predicted mean; its relative error is a few per cent."""

FEW_DRAWS = 96
"""Further draws behind a reading that costs more: distances between functions, searched gauges."""

FIRST = 10**9
"""The starts behind a prediction are those of replicates from here on, which no study has."""

FARTHEST = 1e8
"""A prediction with a parameter beyond this has diverged, and is not read."""

LARGE = 600
"""Parameters of a model that does not contain the truth beyond which nothing is predicted."""

KEPT = 16
"""Mean costs around points that are remembered: all protocols of one model share theirs."""

MOST_CENTERS = 12
"""Ways to share true atoms among fitted ones beyond which nothing is predicted."""


@dataclass(frozen=True)
class PredictedCurve:
    """What is predicted of one curve of a protocol.

    Attributes
    ----------
    mean : tuple of float
        The mean loss at each of the study's sizes.
    shift : tuple of float
        By what share the cost's departure from its quadratic moves the losses there.
    rate : float
        The share of itself that the fastest direction loses in a step; beyond 2 it grows.
    spread : tuple of float
        The standard deviation of one replicate's loss there, as a share of the mean.
    """

    mean: tuple[float, ...]
    shift: tuple[float, ...]
    rate: float
    spread: tuple[float, ...] = ()


def predicted_protocol(
    spec: Specification,
    fit: Fit,
    readings: Mapping[int, Reading],
    reference: Reference,
    information: Tensor | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[int, PredictedCurve]:
    """Return what is predicted of a fit's curves, by their index.

    Parameters
    ----------
    spec : Specification
    fit : Fit
    readings : mapping of int to Reading
        Of the curves, by their index.
    reference : Reference
        What fits are held against.
    information : Tensor, shape (P, P), optional
        Of one observation at the truth of an exact-specified fit, if it is known already.
    should_stop : callable, optional
        Asked at each size; when it says yes the work stops.

    Returns
    -------
    dict
        Of no curves where nothing can be said: of estimators that converge, of random starts and
        of the best of several, where the model has no derivative at the truth, and where its best
        approximation is no minimum or has too many parameters.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    linear = ESTIMATORS[fit.estimator].linear
    if linear is None or not _can(spec, fit):
        return {}
    protocol = linear(spec.fields)
    projection = resolve_projection(spec, fit.index, should_stop)
    center = fit.truth if projection is None else projection.theta
    if not bool(center.isfinite().all()):
        return {}
    lower, upper = box(fit.mixture, fit.layout, spec["box"])
    places: dict[bytes, Place] = {}
    means: dict[int, list[float]] = {index: [] for index in readings}
    shifts: dict[int, list[float]] = {index: [] for index in readings}
    spreads: dict[int, list[float]] = {index: [] for index in readings}
    for n in spec["sizes"]:
        if should_stop is not None and should_stop():
            raise Cancelled("The study was cancelled.")
        block = Block("", "starts", 0.0, fit.index, n, FIRST, FIRST + DRAWS)
        drawn = starts(spec, fit.mixture, center, fit.layout, block)[:, 0]
        drawn = torch.minimum(torch.maximum(drawn, lower), upper)
        around, whose = _around(spec, fit, center, block)
        if around.shape[0] > MOST_CENTERS:
            return {}
        parts = []
        for number, point in enumerate(around):
            key = point.numpy().tobytes()
            if key not in places:
                local = _local(spec, fit, point, projection, information)
                place = _place(local, protocol, upper > lower)
                if place is None:
                    return {}
                places[key] = place
            place = places[key]
            looked = -(-LOOKED // around.shape[0])
            start = drawn[whose == number]
            parts.append(predict(place.local, place.modes, protocol, start, n, looked, number))
        for index, reading in readings.items():
            mean, share, spread = _read(reading, fit, parts, drawn[0], reference)
            means[index].append(mean)
            shifts[index].append(share)
            spreads[index].append(spread)
    rate = max(place.modes.fastest for place in places.values())
    return {
        index: PredictedCurve(
            tuple(means[index]), tuple(shifts[index]), rate, tuple(spreads[index])
        )
        for index in readings
    }


@dataclass(frozen=True)
class Place:
    """A point that starts lie around, with the protocol's recursion there."""

    local: LocalCost
    modes: Recursion


def _can(spec: Specification, fit: Fit) -> bool:
    """Return whether starts lie around points where the model has a derivative."""
    mixture = fit.mixture
    if spec["start"] != "near-truth" or spec["starts"] != 1 or mixture.jumps(fit.layout.atoms):
        return False
    if fit.needs_projection:
        return bool(fit.layout.size <= LARGE)
    return fit.dense or mixture.score.defined_at_zero


def _around(spec: Specification, fit: Fit, center: Tensor, block: Block) -> tuple[Tensor, Tensor]:
    """Return the points that a block's starts lie around, shape (C, P), and which is whose."""
    still = tuple((key, 0.0 if key == "start_scale" else value) for key, value in spec.items)
    shares = fit.layout.size > center.shape[0]
    asked = block if shares else replace(block, last=block.first + 1)
    rest = starts(replace(spec, items=still), fit.mixture, center, fit.layout, asked)[:, 0]
    around, whose = torch.unique(rest, dim=0, return_inverse=True)
    return around, whose if shares else whose.new_zeros(block.last - block.first)


def _local(
    spec: Specification,
    fit: Fit,
    point: Tensor,
    projection: Projection | None,
    information: Tensor | None,
) -> LocalCost:
    """Return the mean cost around a point; it is made once per process for all protocols."""
    x = input_nodes(spec["dimension"], low=spec["low"], high=spec["high"])

    def make() -> LocalCost:
        source = Source(fit.source, fit.truth)
        if projection is not None:
            return local_cost(
                fit.mixture, point, fit.layout, x, source, stationary=projection.converged
            )
        if _same(fit, point, x):
            known = information if fit.exact else None
            return local_cost(fit.mixture, point, fit.layout, x, information=known)
        return local_cost(fit.mixture, point, fit.layout, x, source, stationary=False)

    key = (*decisive(spec, fit), point.numpy().tobytes(), information is None)
    return _known.get(key, make)


_known: Recent[LocalCost] = Recent(KEPT)


def _same(fit: Fit, point: Tensor, x: Tensor) -> bool:
    """Return whether parameters of the fitted model are the truth's function.

    They need not be where atoms that share a true one do not share its weight.
    """
    few = x[0, :, : FEW[False]]
    zero = few.new_zeros(few.shape[-1])
    mine = fit.mixture.cost(point, fit.mixture.features(few), zero)
    theirs = fit.source.cost(fit.truth, fit.source.features(few), zero)
    return bool(torch.allclose(mine, theirs, rtol=1e-9, atol=1e-12))


def _place(local: LocalCost, protocol: LinearProtocol, moving: Tensor) -> Place | None:
    """Return the recursion there, or None where there is none."""
    if not bool((local.hessian.isfinite() & local.noise.isfinite()).all()):
        return None
    try:
        return Place(local, protocol.recursion(local, moving))
    except SpecificationError:
        return None


def _read(
    reading: Reading, fit: Fit, parts: list[Predicted], start: Tensor, reference: Reference
) -> tuple[float, float, float]:
    """Return the mean reading, by what share the remainder moves it, and by which it scatters.

    `start`, shape (P,), can be read; beyond :data:`FARTHEST` there is no number.
    """

    def read(theta: Tensor) -> Tensor:
        near = (theta.abs() <= FARTHEST).all(1, keepdim=True)
        usable = torch.where(near, theta, start)
        found = reading.read(fit.mixture, usable, reference, fit.layout)
        return torch.where(near[:, 0], found, torch.full_like(found, torch.nan))

    some = torch.cat([part.straight for part in parts])
    more = torch.cat([part.more for part in parts])
    if reading.metric or reading.gauge == "quotient":
        more = more[:: -(-more.shape[0] // FEW_DRAWS)]
    found = read(torch.cat([some, more]))
    mean = float(found.mean())
    spread = float(found.std()) / mean if mean else 0.0
    return mean, shift(parts, read), spread
