"""Stopping between two pieces of work."""

from __future__ import annotations

from collections.abc import Callable

from moeviz.errors import Cancelled

Stop = Callable[[], bool]


def heed(should_stop: Stop | None, what: str = "Training") -> None:
    """Stop here if asked to.

    Parameters
    ----------
    should_stop : callable or None
    what : str
        What it is that stops.

    Raises
    ------
    Cancelled
        Once `should_stop` is true.
    """
    if should_stop is not None and should_stop():
        raise Cancelled(f"{what} was stopped.")
