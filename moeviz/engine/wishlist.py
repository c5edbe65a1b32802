"""What the store says of who wants one job."""

from __future__ import annotations

from typing import Any

from moeviz.engine.name import Name
from moeviz.engine.shelf import Shelf


class Wishlist:
    """The wishes of one job, as rows of the database.

    Parameters
    ----------
    name : Name
        What the job is called.
    shelf : Shelf
        The store's database.
    """

    def __init__(self, name: Name, shelf: Shelf) -> None:
        self._name = name
        self._shelf = shelf

    def add(self, *visitors: str, over: bool = False) -> None:
        """Note that visitors asked for the job.

        Parameters
        ----------
        *visitors : str
            Names of visitors, drawn by chance; "" for somebody who does not say.
        over : bool
            Whether the job had come to its end already.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """

        def write(rows: Any, connection: Any) -> None:
            for visitor in visitors:
                rows.wishes.add(connection, self._name, visitor, over)

        self._shelf.write(write)

    def withdraw(
        self,
        visitor: str,
        since: float = 0.0,
        keep: bool = True,
        stop: bool = False,
        patient: bool = False,
    ) -> set[str]:
        """Note that a visitor does not want the job any more, and return who does.

        Of two who withdraw at the same time, in whatever process, one is told that nobody is left.

        Parameters
        ----------
        visitor : str
        since : float
            Wishes from before count no more, in seconds since the epoch.
        keep : bool
            Whether to remember that they had asked for it.
        stop : bool
            Whether to ask the engine that computes the job to stop, if nobody is left.
        patient : bool
            Whether to wait for a database that does not answer; else nothing is done then.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """

        def write(rows: Any, connection: Any) -> set[str]:
            rows.records.hold(connection, self._name)
            rows.wishes.withdraw(connection, self._name, visitor, keep)
            left = set(rows.wishes.by(connection, self._name, since))
            if stop and not left:
                rows.cancels.ask(connection, self._name, "visitors")
            return left

        return self._shelf.write(write) if patient else self._shelf.write_briefly(write)

    def end(self, *visitors: str) -> None:
        """Note that some visitors, or all if none is named, do not want the job any more.

        Raises
        ------
        StoreError
            If the database cannot be written to.
        """
        self._shelf.write(lambda rows, c: rows.wishes.end(c, self._name, visitors or None))

    def by(self, since: float = 0.0) -> set[str]:
        """Return the visitors who want the job, and have asked for it since a moment.

        Raises
        ------
        StoreError
            If the database cannot be read.
        """
        nobody: set[str] = set()
        return self._shelf.read(lambda rows, c: rows.wishes.by(c, self._name, since), nobody)
