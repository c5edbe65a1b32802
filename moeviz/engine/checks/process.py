"""One process that decides claims, seen from the process that asks."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from moeviz.engine.children import WORKER_ENVIRONMENT, child_environment
from moeviz.engine.errors import EngineError, told
from moeviz.errors import Cancelled
from moeviz.text import json_text

START_SECONDS = 60.0
"""How long a process may take to load what it needs."""

GLANCE_SECONDS = 0.05
"""How often the one who waits looks whether the check is still wanted."""

GRACE_SECONDS = 10.0
"""What a check may take beyond the limit of its tests before its process is ended."""

COMMAND = (sys.executable, "-m", "moeviz.engine.checks.decider")


class LateError(EngineError):
    """A check did not end within its time."""


class GoneError(EngineError):
    """The process ended in the middle of a check, or did not start."""


class CheckProcess:
    """A process that answers one request after the other.

    Parameters
    ----------
    command : sequence of str
        What to start; it must write a first line when it is ready.

    Raises
    ------
    GoneError
        If it cannot be started.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**child_environment(), **WORKER_ENVIRONMENT},
                start_new_session=True,
            )
        except OSError as error:
            raise GoneError(
                f"Expected a process for the check to start, but it did not ({told(error)}); "
                "ask again in a minute."
            ) from error
        self._unread = b""
        self._ready = False

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def wait_until_ready(self, stopped: Callable[[], bool]) -> None:
        """Wait until the process has loaded what it needs; at once when it has.

        Raises
        ------
        GoneError, LateError, Cancelled
            As :meth:`ask` does.
        """
        if not self._ready:
            self._line(START_SECONDS, stopped)
            self._ready = True

    def ask(
        self, request: dict[str, Any], seconds: float, stopped: Callable[[], bool]
    ) -> dict[str, Any]:
        """Send a request and wait for its answer.

        Parameters
        ----------
        request : dict
            JSON-able.
        seconds : float
            How long each test may take; the process is given :data:`GRACE_SECONDS` more to say
            that one did not end.
        stopped : callable
            Asked while waiting; true gives the check up.

        Raises
        ------
        LateError
            If the time is over.
        GoneError
            If the process has ended.
        Cancelled
            If the check is no longer wanted.
        """
        pipe = self._process.stdin
        if pipe is None:
            raise GoneError(self._epitaph())
        try:
            pipe.write(json_text({"request": request, "limit": seconds}).encode() + b"\n")
            pipe.flush()
        except OSError:
            raise GoneError(self._epitaph()) from None
        found: dict[str, Any] = json.loads(self._line(seconds + GRACE_SECONDS, stopped))
        return found

    def kill(self) -> None:
        """End the process at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _line(self, seconds: float, stopped: Callable[[], bool]) -> bytes:
        end = time.monotonic() + seconds
        pipe = self._process.stdout
        while b"\n" not in self._unread:
            if stopped():
                raise Cancelled("The check was cancelled.")
            if time.monotonic() > end:
                raise LateError(
                    f"Expected the check to end within {seconds:g} s, but it did not; choose "
                    "fewer atoms, a smaller dimension or a lower order, or check again."
                )
            if pipe is not None and select.select([pipe], [], [], GLANCE_SECONDS)[0]:
                chunk = os.read(pipe.fileno(), 1 << 16)
                if not chunk:
                    raise GoneError(self._epitaph())
                self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _epitaph(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        return (
            "Expected the check to end, but its process ended without an answer (status "
            f"{self._process.poll()}), often for want of memory; ask again, or choose "
            "fewer atoms, a smaller dimension or a lower order."
        )
