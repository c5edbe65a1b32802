"""What a reveal brings: the run that starts once for all, and what came out of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moeviz.engine import Checker, Engine, Snapshot
from moeviz.errors import MoevizError
from moeviz.rooms.room import Room
from moeviz.rooms.step import Step
from moeviz.text import signed
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.session import checker, engine, hall, look

# Lessons load what computes; a class that comes back does not wait for that.
if TYPE_CHECKING:
    from moeviz.lessons.runs import Run

logger = logging.getLogger(__name__)

Outcome = Mapping[str, Any]

CHANGED = "The lesson has changed since this room was opened; open another room."

STAYS = "The kept result stays."

_started: set[tuple[str, str, int]] = set()
"""Rooms, steps and turns for which this process has submitted what they run."""


def settle(room: Room) -> bool:
    """Start what revealed steps run, and tell the room what came out, as far as that is known.

    It may take seconds, so that nobody waits for it: who reveals sees the answers at once. Whatever
    is missing after a restart is done here too.

    Parameters
    ----------
    room : Room

    Returns
    -------
    bool
        Whether the room was told anything.
    """
    state, told = room.state, False
    for name in () if state.ended else dict.fromkeys((*state.revealed, *state.ran)):
        step = room.agenda.step(name)
        said = _known(step, room) if step is not None else {}
        if said:
            hall().lectern.came_out(room.code, {"step": name, **said})
            told = True
    return told


def run_of(said: Mapping[str, Any]) -> Run:
    """Return what a step runs.

    Parameters
    ----------
    said : mapping
        ``what``, ``name`` and ``values``.
    """
    from moeviz.lessons.runs import Run

    return Run(said["what"], str(said["name"]), dict(said["values"]))


def _known(step: Step, room: Room) -> dict[str, Any]:
    """Return what is known of a step and was not told yet: ``job`` and ``outcome``."""
    said: dict[str, Any] = {}
    known = outcome = room.state.outcomes.get(step.id)
    job = room.state.jobs.get(step.id)
    if outcome is None and step.asks:
        outcome = _of_lesson(step, room)
    turn = (room.code, step.id, room.state.turns.get(step.id, 0))
    if step.run is not None and turn not in _started:
        _started.add(turn)
        try:
            started = _start(run_of(step.run), room.code)
            if started != job:
                said["job"] = job = started
        except MoevizError as error:
            logger.warning("What room %s runs did not start: %s", room.code, error)
            outcome = _stopped(step, outcome, str(error))
    if job is not None and step.run is not None and (outcome or {}).get("of") != job:
        outcome = _ended(step, room, job, outcome)
    return {**said, "outcome": outcome} if outcome and outcome != known else said


def _start(run: Run, code: str) -> str:
    spec, visitor = run.specification(), f"room-{code}"
    computes: Engine | Checker = checker() if run.what == "check" else engine()
    with INTEREST.asked(spec.hash, visitor):
        return computes.submit(spec, visitor)


def _ended(step: Step, room: Room, job: str, known: Outcome | None) -> Outcome | None:
    """Return what came out of a job that has ended, else what is known already."""
    try:
        snapshot = look(job)
    except MoevizError as error:
        return _stopped(step, known, str(error))
    if snapshot.active:
        return known
    if snapshot.state != "done" or step.run is None:
        words = snapshot.message or "What was run has stopped before its end."
        return _stopped(step, known, words)
    if (step.source or {}).get("lesson"):
        return {**_run_for_lesson(step, room, snapshot, known), "of": job}
    if step.kind != "slope":
        return {**(known or {}), "of": job}
    return {**_slope(snapshot, int(step.run.get("curve", 0)), step), "of": job}


def _stopped(step: Step, known: Outcome | None, words: str) -> Outcome:
    """Return what is told where nothing came of a run: what is kept is shown, and stays."""
    if step.shows or step.comes or (step.source or {}).get("lesson"):
        return {**(known or {}), "trouble": f"{words} {STAYS}"}
    return {"words": words}


def _of_lesson(step: Step, room: Room) -> Outcome | None:
    """Return what a lesson says came out by what ships; None where the step is of none."""
    source = step.source or {}
    name = str(source.get("lesson", ""))
    if not name:
        return None
    from moeviz.lessons.kept_facts import kept_facts
    from moeviz.rooms.lesson_outcome import came_out
    from moeviz.ui.room.lesson_of import lesson_of

    lesson = lesson_of(room.agenda.lesson, name, str(source.get("digest", "")))
    if lesson is None:
        return {"words": CHANGED}
    return came_out(lesson, str(source.get("step")), kept_facts(lesson))


def _run_for_lesson(step: Step, room: Room, job: Snapshot, known: Outcome | None) -> Outcome:
    """Return what a lesson says with a run in the place of what ships: words and answers alike."""
    from moeviz.lessons.kept_facts import kept_facts
    from moeviz.lessons.ran import result_of
    from moeviz.lessons.reader import looked_up
    from moeviz.lessons.results import Beside
    from moeviz.rooms.lesson_outcome import came_out, said_otherwise, words_before
    from moeviz.ui.room.lesson_of import lesson_of

    source, run = step.source or {}, run_of(step.run or {})
    name = str(source.get("lesson", ""))
    lesson = lesson_of(room.agenda.lesson, name, str(source.get("digest", "")))
    if lesson is None:
        return known or {"words": CHANGED}
    try:
        facts = looked_up(lesson, Beside({(run.what, run.name): result_of(run, job)}))
    except MoevizError as error:
        return _stopped(step, known, str(error))
    asked = str(source.get("step"))
    said: dict[str, Any] = {} if step.asks else {"said": words_before(lesson.step(asked), facts)}
    # What other steps say stays as it was asked and revealed: the room is told which these are.
    others = said_otherwise(lesson, kept_facts(lesson), facts)
    said["others"] = [name for name in others if name != asked]
    return {**said, **(came_out(lesson, asked, facts) or {})}


def _slope(snapshot: Snapshot, place: int, step: Step) -> dict[str, Any]:
    curves = snapshot.result().curves
    slope = curves[place].slope if place < len(curves) else None
    if slope is None or slope.low is None or slope.high is None:
        return {"words": "This run has no slope to hold the answers against."}
    curve = curves[place]
    found = f"Measured: {signed(slope.estimate)} ({signed(slope.low)} to {signed(slope.high)})."
    theory = curve.claim.exponent
    if theory is not None:
        found += f" Theory says {signed(theory)}."
    # An answer counts as right that lies in the interval, or as near to it as answers lie apart.
    half = step.by / 2
    return {
        "words": found,
        "value": slope.estimate,
        "low": slope.low - half,
        "high": slope.high + half,
    }
