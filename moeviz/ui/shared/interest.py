"""Who wants a job: those who asked for it and those who watch it.

A job belongs to nobody: two who ask for the same study share it. So whoever cancels takes back
what they asked for, and the job ends when nobody else is left who wants it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from moeviz.engine import EngineError
from moeviz.errors import MoevizError
from moeviz.ui.shared.person import person
from moeviz.ui.shared.session import cancel, share

logger = logging.getLogger(__name__)

GONE_AFTER = 90.0
"""Seconds without a sign of life after which a visitor no longer counts.

A browser lets a hidden page's timers run but once a minute, and such a page is still there.
"""


MOST_JOBS = 1000
"""With more jobs than this, those that nobody looks at any more are forgotten at once."""


@dataclass
class _Part:
    """One visitor's part in one job."""

    wants: bool
    last: float
    streams: int = 0

    def counts(self, now: float) -> bool:
        return self.wants and self.here(now)

    def here(self, now: float) -> bool:
        return self.streams > 0 or now - self.last <= GONE_AFTER


class Interest:
    """Counts who wants which job. All methods may be called from any thread.

    Parameters
    ----------
    cancel : callable
        Ends a job, by its name.
    clock : callable
        Seconds; for tests.
    share : callable
        Is told who wants a job by now, when somebody has taken their wish back: the job's name and
        the persons.
    """

    def __init__(
        self,
        cancel: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        share: Callable[[str, Collection[str]], None] = lambda job, persons: None,
    ) -> None:
        self._cancel = cancel
        self._share = share
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: dict[str, dict[str, _Part]] = {}
        self._withdrawn: set[str] = set()

    def want(self, job: str, visitor: str) -> None:
        """Note that a visitor asks for a job; to be called before the job is submitted.

        In the other order somebody who withdraws meanwhile could end a job that was just asked for.

        Parameters
        ----------
        job : str
            The job's name.
        visitor : str
            Who asks.
        """
        with self._lock:
            self._forget()
            self._withdrawn.discard(job)
            self._part(job, visitor).wants = True

    @contextmanager
    def asked(self, job: str, visitor: str) -> Iterator[None]:
        """Note that a visitor asks for a job, which is submitted meanwhile; not if it is refused.

        Parameters
        ----------
        job, visitor : str
            As of :meth:`want`.
        """
        self.want(job, visitor)
        try:
            yield
        except EngineError:
            self.refused(job, visitor)
            raise

    def seen(self, job: str, visitor: str) -> None:
        """Note a sign of life of a visitor who looks at a job; whoever looks wants it.

        Parameters
        ----------
        job : str
            The job's name.
        visitor : str
            Who looks; "" for somebody who does not say, and who does not count.
        """
        if visitor:
            with self._lock:
                if len(self._jobs) > MOST_JOBS:
                    self._forget()
                self._part(job, visitor)

    @contextmanager
    def watching(self, job: str, visitor: str) -> Iterator[None]:
        """Count a visitor among those who want a job for as long as a stream is open, and a while.

        Parameters
        ----------
        job : str
            The job's name.
        visitor : str
            Who watches; "" for somebody who does not say, and who does not count.
        """
        if not visitor:
            yield
            return
        with self._lock:
            part = self._part(job, visitor)
            part.streams += 1
        try:
            yield
        finally:
            with self._lock:
                part.streams -= 1
                part.last = self._clock()

    def withdraw(self, job: str, visitor: str, everywhere: bool = False) -> bool:
        """Take a visitor's wish back, and cancel the job if nobody else wants it.

        Where others want it who may be gone already, the job ends as soon as they no longer count.

        Parameters
        ----------
        job : str
            The job's name.
        visitor : str
            Whose wish it was.
        everywhere : bool
            Whether to take back as well what the same person's other pages wish, such as this one
            before it was loaded again.

        Returns
        -------
        bool
            Whether the job was cancelled.

        Raises
        ------
        EngineError
            If the job cannot be cancelled.
        """
        with self._lock:
            self._forget()
            self._part(job, visitor).wants = False
            for other, part in self._jobs[job].items():
                if everywhere and person(other) == person(visitor):
                    part.wants = False
            if self._wanted(job):
                if job not in self._withdrawn:
                    self._withdrawn.add(job)
                    self._look_again(job)
                self._tell(job)
                return False
            # Under the lock: who asks for the job now waits, and has it go on.
            self._cancel(job)
            return True

    def review(self, job: str) -> None:
        """Cancel a job that somebody withdrew from and that nobody wants any more.

        Parameters
        ----------
        job : str
            The job's name.
        """
        with self._lock:
            if job not in self._withdrawn:
                return
            if self._wanted(job):
                self._look_again(job)
                self._tell(job)
                return
            self._withdrawn.discard(job)
            try:
                self._cancel(job)
            except MoevizError as error:
                # Nobody waits for an answer: the job may be gone since, or its folder be shut.
                logger.info("A job that nobody wants could not be cancelled: %s", error)

    def refused(self, job: str, visitor: str) -> None:
        """Forget a wish for a job that was not taken on.

        Parameters
        ----------
        job : str
            The job's name.
        visitor : str
            Whose wish it was.
        """
        with self._lock:
            self._jobs.get(job, {}).pop(visitor, None)

    def _tell(self, job: str) -> None:
        now = self._clock()
        persons = {person(name) for name, part in self._jobs[job].items() if part.counts(now)}
        try:
            self._share(job, persons)
        except MoevizError as error:  # Nobody waits for an answer.
            logger.info("It could not be said who wants a job: %s", error)

    def _wanted(self, job: str) -> int:
        return sum(part.counts(self._clock()) for part in self._jobs.get(job, {}).values())

    def _look_again(self, job: str) -> None:
        timer = threading.Timer(GONE_AFTER + 1.0, self.review, (job,))
        timer.daemon = True
        timer.start()

    def wanted_by(self, job: str) -> int:
        """Return how many visitors want a job.

        Parameters
        ----------
        job : str
            The job's name.
        """
        with self._lock:
            return self._wanted(job)

    def _part(self, job: str, visitor: str) -> _Part:
        now = self._clock()
        part = self._jobs.setdefault(job, {}).setdefault(visitor, _Part(True, now))
        part.last = now
        return part

    def _forget(self) -> None:
        now = self._clock()
        kept = {
            job: {name: part for name, part in parts.items() if part.here(now)}
            for job, parts in self._jobs.items()
        }
        self._jobs = {job: parts for job, parts in kept.items() if parts}


INTEREST = Interest(cancel, share=share)
"""Of this server."""
