"""A figure's protocols as dots: across how far starts are, up how a fit ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moeviz.charts.protocol_picture import grid, scales
from moeviz.study.protocol_result import Cell, MapResult

INSIDE, OUTSIDE = 0, 3
"""Colours of protocols at which all printed slopes appear, and of the others."""

SMALL = 4
"""Radius of the others, in pixels."""


def dots_panel(result: MapResult, together: Iterable[Cell], large: int) -> dict[str, Any]:
    """Return a panel of the component ``plane`` with a dot for each protocol.

    Parameters
    ----------
    result : MapResult
    together : iterable of Cell
        The protocols at which all printed slopes appear: discs, the others are rings.
    large : int
        Radius of a disc, in pixels.
    """
    asked = result.asked
    columns, rows = scales(asked), grid(asked)
    inside = {(cell.law, cell.way) for cell in together}
    dots = []
    for cell in result.cells:
        law = asked.laws[cell.law]
        hit = (cell.law, cell.way) in inside
        at = [columns.index(law.scale), len(rows) - 1 - rows.index((law.power, cell.way))]
        dots.append(
            {
                "at": at,
                "radius": large if hit else SMALL,
                "colour": INSIDE if hit else OUTSIDE,
                "hollow": not hit,
            }
        )
    return {"x": [-0.8, len(columns) - 0.2], "y": [-0.8, len(rows) - 0.2], "dots": dots}
