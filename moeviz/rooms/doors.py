"""What members do: join a room, find their place again, answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from moeviz.errors import printable
from moeviz.rooms.answers import Content, read_answer
from moeviz.rooms.books import TRIES, Books
from moeviz.rooms.codes import digest, fits, new_key, read_code
from moeviz.rooms.errors import RoomError, TooOftenError, nowhere
from moeviz.rooms.limits import MOST_KEYS, Buckets, Guesses
from moeviz.rooms.room import Answer, Member, Room
from moeviz.text import check_text

MOST_MEMBERS = 600
"""Of one room."""

NICKNAME = 24
"""Characters of a nickname."""


class Doors:
    """Where members come in. All methods may be called from any thread.

    Parameters
    ----------
    books : Books
    """

    def __init__(self, books: Books) -> None:
        self._books = books
        self._known: dict[str, str] = {}
        clock = books.clock
        self._guesses = Guesses(clock)
        self._joins = Buckets(300, 2.0, clock)
        self._joined = Buckets(300, 5.0, clock)
        self._sent = Buckets(10, 1.0, clock)
        self._arrived = Buckets(600, 60.0, clock)
        self._all = Buckets(900, 90.0, clock)

    def join(
        self,
        code: str,
        nickname: str = "",
        connection: str = "",
        token: str = "",
        here: Collection[int] = (),
    ) -> tuple[str, Member]:
        """Let somebody in; return the phone's key, and who they are.

        Parameters
        ----------
        code : str
            As it was typed.
        nickname : str
            "" for none.
        connection : str
            Who asks; "" for who is not limited.
        token : str
            The key that the phone has already; it finds its place again.
        here : collection of int
            Members whose phones are there. When the room is full, others who never answered go.

        Raises
        ------
        RoomError
            If there is no such room, it is full, or somebody asks too often.
        StoreError
            If it cannot be written down.
        """
        if not self._guesses.may(connection):
            raise TooOftenError(
                "Expected fewer wrong codes; wait a quarter of a minute, and type it again."
            )
        found = read_code(code)
        if found is not None:
            self._books.sync(found)
        room = self._books.find(found) if found else None
        if found is None or room is None or room.state.ended:
            if connection:
                self._guesses.wrong(connection)
            raise nowhere()
        name = read_nickname(nickname)
        with self._books.locked(found):
            room = self._books.found(found)
            known = _member(room, token)
            if known is not None:
                if known.nickname != name and name:
                    number = known.number
                    self._books.write(lambda rows, c: rows.rename(c, found, number, name))
                    known.nickname = name
                    room.changes += 1
                return token, known
            if connection and not (self._joins.take(connection) and self._joined.take(found)):
                raise TooOftenError("Expected fewer to join at once; wait a few seconds.")
            gone = _ghosts(room, here)
            if len(room.members) - len(gone) >= MOST_MEMBERS:
                raise RoomError(
                    f"Expected at most {MOST_MEMBERS} in a room, but it is full; watch the screen."
                )
            key, now = new_key(), self._books.clock()

            def write(rows: Any, c: Any) -> int:
                rows.held(c, found)
                rows.leave(c, found, [member.number for member in gone])
                return int(rows.join(c, found, digest(key), name, now))

            member = Member(self._books.write(write), digest(key), name, now)
            for each in gone:
                del room.members[each.token]
            room.members[member.token] = member
            room.changes += 1
            return key, member

    def member(self, code: str, token: str) -> tuple[Room, Member]:
        """Return the room that a phone is in, and who it is.

        Raises
        ------
        UnknownRoomError
            If it is in none of that code.
        """
        for sure in (False, True):
            # Asked by the key: how long it takes says nothing of which codes there are.
            if not token or self._room_of(digest(token)) != code:
                break
            room = self._books.find(code)
            member = _member(room, token) if room is not None else None
            if room is not None and member is not None:
                return room, member
            if room is None or sure:
                break
            self._books.sync(code)  # They may have joined elsewhere.
        raise nowhere()

    def _room_of(self, token: str) -> str | None:
        if token not in self._known:
            found = self._books.read(lambda rows, c: rows.of_token(c, token), None)
            if found is None:
                return None
            if len(self._known) >= MOST_KEYS:
                self._known.clear()
            self._known[token] = found
        return self._known[token]

    def answer(
        self, code: str, token: str, step: str, said: Any, connection: str = ""
    ) -> tuple[Room, Content]:
        """Take an answer; the last one counts. When this returns, it is kept.

        Parameters
        ----------
        code, token, step : str
        said : Any
            Plain data.
        connection : str
            Who asks; "" for who is not limited.

        Raises
        ------
        RoomError
            If no answer to that step is taken now, or it is none.
        StoreError
            If it cannot be written down.
        """
        _, member = self.member(code, token)
        limits = [(self._sent, member.token)]
        if connection:
            limits += [(self._arrived, connection), (self._all, code)]
        if not all(bucket.take(key) for bucket, key in limits):
            raise TooOftenError(
                "Expected an answer now and then; wait a second, and send it again."
            )
        with self._books.locked(code):
            for turn in range(TRIES):
                room = self._books.found(code)
                asked = room.agenda.step(step) if isinstance(step, str) else None
                if asked is None or asked.id != room.step.id or not room.state.takes(asked):
                    if turn == 0:  # Another server may have led the room on.
                        self._books.sync(code)
                        continue
                    raise RoomError(
                        "Expected an answer while the question is open, but it is not now; look "
                        "at the screen."
                    )
                content = read_answer(asked, said)
                before = room.state.turns.get(asked.id, 0)
                if self._kept(room, asked.id, member.number, content, before):
                    given = room.answers.setdefault(asked.id, {})
                    given[member.number] = Answer(content, before)
                    room.changes += 1
                    return room, content
                self._books.forget(code)
        raise RoomError("Expected the room to stand still for a moment; send the answer again.")

    def _kept(self, room: Room, step: str, member: int, content: Content, turn: int) -> bool:
        """Write an answer unless the room has changed meanwhile; return whether it was written."""
        now = self._books.clock()

        def write(rows: Any, c: Any) -> bool:
            if rows.held(c, room.code) != room.version:
                return False
            rows.answer(c, room.code, step, member, content, turn, now)
            return True

        kept = self._books.write(write)
        room.last = max(room.last, now) if kept else room.last
        return kept


def _member(room: Room, token: str) -> Member | None:
    found = room.members.get(digest(token)) if token else None
    return found if found is not None and fits(token, found.token) else None


def _ghosts(room: Room, here: Collection[int]) -> list[Member]:
    """Return who makes room in a full room: the oldest that are not there and never answered."""
    if len(room.members) < MOST_MEMBERS:
        return []
    real = room.numbers() | set(here)
    idle = [member for member in room.members.values() if member.number not in real]
    return sorted(idle, key=lambda member: member.joined)[: len(room.members) // 10]


def read_nickname(text: Any) -> str:
    """Return a nickname as it is shown: short, on one line, of letters that can be shown.

    Parameters
    ----------
    text : Any

    Raises
    ------
    RoomError
        If it is no text.
    """
    if not isinstance(text, str) or len(text) > 20 * NICKNAME:
        raise RoomError(f"Expected a nickname of at most {NICKNAME} characters; shorten it.")
    return " ".join(printable(check_text(text)).split())[:NICKNAME].strip()
