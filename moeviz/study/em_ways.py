"""The fits of a block by expectation-maximisation, ended in many ways by one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from moeviz.errors import SpecificationError
from moeviz.estimate import EmWay, FitResult, best_of, fit_ways, make_problem
from moeviz.model import Features
from moeviz.study.block_data import block_data
from moeviz.study.plan import Block
from moeviz.study.scenario import resolve_scenario
from moeviz.study.specification import Specification

if TYPE_CHECKING:
    from torch import Tensor


def way_of(spec: Specification) -> EmWay:
    """Return the way to end expectation-maximisation that a study's fields name."""
    return EmWay(spec["em_rule"], spec["em_tolerance"], spec["em_steps"])


def fits_by_way(
    spec: Specification,
    block: Block,
    ways: Sequence[EmWay],
    device: str = "cpu",
    should_stop: Callable[[], bool] | None = None,
    data: tuple[Features, Tensor] | None = None,
) -> tuple[FitResult, ...]:
    """Return what a block's fits would be under each way to end expectation-maximisation.

    One run serves all ways: it goes on until the last has ended and writes down where each does,
    so that its memory does not grow with its iterations, W P numbers for each fit.

    Parameters
    ----------
    spec : Specification
        Whose own rule, tolerance and iterations have no say.
    block : Block
        Says which fit, sample size and replicates.
    ways : sequence of EmWay
    device : str
        Where to compute, "cpu" or "cuda".
    should_stop : callable, optional
        Asked once per iteration; when it says yes the work stops.
    data : tuple of Features and Tensor, optional
        The block's, where they are there already (:func:`~moeviz.study.data.data_of`); studies
        that differ in nothing but their starts have the same.

    Returns
    -------
    tuple of FitResult
        One for each way, in their order, of the block's replicates: to the last bit what
        :func:`~moeviz.study.blocks.run_block` finds with that way in the study's fields. Of
        several starts the one with the smallest cost counts, under each way.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    SpecificationError
        If the fit is no density.
    """
    fit = resolve_scenario(spec).fits[block.fit]
    if not fit.mixture.output.density:
        raise SpecificationError(
            f"Expected a density for expectation-maximisation, but the output '{spec['output']}' "
            "is fitted by least squares; choose another study."
        )
    work = block_data(spec, fit, block, device, should_stop, drawn=data)
    replicates, count, size = work.starts.shape
    problem = make_problem(work.mixture, work.features, work.response, work.bounds, count)
    found = fit_ways(problem, work.starts.reshape(-1, size), ways, should_stop)
    return tuple(best_of(one, replicates, count) for one in found)
