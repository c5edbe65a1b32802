"""The small picture of the protocol maps: one figure's protocols, and where its slopes appear."""

from __future__ import annotations

from moeviz.charts.protocol_dots import dots_panel
from moeviz.charts.tile import Tile
from moeviz.errors import MoevizError
from moeviz.study.presets import PRESETS
from moeviz.study.protocol_kept import kept_map
from moeviz.study.protocol_region import region

FIGURE = "cosine-fig1a"
"""The preset of the kept map that is drawn."""


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
    together = region(result).together
    return Tile(
        f"*{len(result.cells)}* protocols for {PRESETS[FIGURE].title}: all printed slopes appear "
        f"together at *{len(together)}* of them.",
        {"panel": dots_panel(result, together, 7)},
    )
