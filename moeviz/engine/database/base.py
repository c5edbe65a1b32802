"""One database: its connections, its transactions, and what to do when it refuses.

SQLite by default, in one file with a write-ahead log: readers and a writer do not wait for one
another, and a write lasts once it was committed, whatever ends the program. Where the power fails,
the last moments may be lost, but never a part of a write. Any other URL of SQLAlchemy's is taken as
it is.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, text

from moeviz.engine import files
from moeviz.engine.database.refusals import DAMAGED, code_of, refusal, unreachable
from moeviz.engine.database.salvage import lock_of, set_aside
from moeviz.engine.database.schema import HEAD, bring_up, version_of
from moeviz.engine.errors import LostStoreError, StoreError

T = TypeVar("T")

BUSY_SECONDS = 30.0
"""How long a write waits for others that write to the same file."""

PATIENCE_SECONDS = 60.0
"""How long a write waits for a server that is started again."""

CONNECT_SECONDS = 5
"""How long a server may take to let a connection in."""

DEAF_SECONDS = 15
"""A server that has confirmed nothing for so long, or an app for the server, is out of reach.

The systems at both ends ask for it, also while a question takes long. Without it one waits a
quarter of an hour for what was sent over a cable that is cut, and two hours for an answer.
"""

IDLE_SECONDS = 60
"""After this long a server takes its locks from an app that stands still within a transaction."""

MOST_SILENT_SECONDS = 30.0
"""For so long, at most, a server that was out of reach is not asked again by who only reads."""

MIGRATING = 0x6D6F6576
"""Number of the lock that PostgreSQL gives to whoever migrates."""


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
        self._file = Path(url.database or "").absolute() if on_disk else None
        self._place = self._file or url.render_as_string(hide_password=True)
        self._opening = threading.Lock()
        self._engine: Engine | None = None
        self._inode: tuple[int, int] | None = None
        self._makes = False
        self._mine = threading.local()
        self._silent_until = 0.0

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
        written = self._again(lambda: self._write(work), PATIENCE_SECONDS)
        self._silent_until = 0.0
        return written

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
            time.sleep(pause)
            pause = min(2 * pause, 1.0)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            if code_of(error) in DAMAGED:
                raise LostStoreError(str(self._renew()), self._place) from error
            if code_of(error) == sqlite3.SQLITE_CANTOPEN and self._was_replaced():
                raise unreachable(self._place) from error
            raise self._why(error) from error

    def _was_replaced(self) -> bool:
        """Whether another file lies in the place of the one that could not be opened by now."""
        if self._file is None or not self._file.parent.is_dir():
            return False
        before = self._inode
        with suppress(StoreError), files.locked(lock_of(self._file)):  # as long as that takes
            return self._number() not in (None, before)
        return False

    def _why(self, error: Exception) -> StoreError:
        if self._file is not None and code_of(error) == sqlite3.SQLITE_CANTOPEN:
            # SQLite does not say why; the operating system does, of a file beside it. The file
            # itself must not be opened here: closing it would let go of all of SQLite's locks.
            with files.refusing(self._file):
                probe = self._file.with_name(f"{self._file.name}{files.PARTIAL}-{os.getpid()}")
                probe.touch()
                probe.unlink(missing_ok=True)
        return refusal(error, self._place)

    # --- Opening.

    def _open(self, make: bool) -> Engine | None:
        """Return the open database; None where there is none, and none is to be made."""
        with self._opening:
            if self._engine is not None and self._same():
                return self._engine
            self._dispose()
            if self._file is not None and not self._lies_there(self._file):
                if not make:
                    return None
                with files.refusing(self._file):
                    self._file.parent.mkdir(parents=True, exist_ok=True)
            engine = self._connect_to()
            self._inode = self._number()
            try:
                self._prepare(engine)
            except BaseException:
                engine.dispose()
                raise
            self._engine = engine
            return engine

    @staticmethod
    def _lies_there(file: Path) -> bool:
        """Whether there is a database, also where another is just put in its place."""
        if file.exists() or not lock_of(file).exists():
            return file.exists()
        with suppress(StoreError), files.locked(lock_of(file)):
            return file.exists()
        return file.exists()

    def _prepare(self, engine: Engine) -> None:
        if self._is_ready(engine):
            return
        engine.dispose()
        if self._file is not None:
            # A file is put in the place of another under this lock alone.
            with files.locked(lock_of(self._file)):
                self._makes = True
                try:
                    with engine.begin() as connection:
                        bring_up(connection)
                finally:
                    self._makes = False
                self._inode = self._number()
            return
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
            bring_up(connection)

    def _is_ready(self, engine: Engine) -> bool:
        """Whether there is nothing to make or to migrate."""
        try:
            if self._file is not None and not self._file.stat().st_size:
                return False
        except FileNotFoundError:
            return False
        with engine.connect() as connection:
            version = version_of(self._looking(connection))
        return version == HEAD and self._same()

    def _connect_to(self) -> Engine:
        if self._file is None:
            served = self._url.get_backend_name() == "postgresql"
            options = {k: v for k, v in _REACH.items() if served and k not in self._url.query}
            engine = create_engine(self._url, pool_size=8, max_overflow=24, connect_args=options)
            if served:
                event.listen(engine, "connect", _introduce)
            return engine
        engine = create_engine(
            self._url,
            creator=self._connect,
            pool_size=8,
            max_overflow=24,
            pool_timeout=BUSY_SECONDS,
        )
        event.listen(engine, "begin", _begin)
        return engine

    def _connect(self) -> sqlite3.Connection:
        """Open the file; one that cannot be written to is read as it lies there."""
        assert self._file is not None
        try:
            mode = "rwc" if self._makes else "rw"
            return self._connected(f"file:{quote(str(self._file))}?mode={mode}")
        except sqlite3.OperationalError as error:
            refused = code_of(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
            log = self._file.with_name(f"{self._file.name}-wal")
            whole = not log.exists() or not log.stat().st_size
            if not (refused and whole and self._file.exists()):
                raise
            return self._connected(f"file:{quote(str(self._file))}?mode=ro&immutable=1")

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

    def _same(self) -> bool:
        """Whether the file that is open is still the one that lies in its place."""
        return self._file is None or self._number() == self._inode

    def _number(self) -> tuple[int, int] | None:
        if self._file is None:
            return None
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
        self._engine, self._inode = None, None

    # --- Damage.

    def _renew(self) -> StoreError:
        """Set a damaged file aside and begin a new one with what can still be read of it."""
        assert self._file is not None
        with self._opening:
            inode = self._inode
            self._dispose()
            set_aside(self._file, inode)
        return StoreError(
            "Expected the file of finished work to be whole, but it was damaged; what could be "
            "read was kept, and running a study again computes the rest."
        )


_REACH = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": DEAF_SECONDS // 3,
    "keepalives_interval": DEAF_SECONDS // 3,
    "keepalives_count": 2,
    "tcp_user_timeout": 1000 * DEAF_SECONDS,
}
"""How the client of PostgreSQL finds out that a server is out of reach; a URL may say otherwise."""

_OWN_REACH = (
    f"SET tcp_keepalives_idle = {DEAF_SECONDS // 3}; "
    f"SET tcp_keepalives_interval = {DEAF_SECONDS // 3}; "
    "SET tcp_keepalives_count = 2; "
    f"SET tcp_user_timeout = {1000 * DEAF_SECONDS}; "
    f"SET idle_in_transaction_session_timeout = {1000 * IDLE_SECONDS}"
)
"""How the server finds out that an app is out of reach, which may hold locks."""


def _introduce(connection: Any, record: Any) -> None:
    """Tell a server when to give an app up."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(_OWN_REACH)
    connection.commit()


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


def _begin(connection: Connection) -> None:
    looks = connection.get_execution_options().get("looks", False)
    connection.exec_driver_sql("BEGIN" if looks else "BEGIN IMMEDIATE")
