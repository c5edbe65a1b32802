"""Who is computing a study: the identity of a process, and whether it still lives."""

from __future__ import annotations

import os
import socket
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import psutil

BEAT_SECONDS = 5.0
"""How often an owner writes that it is alive."""

SILENT_SECONDS = 60.0
"""After this long without a beat an owner on another host counts as gone."""

_START_TOLERANCE = 2.0
"""Seconds by which two readings of one process's start may differ when the clock is set."""


class EngineToken:
    """A thing that lives as long as its engine does, known by a name."""

    _living: ClassVar[weakref.WeakValueDictionary[str, EngineToken]] = weakref.WeakValueDictionary()

    def __init__(self) -> None:
        self.name = os.urandom(8).hex()
        self._living[self.name] = self

    @classmethod
    def lives(cls, name: str) -> bool:
        """Whether an engine of this process holds the token called `name`."""
        return name in cls._living

    def release(self) -> None:
        """Let the token go; from now on :meth:`lives` is false for it."""
        self._living.pop(self.name, None)


@cache
def _own_start() -> float:
    return float(psutil.Process().create_time())


@dataclass(frozen=True)
class Owner:
    """One engine in one process of one host.

    A process number alone does not identify a process, since numbers are used again; together
    with the moment at which the process started it does.
    """

    host: str
    pid: int
    started: float
    engine: str

    @classmethod
    def here(cls, token: EngineToken) -> Owner:
        """Return the identity of an engine of this process."""
        return cls(socket.gethostname(), os.getpid(), _own_start(), token.name)

    @classmethod
    def from_json(cls, data: object) -> Owner | None:
        """Read the fields by name; None when they are not there."""
        if not isinstance(data, Mapping):
            return None
        try:
            return cls(
                str(data["host"]), int(data["pid"]), float(data["started"]), str(data["engine"])
            )
        except (KeyError, TypeError, ValueError):
            return None

    def lives(self, beat: float) -> bool:
        """Whether this owner can still be computing.

        Parameters
        ----------
        beat : float
            When it last said so (seconds since the epoch). Looked at for another host, where
            processes cannot be looked up, and for a process that stands still.

        Returns
        -------
        bool
        """
        if self.host != socket.gethostname():
            return time.time() - beat < SILENT_SECONDS
        if self.pid == os.getpid() and abs(self.started - _own_start()) < _START_TOLERANCE:
            return EngineToken.lives(self.engine)
        try:
            process = psutil.Process(self.pid)
            status = process.status()
            if status == psutil.STATUS_ZOMBIE:
                return False
            if status == psutil.STATUS_STOPPED and time.time() - beat >= SILENT_SECONDS:
                return False  # it learns of that when it goes on
            return abs(float(process.create_time()) - self.started) < _START_TOLERANCE
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return time.time() - beat < SILENT_SECONDS
