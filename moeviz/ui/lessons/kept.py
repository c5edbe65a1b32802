"""Where this server keeps how far visitors are."""

from __future__ import annotations

from collections.abc import Mapping

from moeviz.lessons.progress import Place, Progress
from moeviz.lessons.stored import Stored
from moeviz.ui.shared.person import person, visitor
from moeviz.ui.shared.session import engine

PROGRESS: list[Progress] = [Stored(lambda: engine().store)]
"""The one that keeps them; in a list, so that another can take its place."""


def places() -> Mapping[str, Place]:
    """Return the visitor's places by the names of lessons."""
    who = person(visitor())
    return PROGRESS[0].load(who) if who else {}


def remember(lesson: str, place: Place) -> None:
    """Keep where the visitor is in a lesson.

    Parameters
    ----------
    lesson : str
    place : Place
    """
    who = person(visitor())
    if who and places().get(lesson) != place:
        PROGRESS[0].save(who, lesson, place)


def forget() -> None:
    """Forget all that is kept of the visitor."""
    PROGRESS[0].delete(person(visitor()))
