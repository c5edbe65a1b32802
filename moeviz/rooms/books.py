"""Rooms as the store has them, with a copy in memory of those that are used.

Several servers may share a store: a change is made only to the version that it was made of, and
`sync` takes over what others have written.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from moeviz.engine import Store
from moeviz.rooms.codes import read_code
from moeviz.rooms.errors import RoomError, nowhere
from moeviz.rooms.room import Room
from moeviz.rooms.state import acted
from moeviz.text import json_text

T = TypeVar("T")

ALONE_SECONDS = 3 * 3600.0
"""A room that its lecturer has left for so long is closed."""

MOST_HELD = 200
"""Rooms in memory; of more, those that have ended are forgotten."""

TRIES = 8
"""How often a change is made again where somebody else made one meanwhile."""


class Books:
    """Rooms, read and changed. All methods may be called from any thread.

    Parameters
    ----------
    store : Store
    clock : callable
        Seconds since the epoch; for tests.

    Attributes
    ----------
    clock : callable
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._shelf = store.shelf
        self._lock = threading.Lock()
        self._rooms: dict[str, Room] = {}
        self._locks: dict[str, threading.RLock] = {}

    def find(self, code: str) -> Room | None:
        """Return a room as it stands; one that was left for too long is ended.

        Parameters
        ----------
        code : str

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        room = self.load(code)
        if room is None or room.state.ended:
            return room
        if self.clock() - room.seen > ALONE_SECONDS:
            return self.change(code, lambda room: (room.agenda, left(room)))
        return room

    def found(self, code: str) -> Room:
        """Return a room as it stands.

        Raises
        ------
        UnknownRoomError
            If there is none.
        """
        room = self.find(code)
        if room is None:
            raise nowhere()
        return room

    def load(self, code: str) -> Room | None:
        """Return a room as it was written; None where there is none."""
        if read_code(code) != code:
            return None
        with self.locked(code):
            room = self._rooms.get(code)
            if room is not None:
                return room
            row = self.read(lambda rows, c: rows.read(c, code), None)
            if row is None:
                return None
            room = Room.of(row)
            room.changes = time.monotonic_ns()  # Past that of any copy before.
            with self._lock:
                self._rooms[code] = room
                self._drop()
            return room

    def view(self, code: str, work: Callable[[Room], T]) -> T:
        """Return what is read of a room while nobody changes it.

        Raises
        ------
        UnknownRoomError
            If there is none.
        """
        with self.locked(code):
            return work(self.found(code))

    def change(self, code: str, work: Callable[[Room], tuple[Any, Any]]) -> Room:
        """Change a room, and return it.

        Parameters
        ----------
        code : str
        work : callable
            From the room to what its agenda and its state become; called again where somebody else
            has changed the room meanwhile.

        Raises
        ------
        RoomError
            If `work` refuses, or there is no such room.
        StoreError
            If it cannot be written down.
        """
        with self.locked(code):
            for _ in range(TRIES):
                room = self.load(code)
                if room is None:
                    raise nowhere()
                agenda, state = work(room)
                now = self.clock()
                values: dict[str, Any] = {"state": json_text(state.to_json()), "seen": room.seen}
                if agenda is not room.agenda:
                    values["agenda"] = json_text(agenda.to_json())
                if state.ended:
                    values["ended"] = now
                if self._changed(room, values):
                    room.agenda, room.state, room.version = agenda, state, room.version + 1
                    if state.ended:
                        room.ended = now
                        for member in room.members.values():
                            member.nickname = ""
                    room.changes += 1
                    return room
                self.forget(code)
        raise RoomError("Expected nobody else to lead this room at once; try again.")

    def _changed(self, room: Room, values: dict[str, Any]) -> bool:
        def write(rows: Any, c: Any) -> bool:
            done = bool(rows.change(c, room.code, room.version, values))
            if done and "ended" in values:
                rows.close(c, room.code)
            return done

        return self.write(write)

    def sync(self, code: str) -> None:
        """Take over what others have written of a room, and end it where it was left.

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        mark = self.read(lambda rows, c: rows.mark(c, code), None)
        with self.locked(code):
            room = self._rooms.get(code)
            if room is None:
                return
            own = (room.version, room.last, sum(map(len, room.answers.values())), len(room.members))
            if own != mark:
                self.forget(code)
        self.find(code)

    def forget(self, code: str) -> None:
        """Forget the copy of a room; the next who asks reads it."""
        with self._lock:
            self._rooms.pop(code, None)

    def clear(self) -> None:
        """Forget all copies."""
        with self._lock:
            self._rooms.clear()

    def locked(self, code: str) -> threading.RLock:
        """Return the lock of a room."""
        with self._lock:
            if len(self._locks) > 10_000 and code not in self._locks:
                self._locks = {c: lock for c, lock in self._locks.items() if c in self._rooms}
            return self._locks.setdefault(code, threading.RLock())

    def read(self, work: Callable[[Any, Any], T], absent: T) -> T:
        """Return what `work` reads of :mod:`moeviz.rooms.rows` and a connection."""
        return self._shelf.read(lambda _, connection: work(_rows(), connection), absent)

    def write(self, work: Callable[[Any, Any], T]) -> T:
        """Return what `work` returns, once all that it wrote is kept."""
        return self._shelf.write(lambda _, connection: work(_rows(), connection))

    def _drop(self) -> None:
        ended = [code for code, room in self._rooms.items() if room.state.ended]
        for code in ended[: max(0, len(self._rooms) - MOST_HELD)]:
            del self._rooms[code]


def left(room: Room) -> Any:
    """Return the state of a room that its lecturer has left."""
    return acted(room.state, room.agenda, "end", True)


def _rows() -> Any:
    from moeviz.rooms import rows

    return rows
