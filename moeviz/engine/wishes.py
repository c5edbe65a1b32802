"""Who wants a job: what the store says, and what it has not been told yet.

A wish lasts until it is taken back, until the job is done or has failed, or for
:data:`COUNTS_SECONDS`. It is in the store, so that it outlives the page, the browser and the
engine, and is the same for all processes that share the store. Until it is there, and where the
store refuses, it is in memory.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

from moeviz.engine.errors import LostStoreError, StoreError
from moeviz.engine.jobs import Job
from moeviz.engine.ledger import Ledger
from moeviz.engine.store import Store

COUNTS_SECONDS = 7 * 86_400.0
"""How long a wish counts, in case whoever had it never comes back."""

logger = logging.getLogger(__name__)


class Wishes:
    """The wishes of the jobs of one engine.

    Parameters
    ----------
    ledger : Ledger
        The jobs, and the lock that guards them. It must not be held by who calls what writes.
    later : function
        Has a function called by a thread that may wait for the store.
    """

    def __init__(self, ledger: Ledger, later: Callable[[Callable[[], None]], None]) -> None:
        self._ledger = ledger
        self._later = later

    def say(self, job: Job, fresh: bool = False) -> None:
        """Tell the store of wishes that it does not know of.

        Parameters
        ----------
        job : Job
        fresh : bool
            Whether the job has begun just now: who did not say who they were and asked for it
            before wants it no more.
        """
        with self._ledger.changed:
            said, folder, over = set(job.unsaid), job.folder, not job.active
        if not said and not fresh:
            return
        try:
            if fresh and "" not in said:
                folder.wishes.end("")
            if said:
                folder.wishes.add(*said, over=over)
            with self._ledger.changed:
                gone = said - job.unsaid
                job.unsaid -= said
            if gone:
                folder.wishes.end(*gone)
        except StoreError as error:
            logger.warning("It could not be written who wants a job: %s: %s", error.path, error)

    def end(self, job: Job) -> None:
        """Tell the store that nobody wants a job any more."""
        try:
            job.folder.wishes.end()
        except StoreError as error:
            logger.warning("It could not be written who wants a job: %s: %s", error.path, error)

    def of(self, job: Job) -> set[str]:
        """Return the visitors who want a job; where the store refuses, those known here."""
        try:
            return self.read(job)
        except StoreError:
            return self.here(job)

    def here(self, job: Job) -> set[str]:
        """Return the visitors who want a job, as far as they are known here."""
        with self._ledger.changed:
            return (job.visitors | job.unsaid) - {""}

    def read(self, job: Job) -> set[str]:
        """Return the visitors who want a job.

        Raises
        ------
        LostStoreError
            If the store does not answer.
        """
        try:
            found = job.folder.wishes.by(_since())
        except LostStoreError:
            raise
        except StoreError:
            found = job.visitors
        with self._ledger.changed:
            return (found | job.unsaid) - {""}

    def of_all(self, jobs: Sequence[Job], store: Store) -> list[tuple[Job, set[str]]]:
        """Return the visitors who want each of some jobs, as :meth:`of` does, in one look."""
        try:
            found = store.wishes_of([job.folder.name for job in jobs], _since())
        except StoreError:
            found = {}
        with self._ledger.changed:
            wanted = [(job, found.get(job.folder.name, job.visitors)) for job in jobs]
            return [(job, (visitors | job.unsaid) - {""}) for job, visitors in wanted]

    def withdraw(self, job: Job, visitor: str, keep: bool) -> tuple[set[str], bool]:
        """Take a visitor's wish back, and have another engine stop a job that nobody wants.

        The lock must not be held. It does not take long: of a job of ours the store is told later
        where it does not answer.

        Parameters
        ----------
        job : Job
        visitor : str
        keep : bool
            Whether to remember that they had asked for it.

        Returns
        -------
        set of str
            Who wants it still; "" stands for somebody who does not say who they are.
        bool
            Whether another engine was asked to stop it, as far as nobody does.

        Raises
        ------
        StoreError
            If the store cannot be written to, and another engine computes the job. Nothing has
            changed then.
        """
        with self._ledger.changed:
            away = job.active and not job.mine
            before = job.visitors & {visitor}, job.unsaid & {visitor}
            job.visitors.discard(visitor)
            job.unsaid.discard(visitor)
            unsaid = set(job.unsaid)
            stop = away and not unsaid
        try:
            left = job.folder.wishes.withdraw(visitor, _since(), keep, stop)
        except StoreError:
            with self._ledger.changed:
                if job.active and not job.mine:
                    job.visitors |= before[0]
                    job.unsaid |= before[1]
                    raise
                left = set(job.visitors)
            self._later(partial(self._tell, job, visitor, keep))
        with self._ledger.changed:
            # The store may have been told of these just after it was asked.
            left |= job.unsaid | (unsaid & (job.visitors | {""}))
            if job.mine:
                job.visitors = left - {""}
        return left, stop

    def _tell(self, job: Job, visitor: str, keep: bool) -> None:
        """Tell the store that a visitor took a wish back, unless they asked again since."""
        with self._ledger.changed:
            if visitor in job.visitors | job.unsaid:
                return
        try:
            job.folder.wishes.withdraw(visitor, _since(), keep, patient=True)
        except StoreError as error:
            logger.warning("It could not be written who wants a job: %s: %s", error.path, error)


def _since() -> float:
    return time.time() - COUNTS_SECONDS
