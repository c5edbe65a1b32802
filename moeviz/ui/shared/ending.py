"""To know at once that the server is asked to end, and to end in time.

The server waits for all open answers before it tells the app that it ends. An answer that lasts
as long as a study does would keep it waiting, so it must learn of the signal itself.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""What ends a server."""

SECONDS = 20.0
"""After which a server has ended, whatever still waits."""

_AGAIN = 0.3
"""Seconds within which the same signal counts as one: a terminal and a program may both pass it."""


@contextmanager
def told_of_the_end(
    end: Callable[[], None], at_once: Callable[[int], None] | None = None
) -> Iterator[None]:
    """Have `end` called in the running event loop as soon as the process is asked to end.

    What the signal did before, it still does. Asked a second time, or not ended after
    :data:`SECONDS`, the process ends at once. So it does when all that stands inside has ended,
    since an interpreter takes seconds to take itself apart, and nothing is left to be done. Outside
    of the main thread, where no signals arrive, nothing is done.

    Parameters
    ----------
    end : callable
    at_once : callable, optional
        Ends the process with a status; default :func:`end_at_once`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}
    asked: list[float] = []
    leave = at_once or end_at_once
    over = threading.Event()

    def late() -> None:
        if not over.wait(SECONDS):
            logger.error("The server did not end in %.0f s, and is ended now.", SECONDS)
            leave(1)

    def heard(number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if asked and now - asked[0] > _AGAIN:
            leave(128 + number)
        if not asked:
            asked.append(now)
            threading.Thread(target=late, daemon=True, name="moeviz-ending").start()
            loop.call_soon_threadsafe(end)
        if callable(before[number]):
            before[number](number, frame)
        elif before[number] == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for each in SIGNALS:
        before[each] = signal.getsignal(each)
        signal.signal(each, heard)
    try:
        yield
    finally:
        over.set()
        if asked:
            leave(0)
        for number, handler in before.items():
            if signal.getsignal(number) is heard:
                signal.signal(number, handler)


def end_at_once(status: int) -> None:
    """End this process and all that it started. What was finished is in the store already.

    Parameters
    ----------
    status : int
        What the process says.
    """
    import psutil

    with suppress(psutil.Error):
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    os._exit(status)
