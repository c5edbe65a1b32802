"""What stands on a room's screens, for who makes pictures of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    run : mapping or None
        What the step runs, if it does.
    things : tuple of mapping
        Pictures and results, as the step has them.
    job : str
        What is computed, or was; "" for nothing.
    lesson : str
        The lesson's file; "" for none.
    """

    code: str
    kind: str
    run: Mapping[str, Any] | None
    things: tuple[Mapping[str, Any], ...]
    job: str
    lesson: str


def on_show(room: Room) -> OnShow:
    """Return what stands on a room's screens; with a reveal other things come in its place.

    Parameters
    ----------
    room : Room
    """
    step, state = room.step, room.state
    if state.hidden or state.ended:
        return OnShow(room.code, "", None, (), "", "")
    things = step.comes if step.id in state.revealed and step.comes else step.shows
    job = state.jobs.get(step.id, "") if state.tells(step.id) else ""
    return OnShow(room.code, step.kind, step.run, things, job, room.agenda.lesson)
