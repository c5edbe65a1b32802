"""SQLite's one file: whether it is there, whether it is the one that is open, how it is opened."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event

from moeviz.engine import files
from moeviz.engine.database.refusals import code_of
from moeviz.engine.database.salvage import lock_of
from moeviz.engine.errors import StoreError

BUSY_SECONDS = 30.0
"""How long a write waits for others that write to the same file."""


class DatabaseFile:
    """The file of a database, which another may take the place of at any time.

    Parameters
    ----------
    path : Path
        Where it lies.

    Attributes
    ----------
    inode : tuple of int or None
        The file that is open; None where none is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.inode: tuple[int, int] | None = None
        self._makes = False

    def opened(self, url: URL) -> Engine:
        """Return what opens it.

        Parameters
        ----------
        url : URL
            What SQLAlchemy opens.
        """
        engine = create_engine(
            url,
            creator=self._connect,
            pool_size=8,
            max_overflow=24,
            pool_timeout=BUSY_SECONDS,
        )
        event.listen(engine, "begin", _begin)
        self.inode = self.number()
        return engine

    @property
    def is_open(self) -> bool:
        """Whether the file that is open is still the one that lies in its place."""
        return self.number() == self.inode

    def number(self) -> tuple[int, int] | None:
        """Return which file lies there; None where there is none."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def is_empty(self) -> bool:
        """Whether there is no file, or nothing in it."""
        try:
            return not self.path.stat().st_size
        except FileNotFoundError:
            return True

    def lies_there(self) -> bool:
        """Whether there is a database, also where another is just put in its place."""
        if self.path.exists() or not lock_of(self.path).exists():
            return self.path.exists()
        with suppress(StoreError), files.locked(lock_of(self.path)):
            return self.path.exists()
        return self.path.exists()

    def was_replaced(self) -> bool:
        """Whether another file lies in the place of the one that could not be opened by now."""
        if not self.path.parent.is_dir():
            return False
        before = self.inode
        with suppress(StoreError), files.locked(lock_of(self.path)):  # as long as that takes
            return self.number() not in (None, before)
        return False

    @contextmanager
    def making(self) -> Iterator[None]:
        """Have the file made or migrated, while nobody else does that."""
        # A file is put in the place of another under this lock alone.
        with files.locked(lock_of(self.path)):
            self._makes = True
            try:
                yield
            finally:
                self._makes = False
            self.inode = self.number()

    def ask_why(self) -> None:
        """Have the operating system say why the file cannot be opened, which SQLite does not.

        Raises
        ------
        StoreError
            If it refuses a file beside it. The file itself must not be opened here: closing it
            would let go of all of SQLite's locks.
        """
        with files.refusing(self.path):
            probe = self.path.with_name(f"{self.path.name}{files.PARTIAL}-{os.getpid()}")
            probe.touch()
            probe.unlink(missing_ok=True)

    def _connect(self) -> sqlite3.Connection:
        """Open the file; one that cannot be written to is read as it lies there."""
        try:
            mode = "rwc" if self._makes else "rw"
            return self._connected(f"file:{quote(str(self.path))}?mode={mode}")
        except sqlite3.OperationalError as error:
            refused = code_of(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
            log = self.path.with_name(f"{self.path.name}-wal")
            whole = not log.exists() or not log.stat().st_size
            if not (refused and whole and self.path.exists()):
                raise
            return self._connected(f"file:{quote(str(self.path))}?mode=ro&immutable=1")

    def _connected(self, name: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            name, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            if "immutable" not in name:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection


def _begin(connection: Connection) -> None:
    looks = connection.get_execution_options().get("looks", False)
    connection.exec_driver_sql("BEGIN" if looks else "BEGIN IMMEDIATE")
