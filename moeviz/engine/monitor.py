"""The one thread that talks to where jobs are computed, and writes the store.

Everything that happens to a job arrives here as a message and is handled one at a time: a
submission, a block that came back, a cancel, workers that came or were lost. Between messages
the thread sleeps. Only while this engine computes, or follows another process that does, it wakes
twice a second to look whether somebody asked through the store for a cancel, and to say that it
is alive.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any

from moeviz.engine.dispatch import Connection, Runner
from moeviz.engine.ended_by import MESSAGES, By
from moeviz.engine.errors import LostStoreError, StoreError
from moeviz.engine.executor import Executor
from moeviz.engine.history import History
from moeviz.engine.jobs import Job
from moeviz.engine.keeper import Keeper
from moeviz.engine.kind import Kind
from moeviz.engine.ledger import Ledger
from moeviz.engine.mailbox import Mailbox
from moeviz.engine.name import Name
from moeviz.engine.owner import BEAT_SECONDS, EngineToken, Owner
from moeviz.engine.snapshot import JobState
from moeviz.engine.store import Store
from moeviz.engine.wishes import Wishes

logger = logging.getLogger(__name__)


class Monitor:
    """Runs the jobs of a ledger.

    Parameters
    ----------
    ledger : Ledger
        The jobs, and the lock that guards them.
    store : Store
        Where blocks are written.
    runner : Runner
        The place where jobs are computed.
    device : str
        ``"cpu"`` or ``"cuda"``: what that will be, as far as is known before it is open.
    any_device : bool
        Whether a job may be handed on to processors where the GPUs are gone.

    Attributes
    ----------
    wishes : Wishes
        Who wants which job.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        runner: Runner,
        device: str,
        any_device: bool = True,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._device = device
        self._token = EngineToken()
        self._mailbox = Mailbox("moeviz-monitor", self._tick, self._busy)
        self.wishes = Wishes(ledger, later=self._mailbox.post)
        self._keeper = Keeper(ledger, Owner.here(self._token))
        self._executor = Executor(
            ledger,
            store,
            runner,
            self._keeper,
            self.wishes,
            any_device,
            post=self._mailbox.post,
            taken=self._follow_if_taken,
        )
        self._endings = self._executor.endings
        self._followed: list[Job] = []
        self._next_beat = 0.0

    # --- Called by the engine, from any thread.

    @property
    def connection(self) -> Connection | None:
        """The open place where jobs are computed; None while it is being opened."""
        return self._executor.connection

    @property
    def history(self) -> History:
        """Which blocks came back lately."""
        return self._executor.history

    @property
    def device(self) -> str:
        """The kind of device that studies run on, as far as it is known."""
        return self.connection.device if self.connection is not None else self._device

    def device_for(self, kind: Kind, spec: Any) -> str:
        """Return the kind of device that a job would run on, as far as it is known."""
        place = self.connection
        return self._device if place is None else place.device_for(kind, spec)

    def start(self) -> None:
        """Start the thread and begin to open the runner."""
        self._mailbox.post(self._executor.open)
        self._mailbox.start()

    def begin(self, job: Job) -> None:
        """Take a job that nobody computes. The ledger's lock must be held."""
        job.mine, job.held, job.wanted = True, False, False
        job.run += 1
        job.renew()
        job.become("waiting", None if self.connection else "Waiting for the workers to start.")
        self._ledger.changed.notify_all()
        logger.info("Job %s begins", job.job_id)
        self._mailbox.post(partial(self._executor.begin, job, job.run))

    def follow(self, job: Job) -> None:
        """Watch a job that another process computes. The ledger's lock must be held."""
        if not job.wanted:
            job.wanted = True
            self._mailbox.post(partial(self._followed.append, job))

    def goes_on(self, job: Job) -> bool:
        """Whether a followed job that has ended is to be computed here. The lock must not be held.

        Raises
        ------
        LostStoreError
            If the store has to say that, and does not answer.
        """
        if job.state == "cancelled":  # By another engine, which did not know who wants it here.
            return bool(job.visitors & self.wishes.read(job))
        return job.state == "interrupted"

    def say_wishes(self, job: Job) -> None:
        """Have the store told who wants a job. The ledger's lock may be held."""
        self._mailbox.post(partial(self._say_wishes, job))

    def end_wishes(self, job: Job) -> None:
        """Have the store told that nobody wants a job. The ledger's lock may be held."""
        self._mailbox.post(partial(self.wishes.end, job))

    def withdraw(self, job: Job, state: JobState, message: str | None = None) -> None:
        """End a job of this engine at once. The ledger's lock must be held."""
        self._endings.mark(job, state, message)
        self._mailbox.post(partial(self._endings.settle, job, job.run))

    def close(self) -> None:
        """End all jobs, the runner and the thread."""
        self._mailbox.post(self._executor.close)
        self._mailbox.close(timeout=15)
        self._token.release()

    # --- Looking at the store, twice a second while something is going on.

    def _busy(self) -> bool:
        return bool(self._executor.runs or self._followed)

    def _tick(self) -> None:
        begun = self._executor.runs.begun()
        asked = self._cancels_asked([job for job, _ in begun])
        for job, number in begun:
            with self._endings.failing(job, number):
                look = asked is None or job.folder.name in asked
                by = _cancel_asked(job) if look else None
                if by and not self.wishes.of(job):
                    self._endings.end(job, number, "cancelled", MESSAGES[by])
        if time.monotonic() >= self._next_beat:
            self._beat()
            self._next_beat = time.monotonic() + BEAT_SECONDS
        for job in list(self._followed):
            self._look_after(job)
        self._executor.look_for_workers()
        self._executor.say_standings()

    def _cancels_asked(self, jobs: list[Job]) -> set[Name] | None:
        """Return which jobs shall stop; None where only a look at each can tell."""
        try:
            return self._store.cancels_asked([job.folder.name for job in jobs])
        except StoreError:
            return None

    def _look_after(self, job: Job) -> None:
        """Take a followed job over when its process has died; let it go when it has ended."""
        self._ledger.refresh(job)
        if job.wanted and job.active and not job.mine:
            return
        try:
            run, goes_on = job.run, job.wanted and not job.mine and self.goes_on(job)
        except LostStoreError:
            return
        with self._ledger.changed:
            if job.wanted and job.active and not job.mine:
                return  # it was begun by somebody meanwhile
            self._followed.remove(job)
            if goes_on and job.wanted and not job.mine and job.run == run:
                self.begin(job)
            job.wanted = False

    def _follow_if_taken(self, job: Job) -> None:
        with self._ledger.changed:
            if job.active and not job.mine:
                self.follow(job)

    def _beat(self) -> None:
        """Say that this engine is alive; let go of jobs that another has taken."""
        begun = self._executor.runs.begun()
        if not begun:
            return
        jobs = [job for job, _ in begun]
        try:
            gone = self._keeper.beat(self._store, jobs)
        except LostStoreError:
            return  # what has to be written waits for it
        except StoreError:
            gone = jobs  # of each the store says whether it must be kept
        for job, number in begun:
            if job in gone:
                with self._endings.failing(job, number):
                    self._endings.save(job)
        self._share(jobs)

    def _share(self, jobs: list[Job]) -> None:
        """Have jobs computed in the turns of all who want each, by whatever engine they asked."""
        found = self.wishes.of_all(jobs, self._store)
        with self._ledger.changed:
            for job, visitors in found:
                if visitors and job.mine:
                    job.visitors = visitors

    def _say_wishes(self, job: Job) -> None:
        if all(kept is not job for kept, _ in self._executor.runs.pending):  # Else when it begins.
            self.wishes.say(job)


def _cancel_asked(job: Job) -> By | None:
    """Return who asked for a job's end through the store, as far as that answers."""
    try:
        return job.folder.take_cancel()
    except LostStoreError:
        return None  # what has to be written waits for it
