"""One database: its connections, its transactions, and what to do when it refuses.

SQLite by default, in one file with a write-ahead log: readers and a writer do not wait for one
another, and a write lasts once it was committed, whatever ends the program. Where the power fails,
the last moments may be lost, but never a part of a write. Any other URL of SQLAlchemy's is taken as
it is.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, exc

from moeviz.engine import files
from moeviz.engine.database.file import DatabaseFile
from moeviz.engine.database.refusals import DAMAGED, code_of, refusal
from moeviz.engine.database.salvage import set_aside
from moeviz.engine.database.schema import HEAD, bring_up, version_of
from moeviz.engine.database.server import migrate_alone, served
from moeviz.engine.database.statements import LONG
from moeviz.engine.errors import LostStoreError, StoreError, unreachable

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""How long a write waits for a server that is started again."""

LATE_SECONDS = 3.0
"""A write that has taken so long counts as one that waits."""

MOST_SILENT_SECONDS = 30.0
"""For so long, at most, a server that was out of reach is not asked again by who only reads."""


class Database:
    """A database, opened when it is first needed. All methods may be called from any thread.

    Parameters
    ----------
    url : URL
        What SQLAlchemy opens.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        on_disk = url.get_backend_name() == "sqlite"
        self._file = DatabaseFile(Path(url.database or "").absolute()) if on_disk else None
        self._place = self._file.path if self._file else url.render_as_string(hide_password=True)
        self._opening = threading.Lock()
        self._engine: Engine | None = None
        self._mine = threading.local()
        self._silent_until = 0.0
        self._waiting: dict[int, float] = {}

    # --- Reading and writing.

    def read(self, work: Callable[[Connection], T], absent: T) -> T:
        """Return what `work` reads; `absent` where there is no database yet.

        Parameters
        ----------
        work : function of a Connection
            May be called again where a connection was lost.
        absent : Any

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        held = getattr(self._mine, "connection", None)
        if held is not None:
            with self._refusing():
                return work(held)
        began = time.monotonic()
        if began < self._silent_until:
            raise unreachable(self._place)
        try:
            return self._again(lambda: self._read(work, absent), patience=0.0)
        except LostStoreError:
            # Who reads may hold up a page. Where that took long, all but few of them go on without.
            now = time.monotonic()
            self._silent_until = now + min(3 * (now - began), MOST_SILENT_SECONDS)
            raise

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns, and keep all that it wrote or, after an error, nothing.

        Within another call in the same thread it is a part of that one's transaction.

        Parameters
        ----------
        work : function of a Connection
            Called again where the connection was lost before its end.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        held = getattr(self._mine, "connection", None)
        if held is not None:
            with self._refusing():
                return work(held)
        self._waiting[threading.get_ident()] = time.monotonic() + LATE_SECONDS
        try:
            written = self._again(lambda: self._write(work), PATIENCE_SECONDS)
        finally:
            self._waiting.pop(threading.get_ident(), None)
        self._silent_until = 0.0
        return written

    @property
    def awaited(self) -> bool:
        """Whether a write waits for a server that is out of reach, or does not answer."""
        return any(since <= time.monotonic() for since in list(self._waiting.values()))

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        with self._opening:
            self._dispose()

    def tidy(self) -> None:
        """Give the room of what was deleted back to the disk, where nobody else writes."""
        engine = self._open(make=False)
        if engine is not None and self._file is not None:
            with suppress(sqlite3.Error), closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _read(self, work: Callable[[Connection], T], absent: T) -> T:
        with self._refusing():
            engine = self._open(make=False)
            if engine is None:
                return absent
            with _borrowed(engine) as connection:
                return work(self._looking(connection))

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self._refusing():
            engine = self._open(make=True)
            assert engine is not None
            with _borrowed(engine) as connection, connection.begin():
                self._mine.connection = connection
                try:
                    return work(connection)
                finally:
                    self._mine.connection = None

    def _looking(self, connection: Connection) -> Connection:
        """Take no lock for what only reads."""
        if self._file is not None:
            return connection.execution_options(looks=True)
        return connection.execution_options(isolation_level="AUTOCOMMIT")

    def _again(self, work: Callable[[], T], patience: float) -> T:
        """Do something that leaves nothing when it fails; again where the database was lost."""
        end = time.monotonic() + patience
        pause = 0.05
        tries = 0
        while True:
            try:
                return work()
            except LostStoreError:
                tries += 1
                if tries > 1 and time.monotonic() >= end:
                    raise
                if tries > 1 and patience:
                    self._waiting[threading.get_ident()] = time.monotonic()
            time.sleep(pause)
            pause = min(2 * pause, 1.0)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            if code_of(error) in DAMAGED:
                raise LostStoreError(str(self._renew()), self._place) from error
            if self._file is not None and _cannot_open(error) and self._file.was_replaced():
                raise unreachable(self._place) from error
            raise self._why(error) from error

    def _why(self, error: Exception) -> StoreError:
        if self._file is not None and _cannot_open(error):
            self._file.ask_why()
        return refusal(error, self._place)

    # --- Opening.

    def _open(self, make: bool) -> Engine | None:
        """Return the open database; None where there is none, and none is to be made."""
        with self._opening:
            if self._engine is not None and self._same():
                return self._engine
            self._dispose()
            if self._file is not None and not self._file.lies_there():
                if not make:
                    return None
                with files.refusing(self._file.path):
                    self._file.path.parent.mkdir(parents=True, exist_ok=True)
            engine = served(self._url) if self._file is None else self._file.opened(self._url)
            try:
                self._prepare(engine)
            except BaseException:
                engine.dispose()
                raise
            self._engine = engine
            return engine

    def _prepare(self, engine: Engine) -> None:
        if self._is_ready(engine):
            return
        engine.dispose()
        if self._file is not None:
            with self._file.making(), engine.begin() as connection:
                bring_up(connection)
            return
        with engine.begin() as connection:
            migrate_alone(connection.execution_options(**LONG))
            bring_up(connection)

    def _is_ready(self, engine: Engine) -> bool:
        """Whether there is nothing to make or to migrate."""
        if self._file is not None and self._file.is_empty():
            return False
        with engine.connect() as connection:
            version = version_of(self._looking(connection))
        return version == HEAD and self._same()

    def _same(self) -> bool:
        return self._file is None or self._file.is_open

    def _dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
        self._engine = None
        if self._file is not None:
            self._file.inode = None

    # --- Damage.

    def _renew(self) -> StoreError:
        """Set a damaged file aside and begin a new one with what can still be read of it."""
        assert self._file is not None
        with self._opening:
            inode = self._file.inode
            self._dispose()
            set_aside(self._file.path, inode)
        return StoreError(
            "Expected the file of finished work to be whole, but it was damaged; what could be "
            "read was kept, and running a study again computes the rest."
        )


@contextmanager
def _borrowed(engine: Engine) -> Iterator[Connection]:
    """Lend a connection; where all were closed meanwhile, close it when it comes back."""
    pool = engine.pool
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        if engine.pool is not pool:
            pool.dispose()


def _cannot_open(error: Exception) -> bool:
    return code_of(error) == sqlite3.SQLITE_CANTOPEN
