"""From the blocks of a protocol map to what it says, also while blocks are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.protocol_plan import split_map
from moeviz.study.protocol_result import Cell, CellCurve, Ends, MapResult, StartCurve
from moeviz.study.slope import Line, fit_line
from moeviz.study.specification import Specification
from moeviz.study.statistic import GEOMETRIC
from moeviz.study.summary import geometric_mean, mean

Losses = Sequence[float | None]


def assemble_map(
    asked: ProtocolMap, results: Mapping[str, Mapping[str, Any]], device: str
) -> MapResult:
    """Return a map's result from the blocks that are there.

    Parameters
    ----------
    asked : ProtocolMap
    results : mapping of str to dict
        Of :func:`~moeviz.study.protocol_blocks.run_map_block`, by block id.
    device : str
    """
    fits: dict[tuple[int, int], dict[int, list[Losses | None]]] = {}
    told: dict[tuple[int, int], list[Any]] = {}
    begun: dict[int, list[Any]] = {}
    for found in results.values():
        if found["kind"] == "starts":
            begun[found["law"]] = found["starts"]
        elif found["kind"] == "predicted":
            told[found["law"], found["way"]] = found["predicted"]
        else:
            for one in found["ways"]:
                fits.setdefault((found["law"], one["way"]), {})[found["n"]] = one["curves"]
    curves = range(len(asked.published))
    made = [
        Cell(
            law,
            way,
            tuple(
                _curve(asked, law, way, at, fits.get((law, way), {}), told.get((law, way)))
                for at in curves
            ),
        )
        for law in range(len(asked.laws))
        for way in range(len(asked.ways))
    ]
    starts = [
        _start(asked, law, at, rows[at]) for law, rows in sorted(begun.items()) for at in curves
    ]
    return MapResult(
        asked,
        asked.hash,
        device,
        sum(float(found["seconds"]) for found in results.values()),
        all(block.id in results for block in split_map(asked)),
        tuple(made),
        tuple(each for each in starts if each is not None),
    )


def _curve(
    asked: ProtocolMap,
    law: int,
    way: int,
    curve: int,
    sizes: Mapping[int, list[Losses | None]],
    told: Sequence[Mapping[str, Any] | None] | None,
) -> CellCurve:
    study = asked.study(curve, asked.laws[law], asked.ways[way])
    if not isinstance(study, Specification):
        return CellCurve(refused=study)
    said = (told[curve] if told else None) or {}
    n = tuple(sorted(size for size, rows in sizes.items() if rows[curve] is not None))
    rows = tuple(tuple(sizes[size][curve] or ()) for size in n)
    published = asked.published[curve]
    line = _line(n, rows, asked.sizes[-1], published.statistic, study["seed"])
    own = _line(n, rows, asked.sizes[-1], GEOMETRIC, study["seed"])
    return CellCurve(
        n,
        tuple(map(mean, rows)),
        tuple(map(geometric_mean, rows)),
        sum(value is None for row in rows for value in row),
        _slope(line),
        _slope(own),
        None if line is None else (line.level.value, line.level.low, line.level.high),
        tuple(said.get("mean", ())),
        tuple(said.get("shift", ())),
        tuple(said.get("spread", ())),
    )


def _start(
    asked: ProtocolMap, law: int, curve: int, found: Iterable[Losses] | None
) -> StartCurve | None:
    if found is None:
        return None
    rows, n = tuple(map(tuple, found)), asked.sizes
    line = _line(n, rows, n[-1], asked.published[curve].statistic, 0)
    own = _line(n, rows, n[-1], GEOMETRIC, 0)
    return StartCurve(law, curve, n, tuple(map(mean, rows)), _slope(line), _slope(own))


@lru_cache(maxsize=8192)
def _line(
    n: tuple[int, ...], rows: tuple[Losses, ...], at: int, statistic: str, seed: int
) -> Line | None:
    """Return the line through losses; remembered, for a map that grows is read many times."""
    found = fit_line(n, rows, at, statistic, seed=seed) if n else None
    return found if isinstance(found, Line) else None


def _slope(line: Line | None) -> Ends | None:
    if line is None:
        return None
    return line.slope.estimate, line.slope.low, line.slope.high
