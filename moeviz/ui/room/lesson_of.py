"""The lesson that a room goes through, as it was when the room was opened."""

from __future__ import annotations

from functools import lru_cache

from moeviz.lessons import LESSONS
from moeviz.lessons.filled import Facts
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.reader import looked_up, read_lesson


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


def kept_facts(lesson: Lesson) -> Facts:
    """Return a lesson's facts by what ships.

    Parameters
    ----------
    lesson : Lesson
    """
    return _facts(lesson.text, lesson.name)


@lru_cache(maxsize=32)
def _read(text: str, name: str) -> Lesson:
    return read_lesson(text, name)


@lru_cache(maxsize=32)
def _facts(text: str, name: str) -> Facts:
    return looked_up(_read(text, name))
