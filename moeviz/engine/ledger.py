"""The jobs that an engine knows, and how they follow the store."""

from __future__ import annotations

import threading
from typing import Any

from moeviz.engine.errors import UnknownJobError, told
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Study
from moeviz.engine.store import DEVICES, Folder, Store
from moeviz.errors import MoevizError

KEPT = 32
"""Jobs that are kept in memory although nothing happens to them; the store has the others."""


class Ledger:
    """The jobs of one engine, guarded by one lock.

    Parameters
    ----------
    study : Study
        The functions behind the specifications.
    store : Store
        Where finished blocks are.

    Attributes
    ----------
    changed : threading.Condition
        To be held while a job is read or changed, and notified after a change.
    """

    def __init__(self, study: Study, store: Store) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._study = study
        self._store = store
        self._jobs: dict[str, Job] = {}

    def find(self, job_id: str, device: str) -> Job:
        """Return a job from memory or from the store, as it stands now.

        Parameters
        ----------
        job_id : str
            Name of the job.
        device : str
            Kind of device to look for first.

        Raises
        ------
        UnknownJobError
            If there is no such job.
        """
        with self.changed:
            job = self._jobs.get(job_id)
            if job is None:
                folder = self._store.find(job_id, device)
                if folder is None:
                    raise UnknownJobError(
                        f"Expected a job that was submitted before, but {job_id} is not among "
                        "the kept ones; submit the study to start it."
                    )
                job = self._keep(Job(self._study, self._read_spec(job_id, folder), folder))
            self.refresh(job)
            return job

    def admit(self, spec: Any, device: str, other_devices: bool) -> Job:
        """Return the job of a specification, made if need be, as it stands now.

        Parameters
        ----------
        spec : Specification
            The study.
        device : str
            Kind of device that it would run on.
        other_devices : bool
            Whether the study counts as done if it was finished on another kind of device.
        """
        with self.changed:
            job = self._jobs.get(spec.hash)
            if job is not None:
                self.refresh(job)
                if job.active or job.complete or job.folder.device == device:
                    return job
            devices = [d for d in DEVICES if d != device] if other_devices else []
            for name in devices:
                job = self._look(spec, name)
                if job.complete:
                    return self._keep(job)
            return self._keep(self._look(spec, device))

    def refresh(self, job: Job) -> None:
        """Bring a job that another process may be computing up to date with the store."""
        with self.changed:
            if job.mine:
                return
            stamp = job.folder.stamp()
            version = job.version
            if stamp != job.stamp:
                record = job.folder.read_record()
                job.mirror(record, job.folder.read_results(job.costs, known=job.results))
                job.stamp = stamp
            elif job.active:
                job.mirror(job.seen, {})
            if job.version != version:
                self.changed.notify_all()

    def _look(self, spec: Any, device: str) -> Job:
        job = Job(self._study, spec, self._store.folder(spec.hash, device))
        self.refresh(job)
        return job

    def _keep(self, job: Job) -> Job:
        self._jobs.pop(job.job_id, None)
        self._jobs[job.job_id] = job
        idle = [name for name, kept in self._jobs.items() if not (kept.mine or kept.wanted)]
        for name in idle[:-KEPT]:
            del self._jobs[name]
        return job

    def _read_spec(self, job_id: str, folder: Folder) -> Any:
        try:
            spec = self._study.Specification.from_json(folder.read_specification())
            if spec.hash == job_id:
                return spec
            reason = f"it is that of study {spec.hash}"
        except (MoevizError, AttributeError, KeyError, TypeError, ValueError) as error:
            reason = told(error)
        raise UnknownJobError(
            f"Expected the kept specification of study {job_id} to be whole, but {reason}; "
            "submit the study again."
        )
