"""What is run from a lesson, live: asking for it, how it stands, and its numbers."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.engine import Checker, Engine, Snapshot, UnknownJobError
from moeviz.lessons.filled import Facts
from moeviz.lessons.kept_facts import kept_facts
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.ran import result_of
from moeviz.lessons.reader import looked_up
from moeviz.lessons.results import Beside, Results, Shipped
from moeviz.lessons.runs import Run
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.person import person, visitor
from moeviz.ui.shared.session import checker, engine

MOST_FACTS = 32
"""Of lessons with numbers of runs, that are remembered."""


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
    jobs = done(lesson, seed)
    if not jobs:
        return kept_facts(lesson)
    name = f"{lesson.digest} {_names(jobs)}"
    return _facts_of(name, lesson, results_now(lesson, seed))


def results_now(lesson: Lesson, seed: int | None) -> Results:
    """Return where a lesson's facts are looked up: runs that came to their end, else what ships.

    Parameters
    ----------
    lesson : Lesson
    seed : int or None
    """
    jobs = done(lesson, seed)
    return _results(_names(jobs), jobs) if jobs else Shipped()


def _names(jobs: Mapping[Run, Snapshot]) -> str:
    return " ".join(sorted(job.job_id for job in jobs.values()))


@st.cache_resource(max_entries=MOST_FACTS, show_spinner=False)
def _results(names: str, _jobs: Mapping[Run, Snapshot]) -> Results:
    return Beside({(run.what, run.name): result_of(run, job) for run, job in _jobs.items()})


@st.cache_resource(max_entries=MOST_FACTS, show_spinner=False)
def _facts_of(name: str, _lesson: Lesson, _results: Results) -> Facts:
    return looked_up(_lesson, _results)


def _who(run: Run) -> Engine | Checker:
    return checker() if run.what == "check" else engine()
