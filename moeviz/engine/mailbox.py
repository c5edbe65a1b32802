"""A thread that does what it is asked to, one thing after another."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

TICK_SECONDS = 0.5
"""Time between two ticks."""

MOST_PAUSE_SECONDS = 5.0
"""After a tick that took long, messages alone are attended to for as long as it took, up to this.

Otherwise one message would be done between two ticks that each take longer than the time between
them, and what is waited for would never come.
"""

logger = logging.getLogger(__name__)


class Mailbox:
    """A queue of functions and the one thread that calls them.

    The thread sleeps while the queue is empty, except that it ticks while there is need to.

    Parameters
    ----------
    name : str
        Name of the thread.
    tick : function
        Called every :data:`TICK_SECONDS`, between messages, while `needs_ticks` returns true; less
        often where it takes long.
    needs_ticks : function returning bool
        Asked after every message.
    """

    def __init__(
        self, name: str, tick: Callable[[], None], needs_ticks: Callable[[], bool]
    ) -> None:
        self._tick = tick
        self._needs_ticks = needs_ticks
        self._messages: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._next_tick = 0.0
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def post(self, message: Callable[[], None]) -> None:
        """Have the thread call `message` once it has done what was asked before."""
        self._messages.put(message)

    def close(self, timeout: float) -> None:
        """Have the thread end after what was asked before, and wait for that."""
        self._messages.put(None)
        self._thread.join(timeout)

    def _loop(self) -> None:
        while True:
            try:
                message = self._messages.get(timeout=self._patience())
            except queue.Empty:
                pass
            else:
                if message is None:
                    return
                self._call(message)
            if self._patience() == 0:
                began = time.monotonic()
                self._call(self._tick)
                now = time.monotonic()
                pause = min(now - began, MOST_PAUSE_SECONDS)
                self._next_tick = max(began + TICK_SECONDS, now + pause)

    def _patience(self) -> float | None:
        """Seconds until the next tick; None if none is needed."""
        if not self._needs_ticks():
            return None
        return max(self._next_tick - time.monotonic(), 0.0)

    def _call(self, message: Callable[[], None]) -> None:
        try:
            message()
        except Exception:
            # Whoever waits for a later message would wait for ever if the thread died here.
            logger.exception("A message to the engine ended in an unexpected error")
