"""Where this server keeps how far visitors are."""

from __future__ import annotations

from collections.abc import Mapping

from moeviz.lessons.lesson import Lesson
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


def remember(lesson: Lesson, place: Place) -> None:
    """Keep where the visitor is in a lesson.

    Parameters
    ----------
    lesson : Lesson
    place : Place
    """
    before = places().get(lesson.name)
    _keep(lesson, before, place.after(before, len(lesson.steps)))


def begin_again(lesson: Lesson) -> None:
    """Keep that the visitor took back what they answered in a lesson.

    Parameters
    ----------
    lesson : Lesson
    """
    before = places().get(lesson.name)
    if before is not None:
        _keep(lesson, before, Place(ended=before.over(len(lesson.steps))))


def _keep(lesson: Lesson, before: Place | None, place: Place) -> None:
    if (who := person(visitor())) and place != before:
        PROGRESS[0].save(who, lesson.name, place)


def forget() -> None:
    """Forget all that is kept of the visitor."""
    PROGRESS[0].delete(person(visitor()))
