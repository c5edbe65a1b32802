"""Links of the lecture room's page: which room."""

from __future__ import annotations

from moeviz.errors import SpecificationError
from moeviz.rooms.codes import LENGTH, read_code
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.link import Key, Page, short

CODE = "code"

DESK = "room.room"
"""Key of the component on the page."""


def _code(text: str) -> str:
    found = read_code(text)
    if found is None:
        raise SpecificationError(
            f"Expected the {LENGTH} letters of a room, but got '{short(text)}'; leave them out to "
            "open one."
        )
    return found


ROOM_PAGE = Page(
    name="room",
    version=1,
    keys=(Key(CODE, _code, lambda code: code or None, ""),),
    table={},
    form=lambda own: "room",
    fields_of=lambda form: (),
)
"""What the page's links may say."""

STATE = FormState(ROOM_PAGE, DESK)
"""What the page remembers of a visit."""
