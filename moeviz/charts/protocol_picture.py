"""Protocol maps: the document of their picture, for the scene ``protocols``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from moeviz.charts.checker import superscript
from moeviz.charts.protocol_lessons import cell_sentence, curve_name, foreseen, law_words, lesson
from moeviz.study.presets import Published
from moeviz.study.protocol_map import EM, SGD, ProtocolMap
from moeviz.study.protocol_region import cell_stands, level_stands, region, slope_stands
from moeviz.study.protocol_result import Cell, CellCurve, MapResult
from moeviz.text import signed

CELL = "cell"
"""The handle that is moved over the map."""

DIGITS, EXACT = 3, 6
"""Of numbers that are only drawn, and of slopes, which are printed to two places."""

END_WORDS = {SGD: "batch", EM: "end of EM"}
"""What tells the ways of a protocol from each other."""

_FRACTIONS = {0.0: "0", 0.25: "¼", 0.5: "½"}


def map_document(result: MapResult, at: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return the document of a map's picture, with a sentence for each cell.

    Parameters
    ----------
    result : MapResult
    at : tuple of int, optional
        Column and row of the cell on show, counted from the top left; by itself
        :func:`first_place`.
    """
    asked = result.asked
    rows, columns = len(grid(asked)), len(scales(asked))
    column, row = at or first_place(result)
    column, row = min(column, columns - 1), min(row, rows - 1)
    by_place = {(cell.law, cell.way): cell for cell in result.cells}
    together = {id(cell) for cell in region(result).together}
    cells = [
        [by_place[_law(asked, scale, power), way] for scale in scales(asked)]
        for power, way in grid(asked)
    ]
    word = END_WORDS[asked.protocol]
    return {
        "handles": [
            {
                "id": CELL, "name": "", "kind": "cell", "colour": "text", "step": 1,
                "title": f"protocol: distance of starts, and {word}",
                "at": [column + 0.5, rows - row - 0.5], "cells": [columns, rows],
                "panels": list(range(len(asked.published))),
            }
        ],
        "columns": [f"{scale:g}" for scale in scales(asked)],
        "rows": [
            {"name": asked.ways[way].short, "power": _FRACTIONS.get(power, f"{power:g}"),
             "words": asked.ways[way].words}
            for power, way in grid(asked)
        ],
        "way": word,
        "curves": [
            {"name": curve_name(asked.preset, one), "printed": one.slope,
             "words": signed(one.slope), "line": _line(one, asked.sizes)}
            for one in asked.published
        ],
        "sizes": list(asked.sizes),
        "told": list(asked.predicted),
        "ticks": _ticks(asked.sizes),
        "cells": [[_cell(result, cell, id(cell) in together) for cell in line] for line in cells],
        "starts": [
            [_numbers(start.mean) if (start := result.start(law, at)) else []
             for at in range(len(asked.published))]
            for law in range(len(asked.laws))
        ],
        "lesson": lesson(result),
    }  # fmt: skip


def _ticks(sizes: Sequence[int]) -> list[list[Any]]:
    """Return powers of ten among the sizes, with how they are written; without two, the ends."""
    powers = [p for p in range(1, 8) if sizes[0] * 0.99 <= 10**p <= sizes[-1] * 1.01]
    if len(powers) > 1:
        return [[p, superscript(f"10^{p}")] for p in powers]
    return [[math.log10(n), f"{n:,}"] for n in (sizes[0], sizes[-1])]


def _line(one: Published, sizes: Sequence[int]) -> list[list[float | None]]:
    """Return size, loss, least and greatest loss at both ends of a printed line; [] without one."""
    if one.line is None:
        return []
    return [_numbers((n, *one.line.at(n)), EXACT) for n in (sizes[0], sizes[-1])]


def scales(asked: ProtocolMap) -> list[float]:
    """Return the scales of a map's starts: its columns."""
    return sorted({law.scale for law in asked.laws})


def grid(asked: ProtocolMap) -> list[tuple[float, int]]:
    """Return the powers and ways of a map's rows, from above."""
    powers = sorted({law.power for law in asked.laws})
    return [(power, way) for power in powers for way in range(len(asked.ways))]


def cell_at(result: MapResult, at: tuple[int, int]) -> Cell:
    """Return the cell in a column and a row, counted from the top left.

    Parameters
    ----------
    result : MapResult
    at : tuple of int
        Beyond the map it is the last.
    """
    asked = result.asked
    power, way = grid(asked)[min(at[1], len(grid(asked)) - 1)]
    scale = scales(asked)[min(at[0], len(scales(asked)) - 1)]
    law = _law(asked, scale, power)
    return next(cell for cell in result.cells if (cell.law, cell.way) == (law, way))


def place_of(result: MapResult, at: tuple[int, int], other: MapResult) -> tuple[int, int] | None:
    """Return where another map has the protocol of a cell, None where it has it not.

    Parameters
    ----------
    result : MapResult
    at : tuple of int
        Column and row of the cell, counted from the top left.
    other : MapResult
    """
    cell, there = cell_at(result, at), other.asked
    law, way = result.asked.laws[cell.law], result.asked.ways[cell.way]
    if law not in there.laws or way not in there.ways:
        return None
    row = grid(there).index((law.power, there.ways.index(way)))
    return scales(there).index(law.scale), row


def first_place(result: MapResult) -> tuple[int, int]:
    """Return column and row of the cell that a map opens on: of the region, or the nearest.

    Parameters
    ----------
    result : MapResult
    """
    found, asked = region(result), result.asked
    wanted = found.together[0] if found.together else found.nearest
    if wanted is None:
        return 0, 0
    law = asked.laws[wanted.law]
    return scales(asked).index(law.scale), grid(asked).index((law.power, wanted.way))


def _law(asked: ProtocolMap, scale: float, power: float) -> int:
    """Return the place of a law; at the truth all powers are one."""
    wanted = (scale, power if scale else 0.0)
    return next(at for at, law in enumerate(asked.laws) if (law.scale, law.power) == wanted)


def _cell(result: MapResult, cell: Cell, together: bool) -> dict[str, Any]:
    asked = result.asked
    return {
        "law": cell.law,
        "name": law_words(asked.laws[cell.law]),
        "stands": cell_stands(cell, asked.published),
        "together": together,
        "sentence": cell_sentence(result, cell),
        "curves": [
            {
                **_drawn(asked, curve, slope_stands(curve.printed, one)),
                "met": level_stands(curve, one, asked.sizes[-1]) == "agrees",
            }
            for curve, one in zip(cell.curves, asked.published, strict=True)
        ],
    }


def _drawn(asked: ProtocolMap, curve: CellCurve, stands: str) -> dict[str, Any]:
    told = foreseen(asked, curve)
    return {
        "slope": _numbers(curve.printed or (), EXACT) or None,
        "stands": stands,
        "n": list(curve.n),
        "mean": _numbers(curve.mean),
        "told": _numbers(curve.trusted_protocol),
        "foreseen": None if told is None else float(f"{told:.{EXACT}g}"),
        "refused": bool(curve.refused),
    }


def _numbers(values: Sequence[float | None], count: int = DIGITS) -> list[float | None]:
    return [None if value is None else float(f"{value:.{count}g}") for value in values]
