"""The jobs that an engine knows, and how they follow the store."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from moeviz.engine.described import kept_specification, kind_of, name_of
from moeviz.engine.errors import LostStoreError, UnknownJobError, unreachable
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Kind, Specification
from moeviz.engine.name import Name
from moeviz.engine.store import DEVICES, Store

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
        self._readings = 0

    def find(self, wanted: str | Specification, device: str) -> Job:
        """Return a job from memory or from the store, as it stands now.

        The lock must not be held. Where the store does not answer at once, a job that is known is
        returned as it was last seen.

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
        LostStoreError
            If it is not known here, and the store does not answer.
        """
        with self.changed:
            job = self._jobs.get(name_of(wanted))
        if job is not None:
            self.glance(job)
            return job
        return self._store.shelf.briefly(
            lambda: self._recall(wanted, device), (self, name_of(wanted))
        )

    def has(self, job: str) -> bool:
        """Return whether a job is in memory, by its name."""
        with self.changed:
            return job in self._jobs

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
        device = device_for(kind_of(self._kinds, spec), spec)
        with self.changed:
            job = self._jobs.get(spec.hash)
        if job is not None:
            self.glance(job)
            if job.active or job.complete or job.folder.device == device:
                return job
        before = job
        for name in [d for d in DEVICES if d != device] if other_devices else []:
            job = self._glance_at(spec, name)
            if job.complete:
                return self._put(job, before)
        return self._put(self._glance_at(spec, device), before)

    def known(self, job: Job) -> Job:
        """Return what the ledger has of a job's name, which is this job if it has none.

        The lock must be held.
        """
        return self._jobs.get(job.job_id) or self._keep(job)

    def glance(self, job: Job) -> None:
        """Bring a job up to date as :meth:`refresh` does, if that does not take long.

        Else it stays as it was last seen, and follows when the store answers. The lock must not be
        held.
        """
        with self.changed:
            if job.mine:
                return
        try:
            self._store.shelf.briefly(lambda: self.refresh(job), job)
        except LostStoreError:
            with self.changed:
                job.unanswered = not job.mine

    def refresh(self, job: Job) -> None:
        """Bring a job that another process may be computing up to date with the store.

        Where the store does not answer at this moment, the job stays as it was last seen. The lock
        must not be held.
        """
        with self.changed:
            if job.mine:
                return
            self._readings += 1
            number, run, stamp = self._readings, job.run, job.stamp
            folder, known = job.folder, set(job.results)
        try:
            found = folder.stamp()
            record, results = job.seen, {}
            if found != stamp:
                record, results = folder.read_record(), folder.read_results(job.costs, known=known)
        except LostStoreError as error:
            logger.warning("%s: %s", error.path, error)
            with self.changed:
                job.unanswered = True
            return
        with self.changed:
            # Of what was begun, ended or read since, this knows nothing.
            if job.mine or job.run != run or job.read > number:
                return
            version = job.version
            if found != stamp:
                job.mirror(record, results)
                job.stamp = found
            elif job.active:
                job.mirror(job.seen, {})
            job.read, job.unanswered = number, False
            if job.version != version:
                self.changed.notify_all()

    def _put(self, job: Job, before: Job | None) -> Job:
        """Keep a job in the place of the one that there was; return what another has put there."""
        with self.changed:
            now = self._jobs.get(job.job_id)
            if now is not None and (now is not before or now.active):
                return now
            return self._keep(job)

    def _glance_at(self, spec: Any, device: str) -> Job:
        """Return what the store has of a job; one of which nothing is known if it does not say."""
        kind = kind_of(self._kinds, spec)
        try:
            return self._store.shelf.briefly(
                lambda: self._look(spec, device), (self, spec.hash, device)
            )
        except LostStoreError:
            name = Name(kind.name, spec.hash, device)
            return Job(kind, spec, self._store.unread(name, kind))

    def _look(self, spec: Any, device: str) -> Job:
        kind = kind_of(self._kinds, spec)
        job = Job(kind, spec, self._store.folder(spec.hash, device, kind))
        self.refresh(job)
        if not job.results:
            earlier = kind.earlier(self._store.root, spec)
            if earlier:
                job.mirror(job.seen, earlier)
        return job

    def _recall(self, wanted: str | Specification, device: str) -> Job:
        for job in self._there(wanted, device):
            if job.unanswered:
                raise unreachable(self._store.place)
            if isinstance(wanted, str) or job.seen is not None or job.results:
                return self._put(job, None)
        raise UnknownJobError(
            f"Expected a job that was submitted before, but {name_of(wanted)} is not among the "
            "kept ones; submit it to have it computed."
        )

    def _there(self, wanted: str | Specification, device: str) -> Iterator[Job]:
        """Go through what the store may have of a job, as it stands now."""
        if not isinstance(wanted, str):
            for name in (device, *(d for d in DEVICES if d != device)):
                yield self._look(wanted, name)
            return
        for kind in self._kinds:
            folder = self._store.find(wanted, device, kind)
            if folder is not None:
                job = Job(kind, kept_specification(kind, wanted, folder), folder)
                self.refresh(job)
                yield job

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
