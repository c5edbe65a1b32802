"""Work that a script does itself, few at once: who waits is told, and leaves when it may."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from moeviz.errors import MoevizError

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
"""Pieces of work that run at the same time."""

MOST_WAITING = 60
"""Visitors that may wait, or work, at the same time."""

PATIENCE = 30.0
"""Seconds for which nobody waits longer."""

_EVERY = 0.1
"""Seconds between two looks at whether who waits is still there."""


class Turns:
    """Lets few work at once, and the others wait for a while. To be called from any thread.

    Parameters
    ----------
    at_once, most_waiting : int
    patience : float
        Seconds after which a visitor waits no longer.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
        patience: float = PATIENCE,
    ) -> None:
        self._free = threading.Semaphore(at_once)
        self._most_waiting = most_waiting
        self._patience = patience
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many wait or work."""
        return self._waiting

    @contextmanager
    def line(self) -> Iterator[float]:
        """Stand in the line; gives the time at which to leave it.

        Raises
        ------
        MoevizError
            If too many stand there already.
        """
        with self._lock:
            if self._waiting >= self._most_waiting:
                raise MoevizError(
                    f"Expected at most {self._most_waiting} to wait for this server, but there are "
                    "as many already; reload the page in a moment."
                )
            self._waiting += 1
        try:
            yield time.monotonic() + self._patience
        finally:
            with self._lock:
                self._waiting -= 1

    @contextmanager
    def turn(self, end: float, look: Callable[[], object] | None = None) -> Iterator[None]:
        """Wait for one's turn, and have it.

        Parameters
        ----------
        end : float
            When to wait no longer, from :meth:`line`.
        look : callable, optional
            Called now and then while one waits; what it raises ends that.

        Raises
        ------
        MoevizError
            If it did not come in time.
        """
        self.wait_for(self._free, end, look)
        try:
            yield
        finally:
            self._free.release()

    def wait_for(
        self,
        lock: threading.Lock | threading.Semaphore,
        end: float,
        look: Callable[[], object] | None = None,
    ) -> None:
        """Acquire a lock, as :meth:`turn` does.

        Parameters
        ----------
        lock : Lock or Semaphore
        end, look
            As of :meth:`turn`.

        Raises
        ------
        MoevizError
            If it was not free in time.
        """
        while not lock.acquire(timeout=max(0.0, min(_EVERY, end - time.monotonic()))):
            if look is not None:
                look()
            if time.monotonic() >= end:
                raise MoevizError(
                    f"Expected an answer within {self._patience:g} s, but this server has too much "
                    "to do for others; reload the page in a moment."
                )


def still_wanted() -> None:
    """End the script here if its visitor has asked for something newer, or has left.

    Any look into the session's state has Streamlit see to that.
    """
    st.session_state.get("turns.wanted")
