"""What a reveal brings: the run that starts once for all, and what came out of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from moeviz.engine import Snapshot
from moeviz.errors import MoevizError
from moeviz.rooms.room import Room
from moeviz.rooms.step import Step
from moeviz.text import signed
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.session import engine, hall, look

logger = logging.getLogger(__name__)


_started: set[tuple[str, str]] = set()
"""Rooms and steps for which this process has submitted what they run."""


def settle(room: Room) -> None:
    """Start what revealed steps run, and tell the room what came out, as far as that is known.

    It may take seconds, so that nobody waits for it: who reveals sees the answers at once. Whatever
    is missing after a restart is done here too.

    Parameters
    ----------
    room : Room
    """
    state = room.state
    for name in () if state.ended else state.revealed:
        step = room.agenda.step(name)
        if step is None or (name in state.outcomes and not _waits(step, room)):
            continue
        said = _known(step, room)
        if said.keys() > {"step"}:
            hall().lectern.came_out(room.code, said)


def _waits(step: Step, room: Room) -> bool:
    """Return whether a step has something to run that was not tried here."""
    return step.run is not None and (room.code, step.id) not in _started


def _known(step: Step, room: Room) -> dict[str, Any]:
    """Return what is known of a revealed step and was not told yet: ``job`` and ``outcome``."""
    said: dict[str, Any] = {"step": step.id}
    known = room.state.outcomes.get(step.id)
    outcome = None if known else _of_lesson(step)
    job = room.state.jobs.get(step.id)
    if step.run is not None and (job is None or _waits(step, room)):
        _started.add((room.code, step.id))
        try:
            started = _start(step.run, room.code)
            if started != job:
                said["job"] = job = started
        except MoevizError as error:
            logger.warning("What room %s runs did not start: %s", room.code, error)
            outcome = outcome or known or {"words": str(error)}
    if outcome is None and known is None and job is not None:
        outcome = _finished(step, job)
    return {**said, "outcome": outcome} if outcome else said


def _of_lesson(step: Step) -> dict[str, Any] | None:
    """Return what a lesson says came out; None where the step is of none."""
    from moeviz.lessons import LESSONS
    from moeviz.lessons.reader import looked_up
    from moeviz.rooms.lesson_agenda import came_out

    source = step.source or {}
    name = str(source.get("lesson", ""))
    if not name:
        return None
    if name not in LESSONS or LESSONS[name].digest != source.get("digest"):
        return {"words": "The lesson has changed since this room was opened; open another room."}
    lesson = LESSONS[name]
    return came_out(lesson, str(source.get("step")), looked_up(lesson))


def _start(run: Mapping[str, Any], code: str) -> str:
    from moeviz.study import PRESETS

    preset = PRESETS[str(run["preset"])]
    spec = preset.build(preset.parse(run["values"]))
    visitor = f"room-{code}"
    with INTEREST.asked(spec.hash, visitor):
        return engine().submit(spec, visitor)


def _finished(step: Step, job: str) -> dict[str, Any] | None:
    """Return what came out of a job that has ended; None where it goes on."""
    try:
        snapshot = look(job)
    except MoevizError as error:
        return {"words": str(error)}
    if snapshot.active:
        return None
    if snapshot.state != "done" or step.run is None:
        return {"words": snapshot.message or "What was run has stopped before its end."}
    return _slope(snapshot, int(step.run.get("curve", 0)), step)


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
