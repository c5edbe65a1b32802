"""Writing the store, and only what is ours to write."""

from __future__ import annotations

from moeviz.engine.chains import outdated
from moeviz.engine.folder import Folder
from moeviz.engine.jobs import Job
from moeviz.engine.ledger import Ledger
from moeviz.engine.owner import Owner
from moeviz.engine.record import Record


class Keeper:
    """Writes the jobs of one engine to the store.

    Several processes may share a store. Each job there is computed by one engine at a time: the
    one that its state names as owner, as long as that lives. Taking a job over and writing its
    state happen under the folder's lock.

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
            If the folder cannot be written to.
        """
        with folder.locked():
            record = folder.read_record(repair=True)
            if self._is_other(record):
                self._yield(job, number, folder)
                return False
            folder.sweep()
            folder.take_cancel()
            found = folder.read_results(job.costs, repair=True)
            with self._ledger.changed:
                if job.run != number:
                    return False
                job.move(folder, found, record)
                self._ledger.changed.notify_all()
                unsaved = {key: job.results[key] for key in job.results.keys() - found.keys()}
                taken = job.record(self._owner)
            folder.write_specification(job.spec.to_json())
            for block_id, result in unsaved.items():
                folder.write_result(block_id, result)
            folder.write_record(taken)
            left = folder.states.among(job.costs)
            if left:
                folder.states.remove(outdated(job.kind, job.blocks, job.results, left))
        return True

    def save(self, job: Job) -> bool:
        """Write a job's state; a job that has ended belongs to the store from then on.

        Returns
        -------
        bool
            False if another engine has taken the job over; the job mirrors it then.

        Raises
        ------
        StoreError
            If the folder cannot be written to.
        """
        folder = job.folder
        with folder.locked():
            if self._is_other(folder.read_record()):
                self._yield(job, job.run, folder)
                return False
            with self._ledger.changed:
                number, record = job.run, job.record(self._owner)
            if not job.active:
                folder.write_specification(job.spec.to_json())
            folder.write_record(record)
            with self._ledger.changed:
                if job.run == number and not job.active:
                    job.mine, job.seen, job.stamp = False, record, folder.stamp()
        return True

    def _is_other(self, record: Record | None) -> bool:
        return record is not None and record.taken and record.owner != self._owner

    def _yield(self, job: Job, number: int, folder: Folder) -> None:
        with self._ledger.changed:
            if job.run == number:
                job.run += 1
                job.move(folder, {}, None)
                job.mine, job.stamp = False, None
                self._ledger.refresh(job)
                self._ledger.changed.notify_all()
