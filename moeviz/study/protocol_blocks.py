"""The blocks of a protocol map: each a pure function of the map, made of its studies' own blocks.

A fit's numbers do not depend on who else is fitted, so a cell of a map is, to the last bit, the
study of its protocol. Of gradient descent a block is a cell at one sample size. Of expectation-
maximisation it is a start law at one size: one run ends in all ways.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moeviz.errors import Cancelled, SpecificationError
from moeviz.study.blocks import read_fits, reference_of, run_block
from moeviz.study.em_ways import fits_by_way, way_of
from moeviz.study.plan import Block, plan
from moeviz.study.plan import split as split_study
from moeviz.study.predicted import predicted_protocol
from moeviz.study.protocol_map import SGD, Law, ProtocolMap, Way
from moeviz.study.scenario import resolve_scenario
from moeviz.study.specification import Specification
from moeviz.study.summary import losses
from moeviz.text import finite

PREDICTION_SECONDS = 0.3
"""What it takes to predict a curve at one sample size, roughly, in seconds of one core."""

START_SECONDS = 0.02

EM_SHARE = 2.0
"""One run for all ways takes longer than the study's own, by about this factor."""


@dataclass(frozen=True)
class MapBlock:
    """A piece of a map.

    Attributes
    ----------
    id : str
        Safe as a file name.
    kind : {"starts", "predicted", "fits"}
    cost : float
        Estimated seconds of one core.
    law : int
        Place of the law of its starts.
    way : int or None
        Place of the way; None for all.
    n : int
        Sample size; 0 for all.
    """

    id: str
    kind: str
    cost: float
    law: int
    way: int | None = None
    n: int = 0


@lru_cache(maxsize=64)
def split_map(asked: ProtocolMap) -> tuple[MapBlock, ...]:
    """Return a map's blocks in the order in which they should run: coarse to fine.

    First comes what needs no fit, so that all cells have a colour soon; the cells' fits follow,
    corners and middles first.

    Parameters
    ----------
    asked : ProtocolMap
    """
    return tuple(_blocks(asked))


def spread_order(count: int) -> list[int]:
    """Return 0 to count - 1 so that each beginning is spread over the whole: ends first.

    Parameters
    ----------
    count : int
    """
    order, gap = [0, *([count - 1] if count > 1 else [])], count - 1
    while gap > 1:
        gap = -(-gap // 2)
        order += [at for at in range(0, count, gap) if at not in order]
    return order


def cells(asked: ProtocolMap) -> list[tuple[int, int]]:
    """Return the places (law, way) of a map's cells, coarse to fine.

    Parameters
    ----------
    asked : ProtocolMap
    """
    rank = {at: place for place, at in enumerate(spread_order(len(asked.laws)))}
    other = {at: place for place, at in enumerate(spread_order(len(asked.ways)))}
    every = [(law, way) for law in rank for way in other]
    return sorted(every, key=lambda at: (max(rank[at[0]], other[at[1]]), rank[at[0]], other[at[1]]))


def _blocks(asked: ProtocolMap) -> Iterator[MapBlock]:
    curves, order = len(asked.published), cells(asked)
    laws = list(dict.fromkeys(law for law, _ in order))
    told: set[int] = set()
    for law, way in order:
        if law not in told:
            told.add(law)
            cost = START_SECONDS * curves * len(asked.sizes)
            yield MapBlock(f"starts-l{law}", "starts", cost, law)
        if asked.predicted:
            cost = PREDICTION_SECONDS * curves * len(asked.predicted)
            yield MapBlock(f"predicted-l{law}-w{way}", "predicted", cost, law, way)
    if asked.protocol == SGD:
        for law, way in order:
            for n in asked.sizes:
                yield MapBlock(
                    f"fits-l{law}-w{way}-n{n}", "fits", _seconds(asked, way, n), law, way, n
                )
    else:
        longest = _longest(asked)
        for n in asked.sizes:
            for law in laws:
                cost = EM_SHARE * _seconds(asked, longest, n)
                yield MapBlock(f"fits-l{law}-n{n}", "fits", cost, law, None, n)


def _longest(asked: ProtocolMap) -> int:
    return max(range(len(asked.ways)), key=lambda at: way_of(_any(asked, at)).steps)


def _any(asked: ProtocolMap, way: int) -> Specification:
    """Return some study that is run in a way."""
    for law in reversed(asked.laws):
        for curve in range(len(asked.published)):
            found = asked.study(curve, law, asked.ways[way])
            if isinstance(found, Specification):
                return found
    raise SpecificationError(
        f"Expected a map of which some start can be run in each way, but none can: "
        f"{asked.study(0, asked.laws[-1], asked.ways[way])}"
    )


@lru_cache(maxsize=1024)
def _seconds(asked: ProtocolMap, way: int, n: int) -> float:
    """Return the estimated seconds of one core of all curves' fits at a size."""
    blocks = split_study(_any(asked, way))
    each = sum(block.cost for block in blocks if block.kind == "fits" and block.n == n)
    return len(asked.published) * each


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
        One of :func:`split_map`.
    device : str
        "cpu" or "cuda".
    should_stop : callable, optional
        Asked between steps; when it says yes the work stops.

    Returns
    -------
    dict
        Plain data: ``kind``, ``law``, ``seconds``, and by curve, None for one that cannot be run
        there: ``ways`` (of fits: by way, ``way`` and by curve the losses of the replicates),
        ``starts`` (the losses at each size) or ``predicted`` (``mean`` and ``shift`` by size).

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    if should_stop is not None and should_stop():
        raise Cancelled("The map was cancelled.")
    began = time.perf_counter()
    law = asked.laws[block.law]
    result: dict[str, Any] = {"kind": block.kind, "law": block.law, "n": block.n}
    if block.kind == "starts":
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
    result.update(device=device, seconds=time.perf_counter() - began)
    found: dict[str, Any] = finite(result)
    return found


def _studies(
    asked: ProtocolMap, law: Law, way: Way, sizes: Sequence[int] = ()
) -> list[Specification | None]:
    """Return a cell's study for each curve, None where it cannot be run."""
    found = [asked.study(curve, law, way, sizes) for curve in range(len(asked.published))]
    return [each if isinstance(each, Specification) else None for each in found]


def curve_of(study: Specification, trained: bool = True) -> int:
    """Return the place of the curve of a study of one fit that a paper prints, or of its starts.

    Parameters
    ----------
    study : Specification
    trained : bool
    """
    curves = plan(study).curves
    printed = next(at for at, curve in enumerate(curves) if curve.published is not None)
    if trained:
        return printed
    reading = curves[printed].reading
    return next(at for at, c in enumerate(curves) if not c.trained and c.reading == reading)


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
            read = read_fits(studies[0], block, fitted.theta.cpu(), trained=True)
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
        place, rows = str(curve_of(study, trained=False)), {n: list[float]() for n in asked.sizes}
        for block in split_study(study):
            if block.kind == "starts":
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
    reference = reference_of(study, fit, 0)
    found = predicted_protocol(study, fit, readings, reference, should_stop=should_stop)
    one = found.get(curve)
    return None if one is None else {"mean": list(one.mean), "shift": list(one.shift)}
