"""One room as it stands, and what is told of it: to all alike, and to the lecturer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moeviz.rooms.agenda import Agenda
from moeviz.rooms.answers import Content, together
from moeviz.rooms.numbers import numbers_of
from moeviz.rooms.state import State
from moeviz.rooms.step import Step
from moeviz.ruler import verdict

MOST_NAMES = 60
"""Nicknames that the lecturer is told."""


@dataclass
class Member:
    """Somebody in a room.

    Attributes
    ----------
    number : int
        By the order of joining.
    token : str
        Digest of the phone's key.
    nickname : str
    joined : float
        Seconds since the epoch.
    """

    number: int
    token: str
    nickname: str
    joined: float


@dataclass(frozen=True)
class Answer:
    """What somebody answered last.

    Attributes
    ----------
    content : float, str or tuple of str
    turn : int
        How often the step had been revealed before.
    """

    content: Content
    turn: int


@dataclass
class Room:
    """One room.

    Attributes
    ----------
    code : str
    key : str
        Digest of the lecturer's key.
    agenda : Agenda
    state : State
    version : int
        Of agenda and state, as the store has them.
    opened, seen : float
        When it was opened, and when the lecturer was last there, in seconds since the epoch.
    ended : float or None
    members : dict of str to Member
        By the digests of their keys.
    answers : dict
        By step, then by member's number.
    last : float
        When the last answer was written.
    changes : int
        Counts all that a screen shows, since it was read.
    """

    code: str
    key: str
    agenda: Agenda
    state: State
    version: int
    opened: float
    seen: float
    ended: float | None
    members: dict[str, Member] = field(default_factory=dict)
    answers: dict[str, dict[int, Answer]] = field(default_factory=dict)
    last: float = 0.0
    changes: int = 0

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Room:
        """Return the room of the store's rows, as :func:`moeviz.rooms.rows.read` returns them."""
        room = cls(
            code=row["code"],
            key=row["key"],
            agenda=Agenda.from_json(json.loads(row["agenda"])),
            state=State.from_json(json.loads(row["state"])),
            version=row["version"],
            opened=row["opened"],
            seen=row["seen"],
            ended=row["ended"],
        )
        for each in row["members"]:
            said = (each["member"], each["token"], each["nickname"], each["joined"])
            room.members[each["token"]] = Member(*said)
        for each in row["answers"]:
            content = _content(each["content"])
            step = room.answers.setdefault(each["step"], {})
            step[each["member"]] = Answer(content, each["turn"])
            room.last = max(room.last, each["written"])
        return room

    @property
    def step(self) -> Step:
        """The step that all see."""
        return self.agenda.steps[self.state.at]

    def numbers(self) -> set[int]:
        """Return who has answered anything."""
        return {number for answers in self.answers.values() for number in answers}

    def together(self, step: Step) -> dict[str, Any]:
        """Return what all answers to a step say, without who."""
        contents = [answer.content for answer in self.answers.get(step.id, {}).values()]
        return together(step, contents, self.state.outcomes.get(step.id))

    def public(self, here: int) -> dict[str, Any]:
        """Return what all may know: answers are but counted until they are revealed.

        Parameters
        ----------
        here : int
            How many phones are there.
        """
        step, state = self.step, self.state
        revealed = step.id in state.revealed
        said: dict[str, Any] = {
            "code": self.code,
            "title": self.agenda.title,
            "at": state.at,
            "of": len(self.agenda.steps),
            "free": state.free,
            "paused": state.paused,
            "hidden": state.hidden,
            "ended": state.ended,
            "here": here,
            "step": None if state.hidden or state.ended else step.public(),
            "count": len(self.answers.get(step.id, {})),
            "revealed": revealed,
            "together": None,
            "outcome": None,
            "job": None,
            "numbers": "",
        }
        if not state.hidden and not state.ended:
            said["numbers"] = numbers_of(state, self.agenda, step)
        if revealed and not state.hidden:
            said["together"] = self.together(step)
        if state.tells(step.id) and not state.hidden:
            said["outcome"] = state.outcomes.get(step.id)
            said["job"] = state.jobs.get(step.id)
            said["curve"] = (step.run or {}).get("curve", 0)
        return said

    def told(self, here: int, names: list[str]) -> dict[str, Any]:
        """Return what the lecturer is told besides: answers as they come, and the notes.

        Parameters
        ----------
        here : int
            How many phones are there.
        names : list of str
            Nicknames of those.
        """
        step, state = self.step, self.state
        steps = [
            {
                "title": each.title,
                "kind": each.kind,
                "revealed": each.id in state.revealed,
                "count": len(self.answers.get(each.id, {})),
            }
            for each in self.agenda.steps
        ]
        return {
            **self.public(here),
            "step": step.public(),
            "together": self.together(step),
            "notes": step.notes,
            "runs": (step.run or {}).get("what", ""),
            "ran": step.id in state.ran,
            "link": self.agenda.link,
            "steps": steps,
            "undo": bool(state.revealed),
            "members": len(self.members),
            "names": sorted(filter(None, names))[:MOST_NAMES],
        }

    def own(self, member: Member) -> dict[str, Any]:
        """Return what a phone is told of its own: what it answered, and how near that was."""
        found = {}
        for step, given in self.answers.items():
            answer = given.get(member.number)
            if answer is not None:
                known = step in self.state.revealed
                came = verdict(answer.content, self.state.outcomes.get(step) if known else None)
                found[step] = {"content": answer.content, "verdict": came}
        return {"code": self.code, "nickname": member.nickname, "answers": found}


def _content(data: Any) -> Content:
    return tuple(data) if isinstance(data, list) else float(data) if _is_number(data) else data


def _is_number(data: Any) -> bool:
    return isinstance(data, int | float)
