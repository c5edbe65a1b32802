"""How jobs end: marked at once, written to the store after that, and let go of."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from moeviz.engine.errors import StoreError
from moeviz.engine.jobs import Job
from moeviz.engine.keeper import Keeper
from moeviz.engine.ledger import Ledger
from moeviz.engine.runs import Runs
from moeviz.engine.snapshot import JobState
from moeviz.errors import MoevizError

UNKNOWN = (
    "Expected the engine to go on, but it met an error that it does not know, which is in the "
    "server's log; run it again."
)
"""What is said of a job that something unexpected happened to."""

logger = logging.getLogger(__name__)


class Endings:
    """Ends jobs of one engine, and writes how they stand. For one thread, but for :meth:`mark`.

    Parameters
    ----------
    ledger : Ledger
        The jobs, and the lock that guards them.
    keeper : Keeper
        Who writes them to the store.
    runs : Runs
        What is under way.
    freed : function
        Called when a job has ended: there is a place for others' blocks.
    taken : function
        Takes a job that another engine has taken over.
    """

    def __init__(
        self,
        ledger: Ledger,
        keeper: Keeper,
        runs: Runs,
        freed: Callable[[], None],
        taken: Callable[[Job], None],
    ) -> None:
        self._ledger = ledger
        self._keeper = keeper
        self._runs = runs
        self._freed = freed
        self._taken = taken

    def end(self, job: Job, number: int, state: JobState, message: str | None = None) -> None:
        """End a run of a job, unless that has ended."""
        with self._ledger.changed:
            if job.run != number:
                return
            self.mark(job, state, message)
        self.settle(job, job.run)

    def mark(self, job: Job, state: JobState, message: str | None = None) -> None:
        """Say that a job has ended. The ledger's lock must be held; any thread may call it."""
        job.run += 1
        job.become(state, message)
        logger.info("Job %s is %s", job.job_id, state)
        self._ledger.changed.notify_all()

    def settle(self, job: Job, number: int) -> None:
        """Do for a job that was marked as ended what takes time."""
        self._runs.forget(job)
        try:
            if job.run == number:
                self.save(job)
        except StoreError as error:
            # What is in memory stays there for the pages; the store will be behind.
            logger.error("The end of a job could not be written to %s: %s", error.path, error)
        except MoevizError:
            logger.exception("The end of a job could not be written")
        self._freed()

    def save(self, job: Job) -> None:
        """Write how a job stands; let go of it where another engine has it."""
        if not self._keeper.save(job):
            self._runs.forget(job)
            self._taken(job)

    @contextmanager
    def failing(self, job: Job, number: int) -> Iterator[None]:
        """Turn an error into the end of the job that it happened to."""
        try:
            yield
        except MoevizError as error:
            if isinstance(error, StoreError):
                logger.error("%s: %s", error.path, error)
            self.end(job, number, "failed", str(error))
        except Exception:
            logger.exception("The engine met an unexpected error")
            self.end(job, number, "failed", UNKNOWN)
