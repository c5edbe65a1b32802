"""From a lesson or a page to what a room goes through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from moeviz.rooms.agenda import Agenda
from moeviz.rooms.errors import RoomError
from moeviz.rooms.step import LONGEST, Step
from moeviz.ui.room.page_steps import steps_of

if TYPE_CHECKING:
    from moeviz.lessons.lesson import Lesson

LESSONS_PAGE = "lessons"

ENDING = " · moeviz"
"""What the title of a browser's window ends with, of pages that have no heading."""


def agenda_of(said: Mapping[str, Any]) -> Agenda:
    """Return what a room goes through that somebody wants to open.

    Parameters
    ----------
    said : mapping
        ``lesson``, the name of one; or ``text``, the file of a lesson of one's own; or ``page``, a
        link below the app's address, and ``title``, what it is called.

    Raises
    ------
    RoomError
        If there is no such lesson or page.
    """
    if "lesson" in said:
        return _of_lesson(str(said["lesson"])[:60])
    if "text" in said:
        return _of_text(said["text"])
    page, title = said.get("page"), said.get("title")
    if not isinstance(page, str) or not isinstance(title, str) or len(page) > LONGEST["page"]:
        raise RoomError("Expected a page with a title to open a room from; go there, and open it.")
    address, _, query = page.partition("?")
    title = " ".join(title.split())[: LONGEST["title"]].removesuffix(ENDING)
    name = title or "moeviz"
    link = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=200))
    if address == LESSONS_PAGE and (lesson := link.get("lesson", "")):
        return _of_lesson(lesson[:60])
    steps = steps_of(address, link, Step("look", name, page=page))
    return Agenda(name, page, steps).checked()


def _of_lesson(name: str) -> Agenda:
    from moeviz.lessons.shelf import LESSONS, OWN

    if name.startswith(OWN):
        raise RoomError(
            "Expected a lesson that this server has, but this one was handed in for a visit; hand "
            "its file in on Teach · Lecture room."
        )
    if name not in LESSONS:
        raise RoomError("Expected a lesson of this laboratory, but there is none of that name.")
    return _of(LESSONS[name], True)


def _of_text(text: Any) -> Agenda:
    from moeviz.lessons.faults import LessonError
    from moeviz.lessons.reader import read_lesson
    from moeviz.lessons.shelf import OWN

    if not isinstance(text, str):
        raise RoomError("Expected a lesson's file as text; choose the file again.")
    try:
        return _of(read_lesson(text.encode("utf-8", "replace"), f"{OWN}room"), False)
    except LessonError as error:
        faults = "\n".join(str(fault) for fault in error.faults)
        raise RoomError(f"This file is no lesson yet:\n{faults}") from None


def _of(lesson: Lesson, linked: bool) -> Agenda:
    from moeviz.lessons.kept_facts import kept_facts
    from moeviz.rooms.lesson_agenda import of_lesson

    return of_lesson(lesson, kept_facts(lesson), linked=linked)
