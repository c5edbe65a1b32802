"""What the lecturer does: opens a room, leads it, ends it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moeviz.engine.errors import StoreError
from moeviz.rooms.agenda import Agenda
from moeviz.rooms.books import ALONE_SECONDS, Books
from moeviz.rooms.codes import digest, fits, new_code, new_key
from moeviz.rooms.errors import NotAllowedError, RoomError, TooOftenError
from moeviz.rooms.limits import Buckets
from moeviz.rooms.room import Room
from moeviz.rooms.state import State, acted, followed
from moeviz.rooms.step import Step
from moeviz.text import json_text

SEEN_SECONDS = 60.0
"""How often it is written down that the lecturer is there."""

KEPT_SECONDS = 30 * 86_400.0
"""How long a room that has ended is kept."""

MOST_ROOMS = 100
"""Open at once."""

logger = logging.getLogger(__name__)


class Lectern:
    """Where rooms are led from. All methods may be called from any thread.

    Parameters
    ----------
    books : Books
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._noted: dict[str, float] = {}
        self._opens = Buckets(6, 1 / 120, books.clock)

    def open(self, agenda: Agenda, connection: str = "") -> tuple[str, str]:
        """Open a room; return its code and the lecturer's key.

        Parameters
        ----------
        agenda : Agenda
        connection : str
            Who asks; "" for who is not limited.

        Raises
        ------
        RoomError
            If the agenda is none, or there are too many rooms.
        StoreError
            If the store cannot be written to.
        """
        agenda.checked()
        if connection and not self._opens.take(connection):
            raise TooOftenError("Expected a room now and then; wait two minutes, and open it then.")
        key, now = new_key(), self._books.clock()
        values = {
            "key": digest(key), "agenda": json_text(agenda.to_json()), "state": "{}",
            "version": 0, "opened": now, "seen": now, "ended": None,
        }  # fmt: skip

        def write(rows: Any, c: Any) -> str | None:
            rows.forget(c, now - KEPT_SECONDS)
            alive = [
                room
                for room in rows.listed(c)
                if room["ended"] is None and now - room["seen"] < ALONE_SECONDS
            ]
            if len(alive) >= MOST_ROOMS:
                return None
            while not rows.add(c, {**values, "code": (code := new_code())}):
                pass
            return code

        code = self._books.write(write)
        if code is None:
            raise RoomError(
                f"Expected at most {MOST_ROOMS} open rooms, but there are as many; end one first."
            )
        return code, key

    def lecturer(self, code: str, key: str) -> Room:
        """Return the room that a key is the lecturer's key of, and note that they are there.

        Raises
        ------
        NotAllowedError
            If it is not, or there is no such room.
        """
        # Asked by the key: how long it takes says nothing of which codes there are.
        kept = digest(key)
        known = self._books.read(lambda rows, c: rows.of_key(c, kept), None)
        room = self._books.find(code) if known == code else None
        if room is None or not fits(key, room.key):
            raise NotAllowedError(
                "Expected the lecturer's key of this room, but it came without; open the room "
                "where it was opened, or open another one."
            )
        now = self._books.clock()
        if not room.state.ended:
            room.seen = now
            if now - self._noted.get(code, 0.0) > SEEN_SECONDS:
                self._noted[code] = now
                try:
                    self._books.write(lambda rows, c: rows.saw(c, code, now))
                except StoreError as error:  # What they see they may still see.
                    logger.warning("That a room's lecturer is there was not kept: %s", error)
        return room

    def act(self, code: str, key: str, action: str, value: Any = None) -> Room:
        """Do what the lecturer wants; return the room as it is then.

        Parameters
        ----------
        code, key : str
        action : str
            As of :func:`~moeviz.rooms.state.acted`, or ``ask`` with a step as plain data.
        value : Any

        Raises
        ------
        RoomError
            If that makes no sense now, or somebody else asks for it.
        StoreError
            If it cannot be written down.
        """
        self.lecturer(code, key)
        if action == "end":
            value = None
        if action == "came":
            raise RoomError("Expected an action of a lecturer's; reload the page.")

        def work(room: Room) -> tuple[Agenda, State]:
            if action != "ask":
                return room.agenda, acted(room.state, room.agenda, action, value)
            agenda = room.agenda.with_step(_asked(value), room.state.at + 1)
            return agenda, acted(room.state, agenda, "lead", room.state.at + 1)

        return self._books.change(code, work)

    def came_out(self, code: str, said: Mapping[str, Any]) -> Room:
        """Say what came out of a step that was revealed, or what runs for it.

        Parameters
        ----------
        code : str
        said : mapping
            ``step``, and ``outcome`` or ``job``, as :func:`~moeviz.rooms.state.acted` takes them.

        Raises
        ------
        RoomError
            If it is not revealed.
        """
        return self._books.change(
            code, lambda room: (room.agenda, acted(room.state, room.agenda, "came", said))
        )

    def follow(
        self,
        code: str,
        runs: Mapping[str, Any],
        steps: Mapping[str, Step],
        outcomes: Mapping[str, Any],
    ) -> Room:
        """Have all steps of a room speak of its runs.

        Parameters
        ----------
        code : str
        runs : mapping
            As of :class:`~moeviz.rooms.state.State`.
        steps : mapping of str to Step
            As these runs have them.
        outcomes : mapping
            What came out by these, by the names of steps.

        Raises
        ------
        RoomError
            If a step is none.
        """

        def work(room: Room) -> tuple[Agenda, State]:
            return room.agenda.with_steps(steps), followed(room.state, runs, outcomes)

        return self._books.change(code, work)

    def end(self, code: str) -> Room:
        """End a room, for who runs the server.

        Raises
        ------
        RoomError
            If there is none, or it has ended.
        """
        return self._books.change(
            code, lambda room: (room.agenda, acted(room.state, room.agenda, "end"))
        )

    def listed(self) -> list[dict[str, Any]]:
        """Return what is known of all rooms that are kept, the latest first."""
        nothing: list[dict[str, Any]] = []
        return self._books.read(lambda rows, c: rows.listed(c), nothing)


def _asked(value: Any) -> Step:
    """Return a question that was typed: it runs and shows nothing, whatever a browser says."""
    step = Step.from_json(value)
    return replace(step, known=(), run=None, source=None, shows=(), comes=())
