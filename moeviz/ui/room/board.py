"""One room as its watchers are told of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from moeviz.ui.shared.publication import Sheet

LINGER_SECONDS = 3.0
"""A room is looked at for so long after the last watcher has left."""


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
