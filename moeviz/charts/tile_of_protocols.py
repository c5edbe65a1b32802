"""The small picture of the protocol maps: one figure's protocols, and where its slopes appear."""

from __future__ import annotations

from moeviz.charts.protocol_picture import grid, scales
from moeviz.charts.tile import Tile
from moeviz.errors import MoevizError
from moeviz.study.presets import PRESETS
from moeviz.study.protocol_kept import kept_map
from moeviz.study.protocol_region import region

FIGURE = "cosine-fig1a"
"""The preset of the kept map that is drawn."""

_INSIDE, _OUTSIDE = 0, 3
"""Colours of protocols at which all printed slopes appear, and of the others."""


def protocols_tile() -> Tile:
    """Return the tile of the page protocols.

    Raises
    ------
    MoevizError
        If no map is kept of the figure.
    """
    kept = kept_map(FIGURE)
    if kept is None:
        raise MoevizError(f"Expected a kept map of {FIGURE}, but there is none.")
    result = kept.result
    asked, together = result.asked, region(result).together
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
                "radius": 7 if hit else 4,
                "colour": _INSIDE if hit else _OUTSIDE,
                "hollow": not hit,
            }
        )
    return Tile(
        f"*{len(result.cells)}* protocols for {PRESETS[FIGURE].title}: all printed slopes appear "
        f"together at *{len(together)}* of them.",
        {"panel": {"x": [-0.8, len(columns) - 0.2], "y": [-0.8, len(rows) - 0.2], "dots": dots}},
    )
