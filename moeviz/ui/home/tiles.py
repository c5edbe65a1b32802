"""Where to begin, and a tile for every page with a small picture that the browser draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from moeviz.charts.palette import themes_of_scenes
from moeviz.ui.lab.link import FIRST_PRESET, preset_link
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.navigation import SCRIPTS, SECTIONS, TITLES
from moeviz.ui.shared.tiles import PATH

KEY = "home.tiles"


@dataclass(frozen=True)
class Way:
    """A way from the first page to another.

    Attributes
    ----------
    page : str
        Address of the page.
    title : str
        On a tile the page's question; else for whom it is.
    words : str
        What waits there; a tile's come with its picture.
    label : str
        Of the button; a tile has none.
    link : mapping of str to str
        What the page's link says.
    """

    page: str
    title: str
    words: str = ""
    label: str = ""
    link: Mapping[str, str] | None = None


BEGIN = (
    Way(
        "lessons",
        "You are learning",
        "Predict, then see what came out: ten minutes, nothing to set up.",
        "First lesson",
        {"lesson": "gate"},
    ),
    Way(
        "convergence",
        "You are teaching",
        "One button runs real fits before the class; Projector makes all of it larger.",
        "Run it live",
        preset_link(FIRST_PRESET),
    ),
    Way(
        "rates",
        "You do research",
        "Every rate that four papers claim, beside what we measured and proved.",
        "All rates",
    ),
)
"""Where to begin."""

TILES = {
    way.page: way
    for way in (
        Way("gates", "Who answers for this input?"),
        Way("attention", "Is attention a gate?"),
        Way("cells", "When is a fit close?"),
        Way("information", "How much data until the rate shows?"),
        Way("sequences", "Two different answers, one function"),
        Way("fit", "What does the optimiser see?"),
        Way("convergence", "Does it learn slowly?"),
        Way("protocols", "What does a published slope measure?"),
        Way("rates", "Which rate, and who says so?"),
        Way("checker", "Is it proved?"),
        Way("train", "Which expert reads which letter?"),
        Way("lessons", "Predict first, then see"),
    )
}
"""A tile for every page but those of rooms and jobs."""

_tiles = declared(__file__, '<nav class="moeviz-home" aria-label="Where to begin"></nav>')


def show_tiles() -> None:
    """Show where to begin, the tiles, and the same ways as a row of links."""
    ways = [way for way in TILES.values() if way.page in SCRIPTS]
    _tiles(
        key=KEY,
        data={
            # Tuples: of anything else but words and numbers Streamlit asks whether it is a table,
            # and imports pandas for that.
            "begin": tuple(map(_told, BEGIN)),
            "tiles": tuple(map(_told, ways)),
            "pictures": PATH[1:],
            "themes": themes_of_scenes(),
        },
    )
    with st.container(horizontal=True):
        for way in [*ways, *(way for way in BEGIN if way.link)]:
            path, link = SCRIPTS[way.page], dict(way.link or {})
            label = f"{TITLES[path]}, with a first study" if link else TITLES[path]
            st.page_link(path, label=label, query_params=link)


def _told(way: Way) -> dict[str, Any]:
    path = SCRIPTS[way.page]
    section = next(title for title, paths in SECTIONS.items() if path in paths)
    said = f"?{urlencode(dict(way.link))}" if way.link else ""
    return {
        "page": way.page,
        "kicker": f"{section} · {TITLES[path]}",
        "title": way.title,
        "words": way.words,
        "label": way.label,
        "href": f"{way.page}{said}",
    }
