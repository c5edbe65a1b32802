"""Links of the first page: where the hand left the arrows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moeviz.charts.gates import COSINE, FIRST, INPUT, LINEAR, Setup
from moeviz.ui.gates.link import BETA, GATES_PAGE, X, points
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.link import Page

PICTURE = "home.plane"
"""Key of the picture on the page."""

HERO = Setup(models=((COSINE, "softmax"), (LINEAR, "softmax")))
"""Two routers under one set of arrows: to one of them the arrows' length is nothing."""

HOME_PAGE = Page(
    name="home",
    version=1,
    keys=tuple(key for key in GATES_PAGE.keys if key.name in (BETA, X)),
    table={},
    form=lambda own: "home",
    fields_of=lambda form: (),
)
"""What the page's links may say: places, as the links of gates say them."""

STATE = FormState(HOME_PAGE, PICTURE)
"""What the page remembers of a visit."""


def hero_of(own: Mapping[str, Any]) -> Setup:
    """Return what the picture shows.

    Parameters
    ----------
    own : mapping
        What the page's keys say.
    """
    vectors = points(own[BETA], FIRST)[: len(HERO.vectors)]
    return replace(HERO, vectors=vectors, x=points(own[X], (INPUT,))[0])
