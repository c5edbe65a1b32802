"""Facts of lessons, by what ships and by runs in its place: once for all who see the lesson."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moeviz.engine import Snapshot
from moeviz.lessons.filled import Facts
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.ran import result_of
from moeviz.lessons.reader import looked_up
from moeviz.lessons.results import Beside, Results, Shipped
from moeviz.lessons.runs import Run


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
    return facts_by(lesson, {})


def facts_by(lesson: Lesson, runs: Mapping[Run, Snapshot]) -> Facts:
    """Return a lesson's facts by runs that have come to their end, and else by what ships.

    Parameters
    ----------
    lesson : Lesson
    runs : mapping of Run to Snapshot

    Raises
    ------
    LessonError
        If a result or a curve is missing.
    """
    named = _Named(f"{lesson.digest} {_names(runs)}")
    named.value = (lesson, results_by(runs))
    return _facts(named)


def results_by(runs: Mapping[Run, Snapshot]) -> Results:
    """Return where facts are looked up: runs that have come to their end, else what ships.

    Parameters
    ----------
    runs : mapping of Run to Snapshot
    """
    if not runs:
        return Shipped()
    named = _Named(_names(runs))
    named.value = runs
    return _results(named)


class _Named:
    """What a cache tells from others by its name alone; it need not be kept there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: Any = None

    def take(self) -> Any:
        """Return the value, and let go of it."""
        value, self.value = self.value, None
        return value

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named) and other.name == self.name


def _names(runs: Mapping[Run, Snapshot]) -> str:
    return " ".join(sorted(job.job_id for job in runs.values()))


@lru_cache(maxsize=64)
def _facts(named: _Named) -> Facts:
    lesson, results = named.take()
    return looked_up(lesson, results)


@lru_cache(maxsize=32)
def _results(named: _Named) -> Results:
    runs: Mapping[Run, Snapshot] = named.take()
    return Beside({(run.what, run.name): result_of(run, job) for run, job in runs.items()})
