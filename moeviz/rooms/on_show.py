"""What stands on a room's screens, for who makes pictures of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moeviz.rooms.numbers import jobs_of
from moeviz.rooms.room import Room


@dataclass(frozen=True)
class OnShow:
    """What stands on a room's screens.

    Attributes
    ----------
    code : str
        The room's.
    kind : str
        The step's; "" where nothing is on show.
    things : tuple of mapping
        Pictures and results, as the step has them.
    job : str
        What is computed for the step, or was; "" for nothing.
    lesson : str
        The lesson's file; "" for none.
    jobs : mapping of str to str
        Jobs of this room that are shown in place of kept results, by
        :func:`~moeviz.rooms.numbers.key_of`.
    """

    code: str
    kind: str
    things: tuple[Mapping[str, Any], ...]
    job: str
    lesson: str
    jobs: Mapping[str, str] = field(default_factory=dict)


def on_show(room: Room) -> OnShow:
    """Return what stands on a room's screens; with a reveal other things come in its place.

    Parameters
    ----------
    room : Room
    """
    step, state = room.step, room.state
    if state.hidden or state.ended:
        return OnShow(room.code, "", (), "", "")
    things = step.comes if step.id in state.revealed and step.comes else step.shows
    job = state.jobs.get(step.id, "") if state.tells(step.id) else ""
    jobs = jobs_of(state, step)
    return OnShow(room.code, step.kind, things, job, room.agenda.lesson, jobs)
