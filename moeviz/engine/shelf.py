"""The store's database, from outside: nothing of it is loaded before it is needed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from moeviz.engine.brief import Brief, Call, LateError
from moeviz.engine.errors import LostStoreError, StoreError, unreachable

if TYPE_CHECKING:
    from moeviz.engine.database.base import Database

T = TypeVar("T")

FILE = "store.db"

"""Name of SQLite's file in the store's folder."""

NO_FILE = (None, "", ":memory:")
"""What an address of SQLite has in the place of a file where there is none."""

NOTHING = (
    "Expected the database of finished work to answer, but it does not, and nothing was changed; "
    "try again once it does."
)
"""What is said of something that was not done, and will not be."""

UNSURE = (
    "Expected the database of finished work to answer, but it does not; look in a minute whether "
    "this was done, and try again if not."
)
"""What is said where the answer to the last step alone is missing."""

_PASSWORD = re.compile(r"://([^:/@]*):[^@]*@")

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
        self._brief = Brief()

    def briefly(self, work: Callable[[], T], about: Hashable = None) -> T:
        """Return what `work` finds in the store, for somebody who cannot wait for long.

        Parameters
        ----------
        work : function
            Reads, and may go on to its end when nobody waits for it any more.
        about : hashable, optional
            Of questions about the same one is asked at a time.

        Raises
        ------
        LostStoreError
            If the database does not answer within a moment.
        """
        try:
            return self._brief.ask(lambda call: work(), about)
        except LateError:
            raise unreachable(self.place) from None

    def write_briefly(self, work: Work[T]) -> T:
        """Return what `work` returns once all that it wrote is kept, if that does not take long.

        Raises
        ------
        LostStoreError
            If the database does not answer within a moment. Nothing is written then, nor later,
            unless the answer to the last step alone is missing, which is said.
        StoreError
            If it cannot be written to.
        """

        def ask(call: Call) -> T:
            def held(rows: Any, connection: Any) -> T:
                call.ends = False
                call.stay()
                found = work(rows, connection)
                call.stay()
                call.ends = True
                return found

            return self.write(held)

        try:
            return self._brief.ask(ask)
        except LateError as late:
            raise LostStoreError(UNSURE if late.kept else NOTHING, self.place) from None

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
        """Whether somebody waits for a database that does not answer."""
        return self._brief.late or (self._made is not None and self._made.awaited)

    def tidy(self) -> None:
        """Give the room of what was deleted back to the disk."""
        self._database.tidy()

    @property
    def place(self) -> str:
        """Where finished work is, for whoever runs this; without a password."""
        return str(self._root) if self.url is None else _PASSWORD.sub(r"://\1:***@", self.url)

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
