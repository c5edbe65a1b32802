"""Who wants a job: those who asked for it.

A job belongs to nobody: two who ask for the same study share it. So whoever cancels takes back
what they asked for, and the job ends when nobody else is left who wants it. To look at a job is
not to ask for it: who only watches neither keeps it nor can end it. What a person wants is in the
store, for all processes that share it (:mod:`moeviz.engine.wishes`); this module knows besides
which of a person's pages asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from moeviz.engine import EngineError
from moeviz.engine.errors import LostStoreError
from moeviz.engine.shelf import NOTHING, UNSURE
from moeviz.errors import MoevizError
from moeviz.ui.shared.person import person
from moeviz.ui.shared.session import wished_by, withdraw

MOST_JOBS = 1000
"""Jobs of which it is known which pages asked; the oldest are forgotten."""

READ_SECONDS = 0.5
"""For so long what the store said of a job's wishes is not asked for again: forty who look at one
job read it as often as one does. What this server's own pages wish is known at once."""


class Interest:
    """Knows who wants which job. All methods may be called from any thread.

    Parameters
    ----------
    withdraw : callable
        Takes a person's wish back: job, person, whether to remember it. Returns whether the job is
        at rest then.
    wished_by : callable
        Returns the persons who want a job.
    """

    def __init__(
        self,
        withdraw: Callable[[str, str, bool], bool],
        wished_by: Callable[[str], set[str]],
    ) -> None:
        self._withdraw = withdraw
        self._wished_by = wished_by
        self._lock = threading.Lock()
        self._pages: dict[str, set[str]] = {}
        self._read: dict[str, tuple[float, set[str]]] = {}

    @contextmanager
    def asked(self, job: str, visitor: str) -> Iterator[None]:
        """Note that a page asks for a job, which is submitted meanwhile; not if it is refused.

        Parameters
        ----------
        job : str
            The job's name.
        visitor : str
            The page, as :func:`moeviz.ui.shared.person.visitor` names it.
        """
        with self._lock:
            pages = self._pages.pop(job, set())
            known = visitor in pages
            self._pages[job] = pages | {visitor}
            for oldest in list(self._pages)[:-MOST_JOBS]:
                del self._pages[oldest]
        try:
            yield
        except EngineError:
            if not known:
                self._leave(job, visitor, everywhere=False)
            raise
        finally:
            self._read.pop(job, None)

    def wants(self, job: str, visitor: str) -> bool:
        """Return whether a job is wanted by the person whose page it is.

        Parameters
        ----------
        job, visitor : str
            As of :meth:`asked`.
        """
        now = time.monotonic()
        read_at, persons = self._read.get(job, (now - READ_SECONDS, set()))
        if now - read_at >= READ_SECONDS:
            persons = self.persons(job)
            self._read[job] = now, persons
            for oldest in list(self._read)[:-MOST_JOBS]:
                self._read.pop(oldest, None)
        return person(visitor) in persons

    def persons(self, job: str) -> set[str]:
        """Return who wants a job, nobody where there is none of that name.

        Where the store does not answer these are those of whom it is known.

        Parameters
        ----------
        job : str
            The job's name.
        """
        try:
            return self._asked(job)
        except LostStoreError:
            with self._lock:
                here = {person(page) for page in self._pages.get(job, ())}
            return here | self._read.get(job, (0.0, set()))[1]

    def _asked(self, job: str) -> set[str]:
        try:
            return self._wished_by(job)
        except LostStoreError:
            raise
        except MoevizError:
            return set()

    def withdraw(self, job: str, visitor: str, everywhere: bool = False) -> bool:
        """Take a page's wish back, and cancel the job if nobody else wants it.

        Nothing happens to a job that the person never asked for, whoever else did.

        Parameters
        ----------
        job, visitor : str
            As of :meth:`asked`.
        everywhere : bool
            Whether to take back as well what the same person's other pages wish, such as this one
            before it was loaded again. If not, and this was all that the person wanted of it, it is
            forgotten that they ever asked.

        Returns
        -------
        bool
            Whether the job is at rest now.

        Raises
        ------
        EngineError
            If the job cannot be cancelled; nothing has changed then.
        """
        with self._lock:
            before = self._pages.get(job)
        if self._leave(job, visitor, everywhere):
            return False
        try:
            wanted = person(visitor) in self._asked(job)
            rests = wanted and self._withdraw(job, person(visitor), everywhere)
        except LostStoreError as error:
            if before is not None:
                with self._lock:
                    self._pages[job] = before | self._pages.get(job, set())
            words = UNSURE if str(error) == UNSURE else NOTHING
            raise LostStoreError(words, error.path) from error
        self._read.pop(job, None)
        return rests

    def _leave(self, job: str, visitor: str, everywhere: bool) -> bool:
        """Forget that a page asked; return whether another page of the same person did."""
        own = person(visitor)
        with self._lock:
            pages = self._pages.pop(job, set()) - {visitor}
            if everywhere:
                pages = {page for page in pages if person(page) != own}
            if pages:
                self._pages[job] = pages
            return any(person(page) == own for page in pages)


INTEREST = Interest(withdraw, wished_by)
"""Of this server."""
