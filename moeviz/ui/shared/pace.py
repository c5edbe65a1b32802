"""How often a page asks how far a study is: less often, the more visitors ask.

Each answer takes the server's one interpreter some milliseconds. If every visitor asked as often
as a single one may, a full lecture hall would leave no time for anything else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LEAST_SECONDS = 0.3
"""How often one visitor asks who is alone."""

MOST_A_SECOND = 20.0
"""Answers that all visitors together may ask for in a second."""

GONE_AFTER = 3.0
"""A visitor who has not asked for this many intervals, and some seconds, has left."""


class Pace:
    """Counts who asks, and says how often to.

    Parameters
    ----------
    clock : callable
        Seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def seconds(self, visitor: str) -> float:
        """Note that a visitor asks, and return after how many seconds to ask again.

        The intervals are the least one times a power of two, so that few visitors more or less
        change nothing.

        Parameters
        ----------
        visitor : str
            Who asks.
        """
        now = self._clock()
        with self._lock:
            self._until = {name: end for name, end in self._until.items() if end > now}
            among = len(self._until.keys() | {visitor})
            seconds = LEAST_SECONDS
            while seconds * MOST_A_SECOND < among:
                seconds *= 2
            self._until[visitor] = now + GONE_AFTER * seconds + 2.0
        return seconds


PACE = Pace()
"""Of this server."""
