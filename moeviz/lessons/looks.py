"""Pictures of blocks look, as the components draw them."""

from __future__ import annotations

from typing import Any

from moeviz.charts.closeness import Setup as Atoms
from moeviz.charts.closeness import closeness_document
from moeviz.charts.gates import gates_document
from moeviz.lessons.blocks import Look

WINDOW = (-1.6, 1.6)
"""The part of the plane of gates that is drawn beside words."""


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
        document |= {"shown": 1} if scene == "cells" else {"bare": True, "x": WINDOW, "y": WINDOW}
    if look.still:
        document["handles"] = [{**handle, "fixed": True} for handle in document["handles"]]
    return document, scene
