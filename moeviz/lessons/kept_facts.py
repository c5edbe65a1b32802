"""Facts of lessons by what ships, looked up once for all who take a lesson or sit in its room."""

from __future__ import annotations

from functools import lru_cache

from moeviz.lessons.filled import Facts
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.reader import looked_up


def kept_facts(lesson: Lesson) -> Facts:
    """Return a lesson's facts by what ships.

    Parameters
    ----------
    lesson : Lesson

    Raises
    ------
    LessonError
        If a result or a curve is missing.
    """
    return _looked_up(_Known(lesson.digest, lesson))


class _Known:
    """A lesson that a cache tells from others by its digest alone."""

    def __init__(self, digest: str, lesson: Lesson) -> None:
        self.digest, self.lesson = digest, lesson

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.digest == self.digest


@lru_cache(maxsize=64)
def _looked_up(known: _Known) -> Facts:
    return looked_up(known.lesson)
