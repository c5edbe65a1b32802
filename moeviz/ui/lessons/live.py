"""What is run from a lesson, live: asking for it, how it stands, and its numbers."""

from __future__ import annotations

from moeviz.engine import Checker, Engine, Snapshot, UnknownJobError
from moeviz.lessons.filled import Facts
from moeviz.lessons.kept_facts import facts_by, results_by
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.results import Results
from moeviz.lessons.runs import Run
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.person import person, visitor
from moeviz.ui.shared.session import checker, engine


def job_of(run: Run, seed: int | None) -> Snapshot | None:
    """Return a run as it stands on this server; None where nobody has asked for it.

    Parameters
    ----------
    run : Run
    seed : int or None
        Of the truth; None where only kept results are shown.
    """
    if seed is None or not run.live:
        return None
    try:
        return _who(run).look(run.specification(seed).hash)
    except UnknownJobError:
        return None


def start(run: Run, seed: int) -> None:
    """Have something run.

    Parameters
    ----------
    run : Run
    seed : int

    Raises
    ------
    EngineError
        If it cannot be had now, as where the room is full.
    """
    spec = run.specification(seed)
    with INTEREST.asked(spec.hash, visitor()):
        _who(run).submit(spec, person(visitor()))


def cancel(run: Run, seed: int) -> None:
    """Take one's wish for a run back; it ends when nobody else wants it.

    Parameters
    ----------
    run : Run
    seed : int
    """
    INTEREST.withdraw(run.specification(seed).hash, visitor(), everywhere=True)


def done(lesson: Lesson, seed: int | None) -> dict[Run, Snapshot]:
    """Return which runs of a lesson have come to their end.

    Parameters
    ----------
    lesson : Lesson
    seed : int or None
    """
    found = {run: job_of(run, seed) for run in lesson.runs if run.live} if seed else {}
    return {run: job for run, job in found.items() if job is not None and job.state == "done"}


def facts_now(lesson: Lesson, seed: int | None) -> Facts:
    """Return a lesson's facts: of runs that came to their end, else of what ships.

    Parameters
    ----------
    lesson : Lesson
    seed : int or None
    """
    return facts_by(lesson, done(lesson, seed))


def results_now(lesson: Lesson, seed: int | None) -> Results:
    """Return where a lesson's facts are looked up: runs that came to their end, else what ships.

    Parameters
    ----------
    lesson : Lesson
    seed : int or None
    """
    return results_by(done(lesson, seed))


def _who(run: Run) -> Engine | Checker:
    return checker() if run.what == "check" else engine()
