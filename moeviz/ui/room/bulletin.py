"""Tells phones and lecturers where their room stands: one text for each change, for all alike.

Each room that is watched has one task, which has its texts made when something has changed, in a
thread; watchers wait for the next. Who reads slowly gets the newest and holds nobody up.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from moeviz.errors import MoevizError
from moeviz.rooms.hall import Hall
from moeviz.rooms.room import Room
from moeviz.text import json_text
from moeviz.ui.shared.events import Event
from moeviz.ui.shared.live import BEAT, BEAT_SECONDS, END, RETRY
from moeviz.ui.shared.publication import Sheet

T = TypeVar("T")

LOOK_SECONDS = 1 / 10
"""Texts of a room are made no more often than this."""

SYNC_SECONDS = 1.0
"""How often is looked whether another process has changed a room."""

LINGER_SECONDS = 3.0
"""A room is looked at for so long after the last watcher has left."""

MOST_STREAMS = 1500
"""Streams that one server keeps open."""

MOST_EACH = 4
"""Streams of one phone or one lecturer; a newer one ends the oldest."""

PUBLIC, LEAD = "public", "lead"
"""What all are told, and what the lecturer is."""

logger = logging.getLogger(__name__)


class Board:
    """One room as its watchers are told of it; lives in the event loop.

    Attributes
    ----------
    code : str
    sheets : dict of str to Sheet
        By who is told.
    here : Counter of int
        How many streams each member has.
    stirred : asyncio.Event
        Set when there may be something new.
    over : bool
        Whether the room has ended, so that nothing more will come.
    ended : bool
        Whether nobody tells of it any more.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.sheets: dict[str, Sheet] = {}
        self.here: Counter[int] = Counter()
        self.stirred = asyncio.Event()
        self.ended = False
        self.over = False
        self.streams: dict[object, list[asyncio.Event]] = {}
        self.until = 0.0
        self._waiting: set[asyncio.Event] = set()

    @contextmanager
    def watched(self, who: object, member: int | None) -> Iterator[asyncio.Event]:
        """Count a watcher, and give an event that is set whenever there is news."""
        came = asyncio.Event()
        mine = self.streams.setdefault(who, [])
        mine.append(came)
        self._waiting.add(came)
        if member is not None:
            self.here[member] += 1
        self.stirred.set()
        try:
            yield came
        finally:
            mine.remove(came)
            if not mine:
                self.streams.pop(who, None)
            self._waiting.discard(came)
            self.until = time.monotonic() + LINGER_SECONDS
            if member is not None:
                self.here[member] -= 1
                if self.here[member] <= 0:
                    del self.here[member]
            self.stirred.set()

    @property
    def wanted(self) -> bool:
        """Whether somebody watches, or did a moment ago."""
        return bool(self._waiting) or time.monotonic() < self.until

    def wake(self) -> None:
        """Have all watchers look."""
        for each in self._waiting:
            each.set()


class Bulletin:
    """Tells all who are in rooms. To be used in one event loop.

    Parameters
    ----------
    hall : callable
        Returns the hall.
    settle : callable
        Called now and then with each room that is watched, to start what it runs and to tell it
        what came out; in a thread of its own, since it may take long.
    beat : float
        Seconds between signs of life of a stream.
    """

    def __init__(
        self,
        hall: Callable[[], Hall],
        settle: Callable[[Room], None] = lambda room: None,
        beat: float = BEAT_SECONDS,
    ) -> None:
        self._hall = hall
        self._settle = settle
        self._beat = beat
        self._streams = 0
        self._closing = False
        self._boards: dict[str, Board] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(4, "moeviz-room")
        self._settling = ThreadPoolExecutor(1, "moeviz-room-runs")

    @property
    def full(self) -> bool:
        """Whether no further stream may be opened."""
        return self._streams >= MOST_STREAMS

    async def work(self, do: Callable[[], T]) -> T:
        """Return what a function returns that reads or writes the store, in a thread.

        Parameters
        ----------
        do : callable
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, do)

    def here(self, code: str) -> set[int]:
        """Return whose phones are there."""
        board = self._boards.get(code)
        return set(board.here) if board is not None else set()

    def stir(self, code: str) -> None:
        """Say that a room has changed."""
        board = self._boards.get(code)
        if board is not None:
            board.stirred.set()

    async def stream(
        self, code: str, kind: str, who: object, member: int | None = None, seen: str = ""
    ) -> AsyncGenerator[Event, None]:
        """Return a room's news as events, until the room or the server ends.

        Parameters
        ----------
        code : str
        kind : str
            :data:`PUBLIC` or :data:`LEAD`.
        who : hashable
            Whose stream it is.
        member : int, optional
            The member's number.
        seen : str
            Name of the text that the reader has already.
        """
        self._streams += 1
        board = self._board(code)
        try:
            with board.watched(who, member) as came:
                yield RETRY
                while not self._closing and came in board.streams[who][-MOST_EACH:]:
                    came.clear()
                    sheet = board.sheets.get(kind)
                    if sheet is not None and sheet.name != seen:
                        seen = sheet.name
                        yield sheet.event
                    elif board.over:
                        yield END
                        return
                    elif board.ended:
                        return  # The reader comes back.
                    else:
                        try:
                            async with asyncio.timeout(self._beat):
                                await came.wait()
                        except TimeoutError:
                            yield BEAT
        finally:
            self._streams -= 1

    async def newest(self, code: str, kind: str) -> Sheet:
        """Return the newest text of a room.

        Parameters
        ----------
        code, kind : str

        Raises
        ------
        MoevizError
            If there is none.
        """
        here = self.here(code)
        made = await self.work(lambda: self._made(code, here))
        return made[kind]

    def close(self) -> None:
        """End all streams; in the event loop that they live in."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        for board in self._boards.values():
            board.wake()
        for pool in (self._threads, self._settling):
            pool.shutdown(wait=False, cancel_futures=True)

    def _board(self, code: str) -> Board:
        found = self._boards.get(code)
        if found is None:
            found = self._boards[code] = Board(code)
            task = asyncio.create_task(self._tell(found))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return found

    async def _tell(self, board: Board) -> None:
        """Tell a room's watchers for as long as there are any."""
        due, told = 0.0, None
        settled: asyncio.Future[None] | None = None
        try:
            while board.wanted and not self._closing:
                board.stirred.clear()
                now = time.monotonic()
                sync = now >= due
                if sync:
                    due = now + SYNC_SECONDS
                here = set(board.here)
                try:
                    if settled is None or settled.done():
                        settled = asyncio.get_running_loop().run_in_executor(
                            self._settling, self._settled, board.code
                        )
                    look = partial(self._look, board.code, sync, here, told)
                    mark, made = await self.work(look)
                    if made:
                        told = mark
                        board.sheets.update(made)
                        board.over = mark[1]
                        board.wake()
                except MoevizError as error:
                    logger.warning("Room %s could not be told of: %s", board.code, error)
                await asyncio.sleep(LOOK_SECONDS)
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(0.0, due - time.monotonic())):
                        await board.stirred.wait()
        except asyncio.CancelledError:
            pass
        except Exception:
            logger.exception("Room %s is not told of any more", board.code)
        finally:
            if self._boards.get(board.code) is board:
                del self._boards[board.code]
            board.ended = True
            board.wake()

    def _settled(self, code: str) -> None:
        try:
            self._settle(self._hall().books.found(code))
        except MoevizError as error:
            logger.warning("Room %s was not told what came out: %s", code, error)
        except Exception:
            logger.exception("Room %s was not told what came out", code)

    def _look(
        self, code: str, sync: bool, here: set[int], told: Any
    ) -> tuple[Any, dict[str, Sheet]]:
        books = self._hall().books
        if sync:
            books.sync(code)
        room = books.found(code)
        mark = (room.changes, bool(room.state.ended), frozenset(here))
        return mark, self._made(code, here) if mark != told else {}

    def _made(self, code: str, here: set[int]) -> dict[str, Sheet]:
        """Return what all are told, and what the lecturer is."""

        def read(room: Room) -> tuple[dict[str, Any], dict[str, Any]]:
            names = [each.nickname for each in room.members.values() if each.number in here]
            return room.public(len(here)), room.told(len(here), names)

        public, lead = self._hall().books.view(code, read)
        return {
            PUBLIC: Sheet.of(json_text(public, compact=True)),
            LEAD: Sheet.of(json_text(lead, compact=True)),
        }
