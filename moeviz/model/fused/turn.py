"""Taking turns: of several processes that want the same, one makes it and the others wait.

The operating system holds the lock for the process, so that whoever is killed lets go of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # a system without such locks: everybody makes it
    fcntl = None  # type: ignore[assignment]

PATIENCE = 60.0
"""Seconds to wait for others, in all of a process; then it makes the rest itself."""

LOOK = 0.02
"""Seconds between two looks."""


_left = [PATIENCE]


class Turn:
    """The turn to make something that has a name.

    Parameters
    ----------
    name : str
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._held: int | None = None

    def take(self, folders: Iterable[Path]) -> bool:
        """Wait for the turn; return whether it has come.

        Where no folder takes a lock there are no turns, and it has.

        Parameters
        ----------
        folders : iterable of Path
            The lock lies in the first that can be written.
        """
        self.end()
        file = _opened(f"{self._name}.lock", folders)
        if file is None:
            return True
        began = time.monotonic()
        while not (free := _lock(file)) and time.monotonic() - began < _left[0]:
            time.sleep(LOOK)
        _left[0] = max(0.0, _left[0] - (time.monotonic() - began))
        if free:
            self._held = file
        else:
            os.close(file)
        return free

    def end(self) -> None:
        """End the turn, if there is one."""
        file, self._held = self._held, None
        if file is not None:
            with suppress(OSError):
                os.close(file)


def _opened(name: str, folders: Iterable[Path]) -> int | None:
    if fcntl is not None:
        for folder in folders:
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                return os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o666)
    return None


def _lock(file: int) -> bool:
    """Return whether nobody else has the lock; then this process has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True
