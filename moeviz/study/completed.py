"""Results of before there were curves of starts, completed without a fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from moeviz.study.assemble import assemble
from moeviz.study.blocks import run_block
from moeviz.study.plan import plan
from moeviz.study.result import Result


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
    spec = result.spec
    blocks = [block for block in plan(spec).blocks if block.kind == "starts"]
    if not blocks or not all(curve.trained for curve in result.curves):
        return result
    found = {block.id: run_block(spec, block, should_stop=should_stop) for block in blocks}
    made = assemble(spec, found, result.seconds, result.device).curves
    return replace(result, curves=(*result.curves, *(c for c in made if not c.trained)))
