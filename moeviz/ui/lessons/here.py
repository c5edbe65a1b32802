"""Which lessons somebody can take here: those of the server, and one handed in in this visit."""

from __future__ import annotations

import streamlit as st

from moeviz.errors import SpecificationError
from moeviz.lessons import LESSONS
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.parts import MOST_BYTES
from moeviz.lessons.reader import looked_up, read_lesson
from moeviz.lessons.shelf import OWN, name_of
from moeviz.text import nearest
from moeviz.ui.shared.link import short

_HANDED = "lessons.handed"
"""Key of the file that was handed in in this visit."""


def handed() -> Lesson | None:
    """Return the lesson that was handed in in this visit, if one was."""
    found: Lesson | None = st.session_state.get(_HANDED)
    return found


def hand_in(content: bytes, file: str) -> Lesson:
    """Take a lesson for this visit; nothing of it is run.

    Parameters
    ----------
    content : bytes
    file : str
        What it is called.

    Returns
    -------
    Lesson

    Raises
    ------
    LessonError
        With a line and a reason for each fault.
    """
    name = "".join(c for c in name_of(file).lower().replace("_", "-") if c.isascii())
    safe = "".join(c for c in name if c.isalnum() or c == "-").strip("-")[:20] or "lesson"
    lesson = read_lesson(content[: MOST_BYTES + 1], f"{OWN}{safe}")
    looked_up(lesson)
    st.session_state[_HANDED] = lesson
    return lesson


def lesson_here(name: str) -> Lesson:
    """Return a lesson that can be taken here.

    Parameters
    ----------
    name : str

    Raises
    ------
    SpecificationError
        If there is none of that name.
    """
    own = handed()
    if own is not None and own.name == name:
        return own
    if name in LESSONS:
        return LESSONS[name]
    where = "it was handed in in another visit" if name.startswith(OWN) else "leave it out"
    raise SpecificationError(
        f"Expected lesson to be one of {nearest(LESSONS, name, 12)}, but got '{short(name)}'; "
        f"{where}."
    )


def needs_of(lesson: Lesson) -> str:
    """Return what a lesson takes as known, as the end of a sentence; "" for nothing.

    Parameters
    ----------
    lesson : Lesson
    """
    needs = "; ".join(lesson.needs)
    return f"{needs}." if needs and needs[-1] not in ".?!" else needs
