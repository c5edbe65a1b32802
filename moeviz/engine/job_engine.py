"""The life cycle of a job of any kind: submit it, look at it, wait for it, cancel it."""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from moeviz.engine.dispatch import Runner
from moeviz.engine.ended_by import MESSAGES, By
from moeviz.engine.errors import EngineError, LostStoreError
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Kind, Specification
from moeviz.engine.ledger import Ledger
from moeviz.engine.limits import Limits
from moeviz.engine.monitor import Monitor
from moeviz.engine.snapshot import AWAY, Snapshot
from moeviz.engine.store import Store

GLANCE_SECONDS = 0.3
"""How often :meth:`JobEngine.wait` looks at a job that another process computes."""


class JobEngine:
    """Runs jobs at one place and keeps what they find.

    The place opens in the background: the engine can be used at once, and what is submitted
    meanwhile waits. All methods may be called from any thread.

    Parameters
    ----------
    kinds : sequence of Kind
        What kinds of job are run.
    store : Store or path, optional
        Where finished blocks are kept; default ``Store()``.
    runner : Runner
        The place where blocks are computed.
    device : str
        ``"cpu"``, ``"cuda"``, or ``"auto"`` for what the place turns out to have.
    most_waiting : int, optional
        Jobs that may wait at once; default any number.
    most_each, most : int, optional
        Jobs that may wait or run at once for one visitor, and for all who say who they are; default
        any number.
    """

    def __init__(
        self,
        kinds: Sequence[Kind],
        store: Store | Path | str | None,
        runner: Runner,
        device: str = "auto",
        most_waiting: int | None = None,
        most_each: int | None = None,
        most: int | None = None,
    ) -> None:
        self.store = store if isinstance(store, Store) else Store(store)
        self._any_device = device == "auto"
        self._limits = Limits(most_waiting, most_each, most)
        self._ledger = Ledger(kinds, self.store)
        likely = "cuda" if device == "cuda" else "cpu"
        self._monitor = Monitor(self._ledger, self.store, runner, likely, self._any_device)
        self._closed = False
        self._monitor.start()
        atexit.register(self.close)

    def submit(self, spec: Specification, visitor: str = "") -> str:
        """Have a job computed, as far as it is not computed already.

        A job that is running or finished, here or in another process on the same store, is not
        computed again. One that was cancelled, interrupted or failed goes on where it stopped.

        Parameters
        ----------
        spec : Specification
            What describes the job.
        visitor : str
            Who asks. Workers take turns over visitors, and over the jobs of each; those who do not
            say who they are count as one.

        Returns
        -------
        str
            The job's name, which is the specification's hash.

        Raises
        ------
        EngineError
            If the engine is closed, or there are too many jobs.
        """
        self._refuse_if_closed()
        job = self._ledger.admit(spec, self._monitor.device_for, self._any_device)
        with self._ledger.changed:
            self._refuse_if_closed()
            job = self._ledger.known(job)
            begins = not job.active and not job.settled
            if begins:
                self._limits.check(self._ledger, job.kind.name, visitor)
            if not job.active:
                job.visitors.clear()
            if begins:
                job.unsaid.clear()
            if visitor or begins:
                job.unsaid.add(visitor)
            job.visitors |= {visitor} - {""}
            if job.active and not job.mine:
                self._monitor.follow(job)
            elif begins:
                self._monitor.begin(job)
            if visitor and not begins:
                self._monitor.say_wishes(job)
            return job.job_id

    def cancel(self, wanted: str | Specification, by: By = "visitors") -> None:
        """Stop a job, whoever wants it; finished blocks stay.

        Nothing happens to a job that has ended. One of another process is asked to stop through the
        store.

        Parameters
        ----------
        wanted : str or Specification
            Name of the job, or what describes it.
        by : {"visitors", "lecturer", "command"}
            By whose power, which those who wanted it are told.

        Raises
        ------
        UnknownJobError
            If there is no such job.
        StoreError
            If another process computes it and the store cannot be written to, or does not answer
            within a moment: it goes on then.
        """
        job = self._find(wanted)
        elsewhere = job.active and not job.mine
        if elsewhere:
            job.folder.ask_cancel(by)
        with self._ledger.changed:
            if not (job.active or elsewhere):
                return
            job.visitors.clear()
            job.unsaid.clear()
            job.wanted = False
            if job.mine and job.active:
                self._monitor.end_wishes(job)
                self._monitor.withdraw(job, "cancelled", MESSAGES[by])

    def withdraw(self, wanted: str | Specification, visitor: str, keep: bool = True) -> bool:
        """Take a visitor's wish back, and stop the job if nobody else wants it.

        Parameters
        ----------
        wanted : str or Specification
            Name of the job, or what describes it.
        visitor : str
            Whose wish it was.
        keep : bool
            Whether to remember that they had asked for it.

        Returns
        -------
        bool
            Whether the job is at rest now; False where it goes on for others.

        Raises
        ------
        UnknownJobError
            If there is no such job.
        StoreError
            If another process computes it and the store cannot be written to, or does not answer
            within a moment: it goes on then.
        """
        job = self._find(wanted)
        left, asked = self._monitor.wishes.withdraw(job, visitor, keep)
        with self._ledger.changed:
            left |= job.unsaid  # Somebody may have asked for it since.
            if left or not job.active:
                return not job.active
            if job.mine:
                self._monitor.withdraw(job, "cancelled")
                return True
            job.wanted = False
        if not asked:
            job.folder.ask_cancel()
        return True

    def wished_by(self, wanted: str | Specification) -> set[str]:
        """Return the visitors who want a job, in whatever process they asked for it.

        Of a job that is computed here those known here, where the store does not answer.

        Parameters
        ----------
        wanted : str or Specification
            Name of the job, or what describes it.

        Raises
        ------
        UnknownJobError
            If there is no such job.
        LostStoreError
            If another process computes it, and the store does not answer.
        """
        job = self._find(wanted)
        try:
            return self.store.shelf.briefly(lambda: self._monitor.wishes.read(job))
        except LostStoreError:
            if job.active and not job.mine:
                raise
            return self._monitor.wishes.here(job)

    def knows(self, job: str) -> bool:
        """Return whether a job is known here without a look into the store, by its name."""
        return self._ledger.has(job)

    def look(self, wanted: str | Specification) -> Snapshot:
        """Return a job as it stands.

        Parameters
        ----------
        wanted : str or Specification
            Name of the job, or what describes it.

        Returns
        -------
        Snapshot

        Raises
        ------
        UnknownJobError
            If neither this engine nor the store knows the job.
        """
        job = self._find(wanted)
        with self._ledger.changed:
            found, unread = job.snapshot(), job.unanswered and not job.mine
        away = found.active and (unread or self.store.shelf.awaited)
        return replace(found, message=AWAY) if away else found

    def state(self, wanted: str | Specification, block_id: str) -> bytes | None:
        """Return what a block left for the one that goes on from it.

        Only the newest of each chain of blocks is kept: what the last of its blocks that is among
        a snapshot's results left, until the next one ends. It is read from the store, which takes
        a moment where it is large.

        Parameters
        ----------
        wanted : str or Specification
            Name of the job, or what describes it.
        block_id : str
            The block.

        Returns
        -------
        bytes or None
            None where nothing is kept (any more), or where it is damaged.

        Raises
        ------
        UnknownJobError
            If there is no such job.
        """
        return self._find(wanted).folder.states.read(block_id)

    def wait(
        self,
        wanted: str | Specification,
        timeout: float | None = None,
        on_change: Callable[[Snapshot], None] | None = None,
    ) -> Snapshot:
        """Wait until a job has ended.

        Parameters
        ----------
        wanted : str or Specification
            Name of the job, or what describes it.
        timeout : float, optional
            Seconds after which to return in any case.
        on_change : function of a Snapshot, optional
            Called in the waiting thread, at first and after every change.

        Returns
        -------
        Snapshot
            The last one; look at its ``state``.

        Raises
        ------
        UnknownJobError
            If there is no such job.
        """
        end = None if timeout is None else time.monotonic() + timeout
        seen: int | None = None
        while True:
            snapshot = self.look(wanted)
            if on_change is not None and snapshot.version != seen:
                on_change(snapshot)
            seen = snapshot.version
            left = None if end is None else end - time.monotonic()
            if not snapshot.active or (left is not None and left <= 0):
                return snapshot
            self._sleep_until_changed(wanted, seen, left)

    def close(self) -> None:
        """End the engine and what it started; what it is computing becomes ``interrupted``."""
        with self._ledger.changed:
            if self._closed:
                return
            self._closed = True
        self._monitor.close()
        self.store.close()
        with suppress(Exception):
            atexit.unregister(self.close)

    def __enter__(self) -> Self:
        """Return the engine, to be closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the engine."""
        self.close()

    def _find(self, wanted: str | Specification) -> Job:
        """Return a job as it stands; go on with it if it is wanted here and its process died."""
        job = self._ledger.find(wanted, self._monitor.device)
        run = job.run
        if not job.wanted or job.active or self._closed:
            return job
        with suppress(LostStoreError):  # who asks again learns that
            if self.store.shelf.briefly(lambda: self._monitor.goes_on(job)):
                with self._ledger.changed:
                    if job.wanted and job.run == run and not (job.active or self._closed):
                        self._monitor.begin(job)
        return job

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise EngineError("Expected an open engine, but it was closed; make a new one.")

    def _sleep_until_changed(
        self, wanted: str | Specification, version: int, seconds: float | None
    ) -> None:
        changed, job = self._ledger.changed, self._find(wanted)
        with changed:
            if job.version != version:
                return
            if not job.mine:
                seconds = GLANCE_SECONDS if seconds is None else min(seconds, GLANCE_SECONDS)
            changed.wait(seconds)
