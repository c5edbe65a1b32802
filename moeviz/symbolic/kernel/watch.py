"""Whether a check is still wanted, asked from anywhere inside it.

A check is made by many small pieces of code, each of which could run long. The one who starts it
sets what asks whether to stop; whoever is in a long loop calls :func:`pause`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from moeviz.errors import Cancelled

_STOP: ContextVar[Callable[[], bool] | None] = ContextVar("moeviz_check_stop", default=None)


@contextmanager
def watched(stop: Callable[[], bool] | None) -> Iterator[None]:
    """Let :func:`pause` ask `stop` while the block runs.

    Parameters
    ----------
    stop : callable or None
        Returns whether to stop; None asks nobody.
    """
    before = _STOP.set(stop)
    try:
        yield
    finally:
        _STOP.reset(before)


def pause() -> None:
    """Go on, unless the check is no longer wanted or its time is over.

    Raises
    ------
    Cancelled
        If it is to stop.
    """
    stop = _STOP.get()
    if stop is not None and stop():
        raise Cancelled("The check was cancelled.")
