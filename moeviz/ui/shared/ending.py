"""To know at once that the server is asked to end.

The server waits for all open answers before it tells the app that it ends. An answer that lasts
as long as a study does would keep it waiting, so it must learn of the signal itself.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""What ends a server."""


@contextmanager
def told_of_the_end(end: Callable[[], None]) -> Iterator[None]:
    """Have `end` called in the running event loop as soon as the process is asked to end.

    What the signal did before, it still does. Outside of the main thread, where no signals arrive,
    nothing is done.

    Parameters
    ----------
    end : callable
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}

    def heard(number: int, frame: FrameType | None) -> None:
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
        for number, handler in before.items():
            if signal.getsignal(number) is heard:
                signal.signal(number, handler)
