"""Small pictures of the pages for the first one, each with a sentence of today's numbers.

They are made of the same documents and functions as the pages' own; a picture is a scene's document
with the place of one of its panels, or a panel as the plane takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moeviz.charts.tile import Tile
from moeviz.charts.tile_of_protocols import protocols_tile
from moeviz.charts.tiles_found import checker_tile, fit_tile, lab_tile, rates_tile
from moeviz.charts.tiles_seen import (
    attention_tile,
    cells_tile,
    gates_tile,
    information_tile,
    sequences_tile,
)
from moeviz.charts.tiles_trained import train_tile
from moeviz.errors import MoevizError


def tiles(lessons: Sequence[str] = ()) -> dict[str, Any]:
    """Return every tile as plain data, by the address of its page.

    Parameters
    ----------
    lessons : sequence of str
        Titles of the lessons.

    Notes
    -----
    A tile whose data do not ship with this version is left out.
    """
    found = {}
    for name, make in _MAKERS.items():
        try:
            tile = make()
        except MoevizError:
            continue
        found[name] = {"words": tile.words, **tile.picture}
    return found | {"lessons": _lessons(lessons)}


def _lessons(titles: Sequence[str]) -> dict[str, Any]:
    places = [[float(number), 0.5 * (number % 2)] for number in range(len(titles))]
    dots = [{"at": at, "radius": 12, "colour": 0, "hollow": True} for at in places]
    labels = [
        {"at": [x, y - 0.09], "text": str(number), "anchor": "middle"}
        for number, (x, y) in enumerate(places, start=1)
    ]
    return {
        "words": f"*{len(titles)}* lessons: {' '.join(titles[:3])}",
        "panel": {
            "x": [-0.6, max(len(titles), 1) - 0.4],
            "y": [-0.6, 1.1],
            "lines": [{"points": places, "width": 2, "colour": "quiet", "dash": "5,4"}],
            "dots": dots,
            "labels": labels,
        },
    }


_MAKERS: Mapping[str, Callable[[], Tile]] = {
    "gates": gates_tile,
    "attention": attention_tile,
    "cells": cells_tile,
    "information": information_tile,
    "sequences": sequences_tile,
    "fit": fit_tile,
    "convergence": lab_tile,
    "protocols": protocols_tile,
    "rates": rates_tile,
    "checker": checker_tile,
    "train": train_tile,
}
