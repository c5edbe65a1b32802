"""The picture of the workers: lanes that fill, the queue, and what came back."""

from __future__ import annotations

from moeviz.charts.palette import themes_of_scenes
from moeviz.ui.shared.component import declared
from moeviz.ui.workers.feed import PATH

KEY = "workers.board"

SPAN = 60
"""Seconds that a lane shows."""

_board = declared(__file__, '<div class="moeviz-workers"></div>')


def board() -> None:
    """Show who computes what; the browser asks for news itself, and no script runs for it."""
    _board(
        key=KEY,
        data={"address": PATH.removeprefix("/"), "span": SPAN, "themes": themes_of_scenes()},
    )
