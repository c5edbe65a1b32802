"""Links of the page of protocol maps: which figure, which cell, and a map that was run here."""

from __future__ import annotations

import re

from moeviz.errors import SpecificationError
from moeviz.study.protocol_kept import map_names
from moeviz.ui.shared.link import Key, Page, short
from moeviz.ui.shared.readers import CUT_SHORT, digits, flag, one_of, unless, when_on

FIGURE, AT, JOB, KEPT = "figure", "at", "job", "kept"

FIRST_FIGURE = map_names()[0]

_LISTED = "leave it out, and choose one on the page, which lists all"

MOST = 99
"""Columns and rows of a map."""


def _place(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})", text)
    if found is None or "0" in found.groups() or "00" in found.groups():
        raise SpecificationError(
            f"Expected at to be column and row of a cell, as 2.3, each from 1 to {MOST}, but got "
            f"'{short(text)}'; leave it out."
        )
    return int(found[1]) - 1, int(found[2]) - 1


def _said(place: object) -> str | None:
    if not isinstance(place, tuple):
        return None
    return f"{place[0] + 1}.{place[1] + 1}"


PROTOCOLS_PAGE = Page(
    name="protocols",
    version=1,
    keys=(
        Key(FIGURE, one_of(FIGURE, map_names(), _LISTED), unless(FIRST_FIGURE), FIRST_FIGURE),
        Key(AT, _place, _said),
        Key(JOB, digits("the map", CUT_SHORT), unless(None)),
        Key(KEPT, flag(KEPT), when_on, False),
    ),
    table={},
    form=lambda own: "",
    fields_of=lambda form: (),
)
"""What the page's links may say."""
