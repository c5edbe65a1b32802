"""Writing the store, and only what is ours to write."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from moeviz.engine.chains import outdated
from moeviz.engine.dispatch import Dispatch, Finished
from moeviz.engine.folder import Folder
from moeviz.engine.jobs import MESSAGES, Job
from moeviz.engine.ledger import Ledger
from moeviz.engine.owner import Owner
from moeviz.engine.record import Record
from moeviz.engine.store import Store

Results = dict[str, dict[str, Any]]
"""Finished blocks by id."""

SPENT = ("done", "failed")
"""With these ends a job has given what was wished for, or cannot."""


class Keeper:
    """Writes the jobs of one engine to the store.

    Several processes may share a store. Each job there is computed by one engine at a time: the
    one that its state names as owner, as long as that lives. Looking whose a job is and writing its
    state happen in one transaction, while nobody else is at the job. Within it the ledger's lock is
    not waited for, since who holds that may be waiting for the store.

    Parameters
    ----------
    ledger : Ledger
        The jobs, and the lock that guards them.
    owner : Owner
        The engine that writes.
    """

    def __init__(self, ledger: Ledger, owner: Owner) -> None:
        self._ledger = ledger
        self._owner = owner

    def claim(self, job: Job, number: int, folder: Folder) -> bool:
        """Make a job ours and take in what the store has of it.

        Parameters
        ----------
        job : Job
            The job.
        number : int
            The submission that this is for; nothing happens when there is a later one.
        folder : Folder
            Where it shall be computed.

        Returns
        -------
        bool
            Whether the job is ours now. If not, another engine has it (and the job mirrors it),
            or the submission is no longer wanted.

        Raises
        ------
        StoreError
            If the store cannot be written to.
        """
        taken = folder.alone(lambda: self._take(job, folder))
        if taken is None:
            self._yield(job, number, folder)
            return False
        before, found = taken
        with self._ledger.changed:
            wanted = job.run == number
            if wanted:
                job.held = True
                job.move(folder, found, before)
                self._ledger.changed.notify_all()
            unsaved = {key: job.results[key] for key in job.results.keys() - found.keys()}
            record = job.record(self._owner)
        if not wanted:
            folder.alone(lambda: folder.restore_record(before))
            return False
        folder.alone(lambda: self._begin(job, folder, unsaved, record))
        return True

    def _take(self, job: Job, folder: Folder) -> tuple[Record | None, Results] | None:
        """Make a job ours in the store, unless another engine has it."""
        before = folder.read_record(repair=True)
        if self._is_other(before):
            return None
        folder.sweep()
        folder.take_cancel()
        found = folder.read_results(job.costs, repair=True)
        old = before or Record("waiting")
        folder.write_record(
            replace(old, state="waiting", message="", owner=self._owner, beat=time.time())
        )
        return before, found

    def _begin(self, job: Job, folder: Folder, unsaved: Results, record: Record) -> None:
        folder.write_specification(job.spec.to_json())
        for block_id, result in unsaved.items():
            folder.write_result(block_id, result)
        folder.write_record(record)
        left = folder.states.among(job.costs)
        if left:
            folder.states.remove(outdated(job.kind, job.blocks, job.results, left))

    def keep(self, job: Job, block_id: str, result: Any) -> dict[str, Any] | None:
        """Write a finished block of a job that is ours, and how the job stands with it.

        With the last one goes that the job is done, so that no moment lies between the two.

        Returns
        -------
        dict or None
            As :meth:`Folder.write_result`; None, and nothing is written, if another engine has
            taken the job over.

        Raises
        ------
        StoreError
            If the store cannot be written to.
        """
        folder = job.folder
        with self._ledger.changed:
            last = job.costs.keys() - job.results.keys() == {block_id}
            stands = job.record(self._owner)
        stands = replace(stands, version=stands.version + 1)
        if last:
            stands = replace(stands, state="done", message=MESSAGES["done"])

        def write() -> dict[str, Any] | None:
            # This keeps others from the job as well, and asks nothing.
            if folder.go_on(stands):
                return folder.write_result(block_id, result)
            return folder.alone(write_first)

        def write_first() -> dict[str, Any] | None:
            if self._is_lost(job, folder.read_record()):
                return None
            folder.write_record(stands)
            return folder.write_result(block_id, result)

        return folder.together(write)

    def take_in(self, run: Dispatch, block: Any, finished: Finished) -> dict[str, Any] | None:
        """Write what a block returned, and delete what is of no use after that; see :meth:`keep`.

        Its state comes before its result, and what it had gone on from goes last: at every moment
        the store holds what the missing blocks go on from.

        Parameters
        ----------
        run : Dispatch
            Whose block.
        block : Block
            The block.
        finished : Finished
            What it returned.
        """
        states = run.job.folder.states
        result: dict[str, Any] | None = finished.result
        if finished.state is not None and run.chains.needs(block):
            states.write(block.id, finished.state)
        if run.job.kind.lasts(finished.result):
            result = self.keep(run.job, block.id, finished.result)
            if result is None:
                return None
        states.remove(run.chains.end(block))
        return result

    def save(self, job: Job) -> bool:
        """Write a job's state; a job that has ended belongs to the store from then on.

        Returns
        -------
        bool
            False if another engine has taken the job over; the job mirrors it then.

        Raises
        ------
        StoreError
            If the store cannot be written to.
        """
        with self._ledger.changed:
            folder, number, ended = job.folder, job.run, not job.active
            record = job.record(self._owner)
        stamp = folder.alone(lambda: self._write(job, folder, record, ended))
        if stamp is None:
            self._yield(job, number, folder)
            return False
        with self._ledger.changed:
            if job.run == number and ended:
                job.mine, job.seen, job.stamp = False, record, stamp
        return True

    def beat(self, store: Store, jobs: Sequence[Job]) -> list[Job]:
        """Write that this engine is alive and how its jobs stand, all in one transaction.

        Parameters
        ----------
        store : Store
        jobs : sequence of Job
            Jobs that were claimed.

        Returns
        -------
        list of Job
            Those that the store does not call ours; :meth:`save` says what became of each.

        Raises
        ------
        StoreError
            If the store cannot be written to.
        """
        with self._ledger.changed:
            ours = [job for job in jobs if job.mine and job.active]
            records = {job.folder.name: job.record(self._owner) for job in ours}
        kept = store.beat(self._owner, records) if records else set()
        return [job for job in ours if job.folder.name not in kept]

    def leave(self, job: Job) -> None:
        """Let go of what the store has of a job on its device; it goes on on another one.

        Parameters
        ----------
        job : Job
            A job of ours.

        Raises
        ------
        StoreError
            If the store cannot be written to.
        """
        with self._ledger.changed:
            folder = job.folder
            record = replace(
                job.record(self._owner), state="interrupted", message=MESSAGES["interrupted"]
            )
        folder.alone(lambda: self._write(job, folder, record, ended=True))

    def _write(self, job: Job, folder: Folder, record: Record, ended: bool) -> int | None:
        if self._is_lost(job, folder.read_record()):
            return None
        if ended:
            folder.write_specification(job.spec.to_json())
        folder.write_record(record)
        if record.state in SPENT:
            folder.wishes.end()
        return folder.stamp()

    def _is_lost(self, job: Job, record: Record | None) -> bool:
        """Whether a job is another engine's by now, be it that this one has ended it already.

        Who was silent for too long, cut off or standing still, finds that when it comes back.
        """
        taken = job.held and record is not None and record.owner != self._owner
        return taken or self._is_other(record)

    def _is_other(self, record: Record | None) -> bool:
        return record is not None and record.taken and record.owner != self._owner

    def _yield(self, job: Job, number: int, folder: Folder) -> None:
        with self._ledger.changed:
            if job.run != number:
                return
            job.run += 1
            job.move(folder, {}, None)
            job.mine, job.held, job.stamp = False, False, None
        self._ledger.refresh(job)
        with self._ledger.changed:
            self._ledger.changed.notify_all()
