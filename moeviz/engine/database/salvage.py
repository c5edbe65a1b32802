"""What can still be read of a damaged file, taken into a new one."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import create_engine

from moeviz.engine import files
from moeviz.engine.database.schema import bring_up
from moeviz.engine.database.tables import SCHEMA
from moeviz.engine.errors import StoreError
from moeviz.engine.shelf import FILE

MOST_MISSED = 5000
"""After so many rows that cannot be read, one after another, a table counts as at its end."""

logger = logging.getLogger(__name__)


def set_aside(file: Path, inode: tuple[int, int] | None) -> None:
    """Put a new database in the place of a damaged one, which is kept for a look.

    Rows are copied one by one, as far as they can be read. A block among them that is not what was
    written has a checksum that does not fit, and counts as absent like any other.

    Parameters
    ----------
    file : Path
    inode : tuple of int or None
        The file that was found damaged; another process may have set it aside meanwhile.

    Raises
    ------
    StoreError
        If the folder cannot be written to, or nothing says that the file was ever a store.
    """
    if not _was_ours(file):
        raise StoreError(
            "Expected a database of this laboratory, but MOEVIZ_STORE leads to something else, "
            "which was left as it is; name another file.",
            file,
        )
    with files.locked(lock_of(file)):
        with files.refusing(file):
            try:
                status = file.stat()
            except FileNotFoundError:
                return
            if (status.st_dev, status.st_ino) != inode or _is_whole(file):
                return
            aside = file.with_name(f"{file.name}{files.DAMAGED}-{time.time_ns()}")
            fresh = file.with_name(f"{file.name}{files.PARTIAL}")
            fresh.unlink(missing_ok=True)
            for end in ("-wal", "-shm", ""):
                with suppress(FileNotFoundError):
                    os.replace(f"{file}{end}", f"{aside}{end}")
        engine = create_engine(f"sqlite:///{fresh}")
        with engine.begin() as connection:
            bring_up(connection)
        engine.dispose()
        kept = _copy(aside, fresh)
        # Of several who would change the mode at once, SQLite refuses some without waiting.
        with suppress(sqlite3.Error), closing(sqlite3.connect(fresh)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        with files.refusing(file):
            os.replace(fresh, file)
    logger.error(
        "%s was damaged; it lies at %s now, and %d rows of it were kept", file, aside, kept
    )


def lock_of(file: Path) -> Path:
    """Return the file that is locked while a database is made, migrated or replaced."""
    return file.with_name(f"{file.name}.lock")


def _was_ours(file: Path) -> bool:
    """Whether a file was a store: it has our own name, or was made under the lock beside it."""
    return file.name == FILE or lock_of(file).exists()


def _is_whole(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(file)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error:
        return False
    return bool(found == ("ok",))


def _copy(source: Path, target: Path) -> int:
    kept = 0
    with closing(sqlite3.connect(target)) as new, suppress(sqlite3.Error):
        with closing(sqlite3.connect(source)) as old:
            old.execute("PRAGMA writable_schema = ON")  # so that a file cut off is read at all
            for table in SCHEMA.tables:
                for row in _rows(old, table):
                    with suppress(sqlite3.Error):
                        # Of an earlier schema: what came later was added behind.
                        row += (None,) * (len(SCHEMA.tables[table].columns) - len(row))
                        marks = ", ".join("?" * len(row))
                        new.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)
                        kept += 1
        new.commit()
    return kept


def _rows(old: sqlite3.Connection, table: str) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a table that can be read, past those that cannot."""
    last, missed = 0, 0
    while missed < MOST_MISSED:
        try:
            for number, *row in old.execute(
                f"SELECT rowid, * FROM {table} WHERE rowid > ? ORDER BY rowid", (last,)
            ):
                last, missed = number, 0
                yield tuple(row)
            return
        except sqlite3.Error:
            last, missed = last + 1, missed + 1
