"""Pictures of blocks look, as the components draw them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.charts.closeness import Setup as Atoms
from moeviz.charts.closeness import closeness_document
from moeviz.charts.gates import gates_document
from moeviz.lessons.blocks import Look

WINDOW = (-1.6, 1.6)
"""The part of the plane of gates that is drawn beside words, at the least."""

_ROOM = 1.15
"""Around vectors that reach farther."""


def look_document(look: Look, compact: bool) -> tuple[dict[str, Any], str]:
    """Return a picture's document and the name of its scene.

    Parameters
    ----------
    look : Look
        That is drawn.
    compact : bool
        Whether words stand beside it.
    """
    picture = look.picture
    if isinstance(picture, Atoms):
        document, scene = closeness_document(picture), "cells"
    else:
        assert picture is not None
        document, scene = gates_document(picture), "gates"
        # No step of a lesson asks for the weights at one input.
        (x,) = (handle for handle in document["handles"] if handle["id"] == "x")
        x["panels"] = []
    if compact:
        document |= {"shown": 1} if scene == "cells" else _close(document)
    if look.still:
        document["handles"] = [{**handle, "fixed": True} for handle in document["handles"]]
    return document, scene


def _close(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return how planes are drawn beside words: close, with every handle in them.

    A phone shows titles alone: where routers are the same, the gate is what tells planes apart.
    """
    far = max(abs(part) for handle in document["handles"] for part in handle["at"])
    window = WINDOW if far < WINDOW[1] else (-_ROOM * far, _ROOM * far)
    # What a competing expert is stands on the page; here both titles have one line.
    models = [{**m, "note": m["note"].partition(",")[0]} for m in document["models"]]
    if len({model["title"] for model in models}) < len({model["note"] for model in models}):
        models = [
            {**m, "title": f"{m['note'][0].upper()}{m['note'][1:]}", "note": m["title"].lower()}
            for m in models
        ]
    return {"bare": True, "x": window, "y": window, "models": models}
