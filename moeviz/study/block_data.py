"""What an estimator works on in a block, and what its fits are held against."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from moeviz.estimate import box
from moeviz.model import Features
from moeviz.study.data import data_of
from moeviz.study.draws import stream
from moeviz.study.estimators import Data
from moeviz.study.plan import Block
from moeviz.study.projection import resolve_projection
from moeviz.study.scenario import Fit
from moeviz.study.specification import Specification
from moeviz.study.starts import starts
from moeviz.study.truths import fit_at, middle
from moeviz.theory import Reference, input_nodes

if TYPE_CHECKING:
    from torch import Tensor

DISTANCE_NODES = 1024
"""Inputs that distances between functions are averaged over."""


def block_data(
    spec: Specification,
    fit: Fit,
    block: Block,
    device: str = "cpu",
    should_stop: Callable[[], bool] | None = None,
    watched: bool = False,
    drawn: tuple[Features, Tensor] | None = None,
) -> Data:
    """Return what an estimator works on: data, starts and box of a block's fits.

    Parameters
    ----------
    spec : Specification
    fit : Fit
    block : Block
        Says which sample size and replicates.
    device : str
        Where to compute.
    should_stop : callable, optional
        Asked while a best approximation is sought; when it says yes the work stops.
    watched : bool
        Whether to keep the path of the first data set's best fit.
    drawn : tuple of Features and Tensor, optional
        The block's features and responses, where they are there already.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    center = center_of(spec, fit, block, should_stop)
    if drawn is None:
        drawn = data_of(spec, fit_at(spec, fit, block.n), block, device)
    features, response = drawn
    return Data(
        fit.mixture,
        features,
        response,
        starts(spec, fit.mixture, center, fit.layout, block).to(device),
        box(fit.mixture, fit.layout, spec["box"]),
        lambda: [stream(spec, 2, block.n, r) for r in range(block.first, block.last)],
        watched=watched,
        exact=fit.exact,
    )


def center_of(
    spec: Specification,
    fit: Fit,
    block: Block,
    should_stop: Callable[[], bool] | None = None,
) -> Tensor:
    """Return what near-truth starts of a block lie around, shape (P*,).

    Parameters
    ----------
    spec : Specification
    fit : Fit
    block : Block
        Says which sample size.
    should_stop : callable, optional
        Asked while a best approximation is sought; when it says yes the work stops.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    projection = resolve_projection(spec, block.fit, should_stop)
    return middle(spec, fit, block.n) if projection is None else projection.theta


def distance_inputs(spec: Specification) -> Tensor:
    """Return the inputs that distances between a study's functions are averaged over."""
    return input_nodes(spec["dimension"], DISTANCE_NODES, spec["low"], spec["high"])


def reference_of(spec: Specification, fit: Fit, index: int) -> Reference:
    """Return what the fits of a study are held against.

    Parameters
    ----------
    spec : Specification
    fit : Fit
    index : int
        The fit's place.
    """
    x = distance_inputs(spec)
    projection = resolve_projection(spec, index)
    if projection is None:
        return Reference(fit.source, fit.truth, fit.true_layout, x=x)
    return Reference(fit.source, fit.truth, fit.true_layout, projection.theta, fit.layout, x)
