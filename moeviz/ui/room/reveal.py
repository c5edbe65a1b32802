"""What a reveal brings: the run that starts once for all, and what came out of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from moeviz.engine import Checker, Engine
from moeviz.errors import MoevizError
from moeviz.rooms.room import Room
from moeviz.rooms.step import Step
from moeviz.ui.room.by_runs import follow, run_of, said_by, stopped, tell
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.session import checker, engine

if TYPE_CHECKING:
    from moeviz.lessons.runs import Run

logger = logging.getLogger(__name__)

_started: set[tuple[str, str, int]] = set()
"""Rooms, steps and turns for which this process has submitted what they run."""

_left: set[str] = set()
"""Rooms that have ended, and of which nothing is wanted any more."""


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

    Raises
    ------
    MoevizError
        If it cannot be told now; all of it is tried again.
    """
    if room.state.ended:
        _let_go(room)
        return False
    before = room.changes
    for step in _told(room):
        room = _begun(step, room)
    room = follow(room)
    for step in _told(room):
        if step.asks and step.id not in room.state.outcomes and (came := said_by(step, room)):
            room = tell(room, step, outcome=came)
    return room.changes != before


def _told(room: Room) -> list[Step]:
    """Return the steps that are revealed or were started, in the agenda's order."""
    return [step for step in room.agenda.steps if room.state.tells(step.id)]


def _begun(step: Step, room: Room) -> Room:
    """Have what a step runs computed, once in this process for each time that it is revealed."""
    turn = (room.code, step.id, room.state.turns.get(step.id, 0))
    if step.run is None or turn in _started:
        return room
    try:
        job = _start(run_of(step.run), room.code)
    except MoevizError as error:
        logger.warning("What room %s runs did not start: %s", room.code, error)
        room = stopped(room, step, str(error))
    else:
        if job != room.state.jobs.get(step.id):
            room = tell(room, step, job=job)
    _started.add(turn)  # Now that the room knows of it.
    return room


def _start(run: Run, code: str) -> str:
    spec, visitor = run.specification(), _visitor(code)
    computes: Engine | Checker = checker() if run.what == "check" else engine()
    with INTEREST.asked(spec.hash, visitor):
        return computes.submit(spec, visitor)


def _let_go(room: Room) -> None:
    """Take back what a room wanted that has ended: nobody sees it there any more."""
    if room.code in _left:
        return
    for job in set(room.state.jobs.values()):
        INTEREST.withdraw(job, _visitor(room.code), everywhere=True)
    _left.add(room.code)


def _visitor(code: str) -> str:
    return f"room-{code}"
