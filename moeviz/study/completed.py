"""Results of before there were some curves, or predictions, completed with what they lack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from moeviz.study.assemble import assemble
from moeviz.study.blocks import run_block
from moeviz.study.curve_kinds import KINDS
from moeviz.study.curves import Curve
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.plan import Block, plan
from moeviz.study.result import Result


def lacks(result: Result, kind: str) -> bool:
    """Return whether a result has none of the curves of one kind that its study has.

    Parameters
    ----------
    result : Result
    kind : {"starts", "unfinished"}
    """
    planned = any(curve.kind == kind for curve in plan(result.spec).curves)
    return planned and all(curve.kind != kind for curve in result.curves)


def seconds_of(result: Result, kind: str) -> float:
    """Return the estimated seconds of one core for the blocks of one kind of a result's study.

    Parameters
    ----------
    result : Result
    kind : {"starts", "unfinished"}
    """
    return sum(block.cost for block in plan(result.spec).blocks if block.kind == kind)


def with_kind(result: Result, kind: str, should_stop: Callable[[], bool] | None = None) -> Result:
    """Return a result with the curves of one kind, computed here.

    Those of starts take no fit. For what protocols have left to do the protocols are run again, of
    the first data sets, and the converged estimator after them.

    Parameters
    ----------
    result : Result
    kind : {"starts", "unfinished"}
    should_stop : callable, optional
        Asked between steps of the work.

    Returns
    -------
    Result
        The same where it has them, or where its study has none; else its own curves and these, in
        the plan's order.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    SpecificationError
        If the study is one of an earlier arithmetic.
    """
    if not lacks(result, kind):
        return result
    blocks = [block for block in plan(result.spec).blocks if block.kind == kind]
    made = (curve for curve in _curves(result, blocks, should_stop) if curve.kind == kind)
    curves = sorted((*result.curves, *made), key=lambda curve: KINDS.index(curve.kind))
    return replace(result, curves=tuple(curves))


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
