"""The lesson that a room goes through, as it was when the room was opened."""

from __future__ import annotations

from functools import lru_cache

from moeviz.lessons import LESSONS
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.reader import read_lesson


def lesson_of(text: str, name: str, digest: str = "") -> Lesson | None:
    """Return a room's lesson; None where it is not to be had any more.

    Parameters
    ----------
    text : str
        The lesson's file, as the room keeps it; "" for rooms that keep none.
    name : str
        The lesson's.
    digest : str
        Of its file.

    Raises
    ------
    LessonError
        If the file is no lesson, as by rules of a later version.
    """
    if text:
        return _read(text, name)
    if name not in LESSONS or LESSONS[name].digest != digest:
        return None
    return LESSONS[name]


@lru_cache(maxsize=32)
def _read(text: str, name: str) -> Lesson:
    return read_lesson(text, name)
