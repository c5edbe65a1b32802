"""The lecturer's screen: one component, which asks the room's own addresses."""

from __future__ import annotations

from pathlib import Path

from moeviz.lessons import LESSONS
from moeviz.ui.room.link import CODE, DESK, STATE
from moeviz.ui.shared.classroom import alone_words
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.plane import PLANE_STYLE
from moeviz.ui.shared.qr import PATH

TITLE = "Lecture room"

_room = declared(
    str(Path(__file__).with_name("room.py")),
    '<section class="moeviz-room"></section>',
    PLANE_STYLE,
    Path(__file__).with_name("roomdraw.css"),
)


def asked() -> Request:
    """Return which room is seen."""
    return Request({CODE: STATE.own(CODE) or ""}, {})


def show(request: Request) -> None:
    """Show the room, or what one may be opened from.

    Parameters
    ----------
    request : Request
    """
    _room(
        key=DESK,
        data={
            "code": request.own[CODE],
            "qr": PATH[1:],
            "alone": alone_words(),
            # Tuples: of anything else Streamlit asks whether it is a table.
            "lessons": tuple((lesson.name, lesson.title) for lesson in LESSONS.values()),
        },
    )
