"""The blocks of a protocol map: each a pure function of the map, made of its studies' own blocks.

A fit's numbers do not depend on who else is fitted, so a cell of a map is, to the last bit, the
study of its protocol. Of gradient descent a block is a cell at one sample size. Of expectation-
maximisation it is a start law at one size: one run ends in all ways.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from moeviz.errors import Cancelled
from moeviz.study.block_information import predicted_readings
from moeviz.study.blocks import read_fits, run_block
from moeviz.study.curve_kinds import FITS, STARTS
from moeviz.study.em_ways import fits_by_way, way_of
from moeviz.study.plan import Block, plan
from moeviz.study.plan import split as split_study
from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.protocol_plan import MapBlock
from moeviz.study.protocol_way import Law, Way
from moeviz.study.scenario import resolve_scenario
from moeviz.study.specification import Specification
from moeviz.study.summary import losses
from moeviz.text import finite

PREDICTED = ("mean", "shift", "spread")
"""What a block keeps of a prediction (:class:`~moeviz.study.predicted.PredictedCurve`)."""


def run_map_block(
    asked: ProtocolMap,
    block: MapBlock,
    device: str = "cpu",
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Compute one block.

    Parameters
    ----------
    asked : ProtocolMap
    block : MapBlock
        One of :func:`~moeviz.study.protocol_plan.split_map`.
    device : str
        "cpu" or "cuda".
    should_stop : callable, optional
        Asked between steps; when it says yes the work stops.

    Returns
    -------
    dict
        Plain data: ``kind``, ``law``, ``seconds`` (the processor's own, whoever else was on it; on
        a GPU the clock's), and by curve, None for one that cannot be run
        there: ``ways`` (of fits: by way, ``way`` and by curve the losses of the replicates),
        ``starts`` (the losses at each size) or ``predicted`` (:data:`PREDICTED` by size).

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    if should_stop is not None and should_stop():
        raise Cancelled("The map was cancelled.")
    clock = time.perf_counter if device != "cpu" else time.thread_time
    began = clock()
    law = asked.laws[block.law]
    result: dict[str, Any] = {"kind": block.kind, "law": block.law, "n": block.n}
    if block.kind == STARTS:
        result["starts"] = _starts(asked, law, device, should_stop)
    elif block.kind == "predicted" and block.way is not None:
        result["way"] = block.way
        result["predicted"] = _predicted(asked, law, asked.ways[block.way], should_stop)
    elif block.way is not None:
        one = [
            _fits(study, block.n, device, should_stop)
            for study in _studies(asked, law, asked.ways[block.way], (block.n,))
        ]
        result["ways"] = [{"way": block.way, "curves": one}]
    else:
        result["ways"] = _ended_in_all_ways(asked, law, block.n, device, should_stop)
    result.update(device=device, seconds=clock() - began)
    found: dict[str, Any] = finite(result)
    return found


def _studies(
    asked: ProtocolMap, law: Law, way: Way, sizes: Sequence[int] = ()
) -> list[Specification | None]:
    """Return a cell's study for each curve, None where it cannot be run."""
    found = [asked.study(curve, law, way, sizes) for curve in range(len(asked.published))]
    return [each if isinstance(each, Specification) else None for each in found]


def curve_of(study: Specification, kind: str = FITS) -> int:
    """Return the place of the curve of a study of one fit that a paper prints.

    Parameters
    ----------
    study : Specification
    kind : str
        Or of the curve of this kind with the same reading, as that of the starts.
    """
    curves = plan(study).curves
    printed = next(at for at, curve in enumerate(curves) if curve.published is not None)
    if kind == FITS:
        return printed
    reading = curves[printed].reading
    return next(at for at, c in enumerate(curves) if c.kind == kind and c.reading == reading)


def _fits(
    study: Specification | None, n: int, device: str, should_stop: Callable[[], bool] | None
) -> list[float | None] | None:
    """Return the losses of the replicates at a size, in their order."""
    if study is None:
        return None
    curve, found = str(curve_of(study)), []
    for block in split_study(study):
        if block.kind == "fits" and block.n == n:
            part = run_block(study, block, device, should_stop)
            found += losses(part["readings"][curve], part["status"])
    return found


def _ended_in_all_ways(
    asked: ProtocolMap,
    law: Law,
    n: int,
    device: str,
    should_stop: Callable[[], bool] | None,
) -> list[dict[str, Any]]:
    by_curve: list[list[list[float | None]] | None] = []
    for curve in range(len(asked.published)):
        named = [asked.study(curve, law, way, (n,)) for way in asked.ways]
        studies = [each for each in named if isinstance(each, Specification)]
        if len(studies) < len(named):
            by_curve.append(None)
            continue
        ways = [way_of(study) for study in studies]
        block = Block("", "fits", 0.0, 0, n, 0, asked.replicates)
        place = str(curve_of(studies[0]))
        rows = []
        for fitted in fits_by_way(studies[0], block, ways, device, should_stop):
            read = read_fits(studies[0], block, fitted.theta.cpu(), FITS)
            rows.append(losses(read[place], fitted.status.tolist()))
        by_curve.append(rows)
    return [
        {"way": way, "curves": [None if rows is None else rows[way] for rows in by_curve]}
        for way in range(len(asked.ways))
    ]


def _starts(
    asked: ProtocolMap, law: Law, device: str, should_stop: Callable[[], bool] | None
) -> list[list[list[float]] | None]:
    found: list[list[list[float]] | None] = []
    for study in _studies(asked, law, asked.ways[0]):
        if study is None:
            found.append(None)
            continue
        place, rows = str(curve_of(study, STARTS)), {n: list[float]() for n in asked.sizes}
        for block in split_study(study):
            if block.kind == STARTS:
                part = run_block(study, block, device, should_stop)
                rows[block.n] += part["readings"][place]
        found.append([rows[n] for n in asked.sizes])
    return found


def _predicted(
    asked: ProtocolMap, law: Law, way: Way, should_stop: Callable[[], bool] | None
) -> list[dict[str, list[float]] | None]:
    found: list[dict[str, list[float]] | None] = []
    for study in _studies(asked, law, way, asked.predicted):
        if study is None:
            found.append(None)
            continue
        found.append(predicted_of(study, curve_of(study), should_stop))
    return found


def predicted_of(
    study: Specification, curve: int, should_stop: Callable[[], bool] | None = None
) -> dict[str, list[float]] | None:
    """Return what is predicted of a curve of a study of one fit, None where nothing can be.

    Parameters
    ----------
    study : Specification
    curve : int
    should_stop : callable, optional

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    fit = resolve_scenario(study).fits[0]
    readings = {curve: plan(study).curves[curve].reading}
    one = predicted_readings(study, fit, readings, should_stop).get(str(curve))
    return None if one is None else {name: list(one[name]) for name in PREDICTED}
