"""Tells phones and lecturers where their room stands: one text for each change, for all alike.

Each room that is watched has one task, which has its texts made when something has changed, in a
thread; watchers wait for the next. Who reads slowly gets the newest and holds nobody up.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from moeviz.errors import MoevizError
from moeviz.rooms.hall import Hall
from moeviz.rooms.on_show import OnShow
from moeviz.rooms.room import Room
from moeviz.ui.room.board import Board
from moeviz.ui.room.texts import Texts
from moeviz.ui.shared.events import Event
from moeviz.ui.shared.live import BEAT, BEAT_SECONDS, END, RETRY
from moeviz.ui.shared.publication import Sheet

T = TypeVar("T")

LOOK_SECONDS = 1 / 10
"""Texts of a room are made no more often than this."""

SYNC_SECONDS = 1.0
"""How often is looked whether another process has changed a room."""

MOST_STREAMS = 1500
"""Streams that one server keeps open."""

MOST_EACH = 4
"""Streams of one phone or one lecturer; a newer one ends the oldest."""

logger = logging.getLogger(__name__)


class Bulletin:
    """Tells all who are in rooms. To be used in one event loop.

    Parameters
    ----------
    hall : callable
        Returns the hall.
    settle : callable
        Called now and then with each room that is watched, to start what it runs, to tell it what
        came out, and to make the pictures that it shows; in a thread of its own, since it may take
        long. Returns whether there is something new.
    beside : callable
        Returns what all are told besides of what is on show, at once.
    beat : float
        Seconds between signs of life of a stream.
    """

    def __init__(
        self,
        hall: Callable[[], Hall],
        settle: Callable[[Room], bool] = lambda room: False,
        beside: Callable[[OnShow], Mapping[str, Any]] = lambda seen: {},
        beat: float = BEAT_SECONDS,
    ) -> None:
        self._hall = hall
        self._settle = settle
        self._texts = Texts(hall, beside)
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
            :data:`~moeviz.ui.room.texts.PUBLIC` or :data:`~moeviz.ui.room.texts.LEAD`.
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
        made = await self.work(lambda: self._texts.made(code, here))
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
            self._kept(self._tell(found))
        return found

    def _kept(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _tell(self, board: Board) -> None:
        """Tell a room's watchers for as long as there are any."""
        due, told = 0.0, None
        settled: asyncio.Task[None] | None = None
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
                        settled = self._kept(self._settled(board))
                    look = partial(self._texts.look, board.code, sync, here, told)
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

    async def _settled(self, board: Board) -> None:
        settling = asyncio.get_running_loop().run_in_executor
        with suppress(asyncio.CancelledError):
            if await settling(self._settling, self._settle_now, board.code):
                board.stirred.set()

    def _settle_now(self, code: str) -> bool:
        try:
            return self._settle(self._hall().books.found(code))
        except MoevizError as error:
            logger.warning("Room %s was not told what came out: %s", code, error)
        except Exception:
            logger.exception("Room %s was not told what came out", code)
        return False
