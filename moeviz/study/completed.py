"""Results of before there were curves of starts, or predictions, completed without a fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from moeviz.study.assemble import assemble
from moeviz.study.blocks import run_block
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.plan import Block, plan
from moeviz.study.result import Curve, Result


def with_starts(result: Result, should_stop: Callable[[], bool] | None = None) -> Result:
    """Return a result with the curves of its protocols' starts, computed here.

    Parameters
    ----------
    result : Result
    should_stop : callable, optional
        Asked between blocks.

    Returns
    -------
    Result
        The same where it has them, or where its study has none; else its own curves, and after
        them those of the starts. No fit is run.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    SpecificationError
        If the study is one of an earlier arithmetic.
    """
    blocks = [block for block in plan(result.spec).blocks if block.kind == "starts"]
    if not blocks or not all(curve.trained for curve in result.curves):
        return result
    made = _curves(result, blocks, should_stop)
    return replace(result, curves=(*result.curves, *(c for c in made if not c.trained)))


def lacks_predictions(result: Result) -> bool:
    """Return whether none of a result's protocols has been predicted.

    Parameters
    ----------
    result : Result
    """
    return bool(_protocols(result)) and all(
        curve.predicted_protocol is None for curve in result.curves
    )


def with_predictions(result: Result, should_stop: Callable[[], bool] | None = None) -> Result:
    """Return a result with what is predicted of its protocols, computed here.

    Parameters
    ----------
    result : Result
    should_stop : callable, optional
        Asked between steps of the work.

    Returns
    -------
    Result
        With the same curves, which are as they were but for their protocols' predictions.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    SpecificationError
        If the study is one of an earlier arithmetic.
    """
    fits = _protocols(result)
    blocks = [b for b in plan(result.spec).blocks if b.kind == "information" and b.fit in fits]
    made = {curve.key: curve for curve in _curves(result, blocks, should_stop)}
    names = ("predicted_protocol", "protocol_shift", "protocol_rate")
    curves = [
        replace(curve, **{name: getattr(made[curve.key], name) for name in names})
        if curve.trained and curve.fit in fits and curve.key in made
        else curve
        for curve in result.curves
    ]
    return replace(result, curves=tuple(curves))


def _curves(
    result: Result, blocks: Sequence[Block], should_stop: Callable[[], bool] | None
) -> tuple[Curve, ...]:
    """Return what some blocks of a result's study tell of its curves, computed here."""
    spec = result.spec
    found = {block.id: run_block(spec, block, should_stop=should_stop) for block in blocks}
    return assemble(spec, found, result.seconds, result.device).curves


def _protocols(result: Result) -> set[int]:
    """Return the fits of a result that are protocols'."""
    return {
        curve.fit
        for curve in result.curves
        if curve.trained and ESTIMATORS[curve.estimator].linear is not None
    }
