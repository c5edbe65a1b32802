"""From a lesson or a page to what a room goes through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from moeviz.errors import MoevizError
from moeviz.rooms.agenda import Agenda
from moeviz.rooms.errors import RoomError
from moeviz.rooms.step import LONGEST, Step

CONVERGENCE = "convergence"
"""The page whose link says a study: a room that is opened there asks for its slope."""


def agenda_of(said: Mapping[str, Any]) -> Agenda:
    """Return what a room goes through that somebody wants to open.

    Parameters
    ----------
    said : mapping
        ``lesson``, the name of one; or ``page``, a link below the app's address, and ``title``,
        what it is called.

    Raises
    ------
    RoomError
        If there is no such lesson or page.
    """
    if "lesson" in said:
        return _of_lesson(str(said["lesson"])[:60])
    page, title = said.get("page"), said.get("title")
    if not isinstance(page, str) or not isinstance(title, str) or len(page) > LONGEST["page"]:
        raise RoomError("Expected a page with a title to open a room from; go there, and open it.")
    address, _, query = page.partition("?")
    name = " ".join(title.split())[: LONGEST["title"]] or "moeviz"
    link = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=200))
    looks = Step("look", name, page=page)
    steps = [looks, *_slope(link, page)] if address == CONVERGENCE else [looks]
    return Agenda(name, page, tuple(steps)).checked()


def _of_lesson(name: str) -> Agenda:
    from moeviz.lessons import LESSONS
    from moeviz.lessons.reader import looked_up
    from moeviz.rooms.lesson_agenda import of_lesson

    if name not in LESSONS:
        raise RoomError("Expected a lesson of this laboratory, but there is none of that name.")
    lesson = LESSONS[name]
    return of_lesson(lesson, looked_up(lesson))


def _slope(link: Mapping[str, str], page: str) -> list[Step]:
    """Return the question for the slope of a study's first curve, where the link says a study."""
    from moeviz.study import PRESETS, plan
    from moeviz.ui.lab.link import LAB

    try:
        request = LAB.read(link)
        preset = PRESETS[request.own["preset"]]
        spec = preset.build(request.values)
        first = plan(spec).curves[0]
    except (MoevizError, IndexError):
        return []
    sizes = (float(min(spec["sizes"])), float(max(spec["sizes"])))
    run = {"preset": preset.name, "values": preset.changed(spec), "curve": 0}
    words = f"The error of “{first.label}” while data grow from {min(spec['sizes']):,} to "
    words += f"{max(spec['sizes']):,}: 0 is flat, −0.5 falls like one over the square root of n."
    asks = preset.asks or "How steep will the error fall? Draw its line."
    return [Step("slope", asks, "slope", words=words, page=page, run=run, low=-1.5, sizes=sizes)]
