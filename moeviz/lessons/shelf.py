"""Which lessons there are: those that ship, and those of a lecturer's folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from moeviz.errors import SpecificationError
from moeviz.lessons.conditions import short
from moeviz.lessons.faults import Fault, LessonError
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.parts import MOST_BYTES
from moeviz.lessons.reader import looked_up, read_lesson

FOLDER = "MOEVIZ_LESSONS"
"""The variable that names a lecturer's folder."""

ENDING = ".md"
NOTES = ".notes.md"

OWN = "own-"
"""What the names of lessons begin with that were handed in, by a visitor or a lecturer."""
"""What the files of teachers' notes end with, beside a lesson of one's own."""

MOST_FILES = 50

_NUMBERED = re.compile(r"\d{1,3}-")


@dataclass(frozen=True)
class Shelf:
    """Lessons, and files that are none.

    Attributes
    ----------
    lessons : mapping of str to Lesson
        By name, in their order.
    broken : mapping of str to LessonError
        By file.
    """

    lessons: Mapping[str, Lesson]
    broken: Mapping[str, LessonError]


def name_of(file: str) -> str:
    """Return the name of a file's lesson: without ending, and without a number in front.

    Parameters
    ----------
    file : str
        ``"02-slow.md"``.
    """
    return _NUMBERED.sub("", file.removesuffix(ENDING), count=1)


def shipped_folder() -> Path:
    """Return the folder of the lessons that ship."""
    return Path(str(resources.files("moeviz.lessons") / "shipped"))


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Lesson]:
    """Return the lessons that ship, by name, in their order."""
    paths = sorted(shipped_folder().glob(f"*{ENDING}"))
    return {name_of(path.name): _read(path) for path in paths}


def shelf() -> Shelf:
    """Return all lessons of this server: those that ship, then those of a lecturer's folder."""
    own = os.environ.get(FOLDER, "")
    if not own:
        return Shelf(shipped(), {})
    try:
        found = Path(own).glob(f"*{ENDING}")
        paths = sorted(p for p in found if p.is_file() and not p.name.endswith(NOTES))
        stamps = tuple((str(path), path.stat().st_mtime_ns) for path in paths[:MOST_FILES])
    except OSError:
        return Shelf(shipped(), {own: _one("Expected a folder that can be read.")})
    return _with(stamps)


@lru_cache(maxsize=4)
def _with(stamps: tuple[tuple[str, int], ...]) -> Shelf:
    lessons, broken = dict(shipped()), {}
    for path in (Path(text) for text, _ in stamps):
        name = name_of(path.name)
        try:
            if name in lessons:
                raise _one(f"Expected a name of its own, but there is a lesson '{short(name)}'.")
            lesson = _read(path)
            looked_up(lesson)
        except LessonError as error:
            broken[path.name] = error
        else:
            lessons[name] = lesson
    return Shelf(lessons, broken)


def read_file(path: Path) -> Lesson:
    """Return the lesson of a file, its numbers looked up once.

    Parameters
    ----------
    path : Path

    Raises
    ------
    LessonError
        With a line and a reason for each fault.
    """
    lesson = _read(path)
    looked_up(lesson)
    return lesson


def _read(path: Path) -> Lesson:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _one("Expected a file that can be read.") from error
    return read_lesson(content, name_of(path.name))


def _one(reason: str) -> LessonError:
    return LessonError([Fault(1, reason)])


class Lessons(Mapping[str, Lesson]):
    """All lessons of this server by name, looked up whenever somebody asks."""

    def __getitem__(self, name: str) -> Lesson:
        """Return a lesson."""
        found = shelf().lessons
        if name not in found:
            raise SpecificationError(f"Expected a lesson, but there is no '{short(name)}'.")
        return found[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over names."""
        return iter(shelf().lessons)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(shelf().lessons)

    def __contains__(self, name: object) -> bool:
        """Return whether there is such a lesson."""
        return name in shelf().lessons


LESSONS = Lessons()
