"""Who computes the fits of this server: few at once, each remembered by what was asked for."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from moeviz.errors import Cancelled, MoevizError, SpecificationError
from moeviz.study.one_fit import OneFit, one_fit
from moeviz.study.one_fit_asked import Asked

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
"""Fits that run at the same time."""

MOST_WAITING = 60
"""Visitors that may wait for one."""

SECONDS = 6.0
"""No fit takes longer; nearly all end within a tenth of a second."""

REMEMBERED = 200
"""Fits that are kept, the latest."""

_EVERY = 16
"""Steps between two looks at the clock and at who waits."""

Compute = Callable[[Asked, Callable[[], bool]], OneFit]


class Worker:
    """Computes fits in the threads that ask, few at once. All methods may be called from any.

    Two who ask for the same share it. A visitor who asks for something newer, or leaves, ends the
    script that waits, and with it the fit; whoever else waits for it then computes it.

    Parameters
    ----------
    compute : callable
        From what is asked for and a question whether to stop to the fit.
    at_once, most_waiting, remembered : int
    seconds : float
        After which a fit is given up.
    """

    def __init__(
        self,
        compute: Compute = one_fit,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
        remembered: int = REMEMBERED,
        seconds: float = SECONDS,
    ) -> None:
        self._compute = compute
        self._free = threading.Semaphore(at_once)
        self._most_waiting = most_waiting
        self._remembered = remembered
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: OrderedDict[Asked, OneFit] = OrderedDict()
        self._turns: dict[Asked, threading.Lock] = {}
        self._waiting = 0

    def __call__(self, asked: Asked, look: Callable[[], object] | None = None) -> OneFit:
        """Return a fit, remembered or computed now.

        Parameters
        ----------
        asked : Asked
        look : callable, optional
            Called now and then while it is computed; what it raises ends the fit.

        Raises
        ------
        SpecificationError
            As :func:`~moeviz.study.one_fit.one_fit`; or if it takes too long.
        MoevizError
            If too many wait.
        """
        known = self._look_up(asked)
        if known is not None:
            return known
        with self._in_line(), self._turn(asked):
            known = self._look_up(asked)
            if known is not None:
                return known
            with self._free:
                found = self._run(asked, look)
            with self._lock:
                self._known[asked] = found
                while len(self._known) > self._remembered:
                    self._known.popitem(last=False)
            return found

    def _run(self, asked: Asked, look: Callable[[], object] | None) -> OneFit:
        end, calls = time.monotonic() + self._seconds, 0

        def late() -> bool:
            nonlocal calls
            calls += 1
            if calls % _EVERY:
                return False
            if look is not None:
                look()
            return time.monotonic() > end

        try:
            return self._compute(asked, late)
        except Cancelled:
            raise SpecificationError(
                f"Expected a fit within {self._seconds:g} s, but this one takes longer; take fewer "
                "observations, steps or epochs."
            ) from None

    def _look_up(self, asked: Asked) -> OneFit | None:
        with self._lock:
            found = self._known.get(asked)
            if found is not None:
                self._known.move_to_end(asked)
            return found

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        with self._lock:
            if self._waiting >= self._most_waiting:
                raise MoevizError(
                    f"Expected at most {self._most_waiting} fits to wait, but there are as many "
                    "already; try again in a moment."
                )
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1

    @contextmanager
    def _turn(self, asked: Asked) -> Iterator[None]:
        """Let those who ask for the same wait for each other."""
        with self._lock:
            turn = self._turns.setdefault(asked, threading.Lock())
        with turn:
            try:
                yield
            finally:
                with self._lock:
                    self._turns.pop(asked, None)


def still_wanted() -> None:
    """End the script here if its visitor has asked for something newer, or has left.

    Any look into the session's state has Streamlit see to that.
    """
    st.session_state.get("fit.wanted")


WORKER = Worker()
"""Of this server."""
