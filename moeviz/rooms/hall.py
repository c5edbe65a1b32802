"""All rooms of a server.

What a room is stands in the store; a copy is held in memory. Whatever is acknowledged was written
before.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from moeviz.engine import Store
from moeviz.rooms.books import Books
from moeviz.rooms.doors import Doors
from moeviz.rooms.lectern import Lectern


class Hall:
    """All rooms. May be used from any thread.

    Parameters
    ----------
    store : Store
    clock : callable
        Seconds since the epoch; for tests.

    Attributes
    ----------
    books : Books
        Rooms as they stand.
    lectern : Lectern
        What lecturers do.
    doors : Doors
        What members do.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.books = Books(store, clock)
        self.lectern = Lectern(self.books)
        self.doors = Doors(self.books)

    def close(self) -> None:
        """Forget all copies; what is kept stays."""
        self.books.clear()
