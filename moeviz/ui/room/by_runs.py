"""What all steps of a room speak of: runs of the room once they have ended, and else what ships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moeviz.engine import Snapshot, UnknownJobError
from moeviz.errors import MoevizError
from moeviz.rooms.numbers import key_of
from moeviz.rooms.room import Room
from moeviz.rooms.step import Step
from moeviz.ruler import NEAR_SLOPE, ruler_words
from moeviz.text import signed
from moeviz.ui.shared.session import hall, look

# Lessons load what computes; a class that comes back does not wait for that.
if TYPE_CHECKING:
    from moeviz.lessons.lesson import Lesson
    from moeviz.lessons.runs import Run

Outcome = Mapping[str, Any]

CHANGED = "The lesson has changed since this room was opened; open another room."

STAYS, BEFORE = "The kept result stays.", "What was run before it stays."

_unfit: set[tuple[str, str]] = set()
"""Rooms and jobs that have ended, and whose results the room's lesson cannot be read by."""


def run_of(said: Mapping[str, Any]) -> Run:
    """Return what a step runs.

    Parameters
    ----------
    said : mapping
        ``what``, ``name`` and ``values``.
    """
    from moeviz.lessons.runs import Run

    return Run(said["what"], str(said["name"]), dict(said["values"]))


def tell(room: Room, step: Step, **said: Any) -> Room:
    """Tell a room the ``job`` or the ``outcome`` of a step.

    Parameters
    ----------
    room : Room
    step : Step
    said : Any
    """
    return hall().lectern.came_out(room.code, {"step": step.id, **said})


def stopped(room: Room, step: Step, words: str) -> Room:
    """Tell a room that nothing came of a step's run: what is kept is shown, and stays.

    Parameters
    ----------
    room : Room
    step : Step
    words : str
        Why.
    """
    known = room.state.outcomes.get(step.id) or said_by(step, room)
    outcome: Outcome = {"words": words}
    if step.shows or step.comes or (step.source or {}).get("lesson"):
        stays = BEFORE if key_of(step.run) in room.state.runs else STAYS
        outcome = {**(known or {}), "trouble": f"{words} {stays}"}
    return room if outcome == known else tell(room, step, outcome=outcome)


def follow(room: Room) -> Room:
    """Have all steps of a room speak of those of its runs that have come to their end.

    Parameters
    ----------
    room : Room

    Returns
    -------
    Room
        As it is then.

    Raises
    ------
    MoevizError
        If the store does not answer.
    """
    ended: dict[str, str] = {}
    told = [step for step in room.agenda.steps if room.state.tells(step.id)]
    # What came out is read from runs again: they must still be there.
    asked = any(step.asks and step.id not in room.state.outcomes for step in told)
    for step in told:
        job = room.state.jobs.get(step.id)
        if job is None or step.run is None:
            continue
        key = key_of(step.run)
        if asked or room.state.runs.get(key, {}).get("job") != job:
            words = _stopped_words(job, room)
            if words is not None:
                room = stopped(room, step, words) if words else room
                continue
        ended[key] = job
    if ended == {key: run["job"] for key, run in room.state.runs.items()}:
        return room
    return _followed(room, ended)


def said_by(step: Step, room: Room) -> Outcome | None:
    """Return what a lesson says came out by the room's runs and else by what ships.

    Parameters
    ----------
    step : Step
    room : Room

    Returns
    -------
    mapping or None
        None where the step asks nothing, or is of no lesson.
    """
    source = step.source or {}
    if not step.asks or not source.get("lesson"):
        return None
    from moeviz.lessons.kept_facts import facts_by
    from moeviz.rooms.lesson_outcome import came_out

    lesson = _lesson(room)
    if lesson is None:
        return {"words": CHANGED}
    runs = _runs(room, {key: run["job"] for key, run in room.state.runs.items()})
    return came_out(lesson, str(source.get("step")), facts_by(lesson, dict(runs.values())))


def _stopped_words(job: str, room: Room) -> str | None:
    """Return why a job brings no numbers: "" while it goes on; None where it has brought them."""
    try:
        snapshot = look(job)
    except UnknownJobError as error:
        return str(error)
    if snapshot.active or (room.code, job) in _unfit:
        return ""
    if snapshot.state != "done":
        return snapshot.message or "What was run has stopped before its end."
    return None


def _followed(room: Room, ended: Mapping[str, str]) -> Room:
    """Have all steps speak of jobs that have ended; of one that does not fit, say so."""
    runs, lesson = _runs(room, ended), _lesson(room)
    if lesson is None and _source(room):
        return room  # It has changed, and what the room was opened with stays.
    steps: Mapping[str, Step] = {}
    came: dict[str, Outcome] = {}
    if lesson is not None:
        from moeviz.lessons.kept_facts import facts_by
        from moeviz.rooms.lesson_agenda import followed
        from moeviz.rooms.lesson_outcome import came_out

        try:
            facts = facts_by(lesson, dict(runs.values()))
            steps = followed(room.agenda, lesson, facts)
            room.agenda.with_steps(steps)
        except MoevizError as error:
            return _unread(room, ended, str(error))
        came = {name: came_out(lesson, name, facts) or {} for name in steps}
    outcomes: dict[str, Outcome] = {}
    for step in room.agenda.steps:
        known, key = room.state.outcomes.get(step.id, {}), key_of(step.run)
        if step.id in came:
            troubles = "trouble" in known and key not in runs
            trouble = {"trouble": known["trouble"]} if troubles else {}
            outcomes[step.id] = {**came[step.id], **trouble}
        elif step.run is not None and step.kind == "slope" and key in runs:
            outcomes[step.id] = _slope(runs[key][1], int(step.run.get("curve", 0)))
    said = {key: {"job": job.job_id, "words": run.words()} for key, (run, job) in runs.items()}
    return hall().lectern.follow(room.code, said, steps, outcomes)


def _unread(room: Room, ended: Mapping[str, str], words: str) -> Room:
    """Say of a job that has just ended that the lesson cannot be read by it."""
    known = {run["job"] for run in room.state.runs.values()}
    for step in room.agenda.steps:
        job = room.state.jobs.get(step.id)
        new = job in ended.values() and job not in known
        if job is not None and new and room.state.tells(step.id):
            _unfit.add((room.code, job))
            room = stopped(room, step, words)
    return room


def _runs(room: Room, jobs: Mapping[str, str]) -> dict[str, tuple[Run, Snapshot]]:
    """Return runs and their jobs by the runs' names; what is gone is left out."""
    found = {}
    for step in room.agenda.steps:
        job = jobs.get(key_of(step.run))
        if step.run is None or job is None or room.state.jobs.get(step.id) != job:
            continue
        try:
            snapshot = look(job)
        except UnknownJobError:
            continue
        found[key_of(step.run)] = (run_of(step.run), snapshot)
    return found


def _lesson(room: Room) -> Lesson | None:
    """Return the room's lesson as it was; None where there is none, or another one by now."""
    if not (source := _source(room)):
        return None
    from moeviz.ui.room.lesson_of import lesson_of

    name, digest = str(source["lesson"]), str(source.get("digest", ""))
    return lesson_of(room.agenda.lesson, name, digest)


def _source(room: Room) -> Mapping[str, Any]:
    """Return of which lesson a room is; empty for none."""
    found = (step.source for step in room.agenda.steps if (step.source or {}).get("lesson"))
    return next(found, None) or {}


def _slope(snapshot: Snapshot, place: int) -> dict[str, Any]:
    curves = snapshot.result().curves
    slope = curves[place].slope if place < len(curves) else None
    if slope is None or slope.low is None or slope.high is None:
        return {"words": "This run has no slope to hold the answers against."}
    curve = curves[place]
    found = f"Measured: {signed(slope.estimate)} ({signed(slope.low)} to {signed(slope.high)})."
    lines = {"theory": curve.claim.exponent}
    lines |= {"paper": curve.published.slope if curve.published else None}
    if lines["theory"] is not None:
        found += f" Theory says {signed(lines['theory'])}."
    ends = {"value": slope.estimate, "low": slope.low, "high": slope.high, "near": NEAR_SLOPE}
    known = {name: value for name, value in lines.items() if value is not None}
    return {"words": found, "counts": ruler_words(ends), **ends, **known}
