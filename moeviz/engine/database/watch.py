"""Cuts off questions that a server of databases does not answer.

Systems notice a cable that is cut (:mod:`moeviz.engine.database.server`). They do not notice a
server whose processes stand still: that keeps its connections, and who asks would wait for ever,
with whatever locks they hold.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import closing, suppress
from typing import Any

from sqlalchemy import Engine, event

LOOK_SECONDS = 0.5
"""Time between two looks at the questions that are open."""

LONG_SECONDS = 300.0
"""How long a question may take that goes through much: all jobs, all blocks of one, a migration."""

ALLOWED = "moeviz_seconds"
"""Name of the option of a statement, or of a connection, that says how long it may take."""

IDLE_LOOKS = 20
"""After so many looks that found none the thread ends; the next question starts another."""


class Watch:
    """Looks at the open questions of one engine of SQLAlchemy's, while there are any.

    Parameters
    ----------
    engine : Engine
        Of a driver with libpq's connections.
    seconds : float
        After so long a question is cut off: who asked is told that the connection was lost. One
        that says so by :data:`ALLOWED` may take longer.
    """

    def __init__(self, engine: Engine, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._open: dict[int, tuple[Any, float]] = {}
        self._looking = False
        event.listen(engine, "before_cursor_execute", self._asked)
        event.listen(engine, "after_cursor_execute", self._answered)
        event.listen(engine, "commit", self._asked)
        event.listen(engine, "rollback", self._asked)
        event.listen(engine, "checkin", self._left)
        event.listen(engine, "close", self._left)
        event.listen(engine, "invalidate", self._left)

    def _asked(self, connection: Any, *of_statement: Any) -> None:
        if connection.invalidated:
            return
        options = of_statement[3].execution_options if len(of_statement) > 3 else {}
        driver = connection.connection.dbapi_connection
        with self._lock:
            self._open[id(driver)] = (
                driver,
                time.monotonic() + options.get(ALLOWED, self._seconds),
            )
            if not self._looking:
                self._looking = True
                threading.Thread(target=self._look, name="moeviz-watch", daemon=True).start()

    def _answered(self, connection: Any, *_: Any) -> None:
        self._left(connection.connection.dbapi_connection)

    def _left(self, driver: Any, *_: Any) -> None:
        with self._lock:
            self._open.pop(id(driver), None)

    def _look(self) -> None:
        idle = 0
        while True:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                now = time.monotonic()
                for driver, end in list(self._open.values()):
                    if end <= now:
                        del self._open[id(driver)]
                        _cut_off(driver)
                idle = 0 if self._open else idle + 1
                if idle > IDLE_LOOKS:
                    self._looking = False
                    return


def _cut_off(driver: Any) -> None:
    """End a connection from beside whoever waits for an answer over it."""
    with suppress(Exception):  # another driver's, or one that was closed just now
        own = socket.socket(fileno=os.dup(driver.pgconn.socket))
        with closing(own):
            own.shutdown(socket.SHUT_RDWR)
