"""The jobs that an engine knows, and how they follow the store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from moeviz.engine.errors import EngineError, LostStoreError, UnknownJobError, told
from moeviz.engine.folder import Folder
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Kind, Specification
from moeviz.engine.store import DEVICES, Store
from moeviz.errors import MoevizError

logger = logging.getLogger(__name__)


class Ledger:
    """The jobs of one engine, guarded by one lock.

    Parameters
    ----------
    kinds : sequence of Kind
        What kinds of job they may be.
    store : Store
        Where finished blocks are.

    Attributes
    ----------
    changed : threading.Condition
        To be held while a job is read or changed, and notified after a change.
    """

    def __init__(self, kinds: Sequence[Kind], store: Store) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._kinds = tuple(kinds)
        self._store = store
        self._jobs: dict[str, Job] = {}

    def find(self, wanted: str | Specification, device: str) -> Job:
        """Return a job from memory or from the store, as it stands now.

        Parameters
        ----------
        wanted : str or Specification
            Name of the job, or what describes it.
        device : str
            Kind of device to look for first.

        Raises
        ------
        UnknownJobError
            If there is no such job.
        """
        with self.changed:
            job = self._jobs.get(_name(wanted))
            if job is None:
                job = self._keep(self._recall(wanted, device))
            self.refresh(job)
            return job

    def waiting(self) -> int:
        """Return how many jobs wait."""
        with self.changed:
            return sum(job.mine and job.state == "waiting" for job in self._jobs.values())

    def active(self, visitor: str | None = None) -> int:
        """Return how many jobs of this engine wait or run, of all visitors or of one."""
        with self.changed:
            return sum(
                job.mine and job.active and (visitor is None or visitor in job.visitors)
                for job in self._jobs.values()
            )

    def under_way(self) -> list[Job]:
        """Return the jobs of this engine that wait or run. The lock must be held."""
        return [job for job in self._jobs.values() if job.mine and job.active]

    def admit(self, spec: Any, device_for: Callable[[Kind, Any], str], other_devices: bool) -> Job:
        """Return the job of a specification, made if need be, as it stands now.

        Parameters
        ----------
        spec : Specification
            The study.
        device_for : callable
            Returns the kind of device that a job of a kind and a specification would run on.
        other_devices : bool
            Whether the study counts as done if it was finished on another kind of device.
        """
        device = device_for(self._kind_of(spec), spec)
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
        """Bring a job that another process may be computing up to date with the store.

        Where the store does not answer at this moment, the job stays as it was last seen.
        """
        with self.changed:
            if job.mine:
                return
            version = job.version
            try:
                self._mirror(job)
            except LostStoreError as error:
                logger.warning("%s: %s", error.path, error)
            if job.version != version:
                self.changed.notify_all()

    def _mirror(self, job: Job) -> None:
        stamp = job.folder.stamp()
        if stamp != job.stamp:
            record = job.folder.read_record()
            job.mirror(record, job.folder.read_results(job.costs, known=job.results))
            job.stamp = stamp
        elif job.active:
            job.mirror(job.seen, {})

    def _look(self, spec: Any, device: str) -> Job:
        kind = self._kind_of(spec)
        job = Job(kind, spec, self._store.folder(spec.hash, device, kind))
        self.refresh(job)
        if not job.results:
            earlier = kind.earlier(self._store.root, spec)
            if earlier:
                job.mirror(job.seen, earlier)
        return job

    def _recall(self, wanted: str | Specification, device: str) -> Job:
        if isinstance(wanted, str):
            for kind in self._kinds:
                folder = self._store.find(wanted, device, kind)
                if folder is not None:
                    return Job(kind, self._read_spec(kind, wanted, folder), folder)
        else:
            for name in (device, *(d for d in DEVICES if d != device)):
                job = self._look(wanted, name)
                if job.seen is not None or job.results:
                    return job
        raise UnknownJobError(
            f"Expected a job that was submitted before, but {_name(wanted)} is not among the kept "
            "ones; submit it to have it computed."
        )

    def _kind_of(self, spec: Any) -> Kind:
        kind = next((kind for kind in self._kinds if kind.owns(spec)), None)
        if kind is None:
            raise EngineError(
                f"Expected a job of {' or '.join(kind.name for kind in self._kinds)}, but got "
                f"{type(spec).__name__}; submit it to an engine of its kind."
            )
        return kind

    def _keep(self, job: Job) -> Job:
        self._jobs.pop(job.job_id, None)
        self._jobs[job.job_id] = job
        idle = [
            name
            for name, kept in self._jobs.items()
            if kept.kind is job.kind and not (kept.mine or kept.wanted)
        ]
        for name in idle[: -job.kind.remembered]:
            del self._jobs[name]
        return job

    def _read_spec(self, kind: Kind, job_id: str, folder: Folder) -> Any:
        try:
            spec = kind.read(folder.read_specification())
            if spec.hash == job_id:
                return spec
            reason = f"it is that of job {spec.hash}"
        except (MoevizError, AttributeError, KeyError, TypeError, ValueError) as error:
            reason = told(error)
        raise UnknownJobError(
            f"Expected the kept specification of job {job_id} to be whole, but {reason}; "
            "submit it again."
        )


def _name(job: str | Specification) -> str:
    return job if isinstance(job, str) else job.hash
