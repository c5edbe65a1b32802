"""What a reveal brings: the run that starts once for all, and what came out of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from moeviz.engine import Snapshot
from moeviz.errors import MoevizError
from moeviz.rooms.agenda import Step
from moeviz.rooms.room import Room
from moeviz.text import signed
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.session import engine, hall, look

logger = logging.getLogger(__name__)


def what_came_out(step: Step, code: str) -> dict[str, Any]:
    """Start what a step runs, and return what is known of it at once.

    Parameters
    ----------
    step : Step
    code : str
        The room's, for whom it is run.

    Returns
    -------
    dict
        ``step``, its name; ``job``, what runs; ``outcome``, what came out or why there is nothing.
    """
    said: dict[str, Any] = {"step": step.id}
    outcome = _of_lesson(step)
    if step.run is not None:
        try:
            said["job"] = _start(step.run, code)
        except MoevizError as error:
            # That the run did not start is no reason to hide the answers.
            outcome = outcome or {"words": str(error)}
    if outcome is None and "job" in said:
        outcome = _finished(step, said["job"])
    return {**said, "outcome": outcome} if outcome else said


def go_on(room: Room) -> None:
    """Have what a room runs go on, such as after the server was started again.

    Parameters
    ----------
    room : Room
    """
    for name, _ in room.state.jobs.items():
        step = room.agenda.step(name)
        if step is None or step.run is None or name in room.state.outcomes or room.state.ended:
            continue
        try:
            _start(step.run, room.code)
        except MoevizError as error:
            logger.warning("What room %s runs does not go on: %s", room.code, error)


def settle(room: Room) -> None:
    """Tell a room what came out of what it runs, once that has ended.

    Parameters
    ----------
    room : Room
    """
    for name, job in room.state.jobs.items():
        step = room.agenda.step(name)
        if step is None or name in room.state.outcomes or room.state.ended:
            continue
        outcome = _finished(step, job)
        if outcome is not None:
            hall().lectern.came_out(room.code, name, outcome)


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
