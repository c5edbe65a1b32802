"""The store's database, from outside: nothing of it is loaded before it is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from moeviz.engine.errors import StoreError

if TYPE_CHECKING:
    from moeviz.engine.database.base import Database

T = TypeVar("T")

FILE = "store.db"

"""Name of SQLite's file in the store's folder."""

NO_FILE = (None, "", ":memory:")
"""What an address of SQLite has in the place of a file where there is none."""

Work = Callable[[Any, Any], T]
"""Takes :mod:`moeviz.engine.rows` and a connection."""


class Shelf:
    """Where rows are read and written. All methods may be called from any thread.

    Parameters
    ----------
    root : Path
        The store's folder, in which SQLite's file lies unless `url` says otherwise.
    url : str, optional
        A URL of SQLAlchemy's.

    Attributes
    ----------
    url : str or None
    """

    def __init__(self, root: Path, url: str | None) -> None:
        self._root = root
        self.url = url
        self._making = threading.Lock()
        self._made: Database | None = None

    def read(self, work: Work[T], absent: T) -> T:
        """Return what `work` reads; `absent` where nothing was written yet.

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        if self._made is None and self.url is None and not (self._root / FILE).exists():
            return absent
        from moeviz.engine import rows

        return self._database.read(lambda connection: work(rows, connection), absent)

    def write(self, work: Work[T]) -> T:
        """Return what `work` returns, once all that it wrote is kept.

        Within another call in the same thread it is a part of that one.

        Raises
        ------
        StoreError
            If the database cannot be written to; nothing is kept then.
        """
        from moeviz.engine import rows

        return self._database.write(lambda connection: work(rows, connection))

    @property
    def awaited(self) -> bool:
        """Whether something that is to be kept waits for a database that is out of reach."""
        return self._made is not None and self._made.awaited

    def tidy(self) -> None:
        """Give the room of what was deleted back to the disk."""
        self._database.tidy()

    def close(self) -> None:
        """Close all connections; the next use opens them again."""
        if self._made is not None:
            self._made.close()

    @property
    def _database(self) -> Database:
        with self._making:
            if self._made is None:
                from sqlalchemy import URL, make_url
                from sqlalchemy.exc import ArgumentError

                from moeviz.engine.database.base import Database

                url = URL.create("sqlite", database=str(self._root / FILE))
                if self.url is not None:
                    try:
                        url = make_url(self.url)
                        url.get_dialect().import_dbapi()
                        if url.get_backend_name() == "sqlite" and url.database in NO_FILE:
                            raise ValueError("nothing would be kept")
                    except (ArgumentError, ImportError, ValueError) as error:
                        raise StoreError(
                            "Expected MOEVIZ_STORE to be an address of a database, as "
                            "postgresql+psycopg://user@host/name, but it cannot be read as one; "
                            "mend it, or leave it out."
                        ) from error
                self._made = Database(url)
            return self._made
