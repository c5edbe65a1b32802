"""A picture that answers to the hand: planes with handles that are dragged or moved by keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from moeviz.charts.palette import themes_of_scenes
from moeviz.text import json_text
from moeviz.ui.shared.component import declared, only_a_run
from moeviz.ui.shared.scripts import script_path

_MOST_HANDLES = 40

PLANE_STYLE = Path(__file__).with_name("plane.css")
"""The picture's style, for others that draw it."""

_plane = declared(__file__, '<section class="moeviz-plane" aria-label="Picture"></section>')


@dataclass(frozen=True)
class Moved:
    """Where the handles are, as a browser says.

    Attributes
    ----------
    handles : dict
        Positions by the handles' names in the document.
    """

    handles: dict[str, tuple[float, float]]


def plane(
    document: Mapping[str, Any] | str,
    *,
    key: str,
    title: str,
    file_name: str,
    scene: str | None = None,
    on_move: Callable[[], None] | None = None,
    asks: str | None = None,
    tools: bool = True,
    compact: bool = False,
) -> None:
    """Show a picture; later calls with the same `key` redraw it in place.

    Parameters
    ----------
    document : mapping or str
        Plain data, or its JSON. ``handles``: a list of ``id``, ``name`` (drawn beside it),
        ``title`` (read aloud), ``kind`` (``"vector"`` from the origin or ``"point"``), ``at``
        (x, y), ``colour`` (of the palette, by its place, or ``"text"``), and optionally ``ghost``
        (where it began), ``rail`` (a direction that it keeps to), ``slides`` (the ends between
        which it moves along x, by ``step``; a press anywhere in its panel takes it there),
        ``cells`` (across and up: it stands in the middle of one of so many cells of size 1, for
        the kind ``"cell"``, a frame around one),
        ``fixed`` (drawn, and out of the hand's reach), ``step`` of the arrow keys and ``panels``
        (places of those that show it). ``shown``: how many panels are drawn, by itself all.
        ``player``, if one handle is to be played: its id as ``handle``, the ``stops`` along x,
        ``words`` for each, ``seconds`` for all, and ``run``, whose change has it played at once.
        All else is the scene's. Without a scene: ``panels``, ``sentence`` and ``tables`` as
        ``plane.js`` and ``surface.js`` take them.
    key : str
        Identity on the page.
    title : str
        Stands over a saved picture.
    file_name : str
        Name of a saved picture, without ending.
    scene : str, optional
        Name of the JavaScript module that computes the picture in the browser; its function
        ``scene(document, kit)`` returns an object whose ``picture(positions, fine, room)`` gives
        ``panels``, ``sentence`` (numbers between stars are strong) and ``tables``; ``room`` is
        the picture's width in units of 1/18 of the root's font size. The kit holds what
        ``surface.js`` and ``formulas.js`` export.
    on_move : callable, optional
        Called before the script runs for handles that were let go; :func:`moved` says where.
        Without it the server is not told.
    asks : str, optional
        Where the server draws the picture while a handle is moved, of handles that slide: an
        address relative to the app's own, with a query; ``&id=x`` is added for each handle.
        What comes back, as JSON, takes the place of those entries of the document, at most every
        60 ms and one at a time, until the hand rests and the script draws it anew.
    tools : bool
        Whether to offer saving as SVG and PNG.
    compact : bool
        Whether to show the picture alone, for words that stand beside it say what to notice; its
        panels stay side by side on a phone.
    """
    _plane(
        key=key,
        data={
            # A text: Streamlit turns data into JSON several times over.
            "document": document
            if isinstance(document, str)
            else json_text(document, compact=True),
            "scene": script_path(scene)[1:] if scene else None,
            "themes": themes_of_scenes(),
            "sends": on_move is not None,
            "asks": asks,
            "tools": tools,
            "compact": compact,
            "title": title,
            "fileName": file_name,
            "serial": _serial(key),
        },
        on_moved_change=on_move or only_a_run,
        on_theme_change=only_a_run,
    )


def moved(key: str) -> Moved | None:
    """Return where the handles of a picture are, or None where nobody has moved them.

    Parameters
    ----------
    key : str
        Of the picture.
    """
    said = _said(key)
    handles = said.get("handles")
    if not isinstance(handles, Mapping):
        return None
    found = {
        str(name): (float(at[0]), float(at[1]))
        for name, at in list(handles.items())[:_MOST_HANDLES]
        if _is_position(at)
    }
    return Moved(found)


def _is_position(at: object) -> bool:
    """Return whether a browser said two numbers; others may say anything."""
    if not isinstance(at, list | tuple) or len(at) != 2:
        return False
    # Compared, not converted: a whole number may be larger than any float.
    return all(isinstance(part, int | float) and abs(part) < 1e6 for part in at)


def _serial(key: str) -> int:
    """Return the number of the last positions that came, so that later ones are not undone."""
    serial = _said(key).get("serial")
    return serial if isinstance(serial, int) else 0


def _said(key: str) -> Mapping[str, Any]:
    state = st.session_state.get(key)
    said = state.get("moved") if isinstance(state, Mapping) else None
    return said if isinstance(said, Mapping) else {}
