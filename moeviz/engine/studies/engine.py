"""The engine: submit a study, look at it, wait for it, cancel it."""

from __future__ import annotations

import atexit
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from moeviz.engine.errors import EngineError
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Study, default_study
from moeviz.engine.ledger import Ledger
from moeviz.engine.monitor import Monitor
from moeviz.engine.snapshot import Snapshot
from moeviz.engine.store import DEVICES, Store
from moeviz.engine.workers.hardware import describe_hardware, local_workers

MOST_WORKERS = 256
"""Worker processes that one engine starts on this machine."""

GLANCE_SECONDS = 0.3
"""How often :meth:`Engine.wait` looks at a job that another process computes."""


class Engine:
    """Runs studies in worker processes and keeps what they find.

    The workers start in the background: the engine can be used at once, and what is submitted
    meanwhile waits for them. All methods may be called from any thread.

    Parameters
    ----------
    store : Store or path, optional
        Where finished blocks are kept; default ``Store()``.
    scheduler : str, optional
        Address of a running Dask scheduler, as ``tcp://host:port``. Default: the environment
        variable ``MOEVIZ_SCHEDULER``; without it the engine starts workers on this machine and
        ends them with itself.
    workers : int, optional
        Number of local worker processes; default one per core.
    device : str
        ``"cpu"``, ``"cuda"``, or ``"auto"`` for CUDA if a worker has it.
    study : Study, optional
        The study's functions; default :mod:`moeviz.study`.

    Raises
    ------
    EngineError
        If `device` or `workers` is none of those.

    Examples
    --------
    >>> with Engine() as engine:                                          # doctest: +SKIP
    ...     job = engine.submit(PRESETS["lab"].build({}))
    ...     print(engine.wait(job).result()["complete"])
    True
    """

    def __init__(
        self,
        store: Store | Path | str | None = None,
        scheduler: str | None = None,
        workers: int | None = None,
        device: str = "auto",
        study: Study | None = None,
    ) -> None:
        if device not in ("auto", *DEVICES):
            raise EngineError(
                f"Expected device 'auto', 'cpu' or 'cuda', but got {device!r}; choose one of them."
            )
        if workers is not None and not 1 <= workers <= MOST_WORKERS:
            raise EngineError(
                f"Expected 1 to {MOST_WORKERS} workers, but got {str(workers)[:20]}; leave it out "
                "for one per core."
            )
        self.store = store if isinstance(store, Store) else Store(store)
        self._any_device = device == "auto"
        self._address = scheduler or os.environ.get("MOEVIZ_SCHEDULER") or None
        self._workers = workers or local_workers()
        self._study = study or default_study()
        self._ledger = Ledger(self._study, self.store)
        self._monitor = Monitor(
            self._ledger, self.store, self._study, self._address, self._workers, device
        )
        self._closed = False
        self._monitor.start()
        atexit.register(self.close)

    def submit(self, spec: Any) -> str:
        """Have a study computed, as far as it is not computed already.

        A study that is running or finished, here or in another process on the same store, is not
        computed again. One that was cancelled, interrupted or failed goes on where it stopped.

        Parameters
        ----------
        spec : Specification
            The study.

        Returns
        -------
        str
            The job's name, which is the specification's hash.

        Raises
        ------
        EngineError
            If the engine is closed.
        """
        with self._ledger.changed:
            if self._closed:
                raise EngineError("Expected an open engine, but it was closed; make a new one.")
            job = self._ledger.admit(spec, self._monitor.device, self._any_device)
            if job.active and not job.mine:
                self._monitor.follow(job)
            elif not job.active and job.state != "done":
                self._monitor.begin(job)
            return job.job_id

    def cancel(self, job_id: str) -> None:
        """Stop a job; finished blocks stay. Nothing happens to a job that has ended.

        A job of another process is asked to stop through the store.

        Parameters
        ----------
        job_id : str
            Name of the job.

        Raises
        ------
        UnknownJobError
            If there is no such job.
        StoreError
            If another process computes it and the store cannot be written to.
        """
        with self._ledger.changed:
            job = self._find(job_id)
            if not job.active:
                return
            if job.mine:
                self._monitor.withdraw(job, "cancelled")
            else:
                job.wanted = False
                job.folder.ask_cancel()

    def snapshot(self, job_id: str) -> Snapshot:
        """Return a job as it stands.

        Parameters
        ----------
        job_id : str
            Name of the job.

        Returns
        -------
        Snapshot

        Raises
        ------
        UnknownJobError
            If neither this engine nor the store knows the job.
        """
        with self._ledger.changed:
            return self._find(job_id).snapshot()

    def wait(
        self,
        job_id: str,
        timeout: float | None = None,
        on_change: Callable[[Snapshot], None] | None = None,
    ) -> Snapshot:
        """Wait until a job has ended.

        Parameters
        ----------
        job_id : str
            Name of the job.
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
            snapshot = self.snapshot(job_id)
            if on_change is not None and snapshot.version != seen:
                on_change(snapshot)
            seen = snapshot.version
            left = None if end is None else end - time.monotonic()
            if not snapshot.active or (left is not None and left <= 0):
                return snapshot
            self._sleep_until_changed(job_id, seen, left)

    def hardware(self) -> dict[str, Any]:
        """Return what the engine computes on.

        Returns
        -------
        dict
            ``workers`` (processes), ``cores``, ``memory_gib``, ``gpus`` (names), ``torch``
            (version), ``scheduler`` (its address, or ``"local"``), ``device`` (``"cpu"`` or
            ``"cuda"``), ``ready`` (whether the workers have started; until then the numbers are
            those that are expected).
        """
        return describe_hardware(self._monitor.connection, self._address, self._workers)

    def close(self) -> None:
        """End the engine and its local workers; what it is computing becomes ``interrupted``."""
        with self._ledger.changed:
            if self._closed:
                return
            self._closed = True
        self._monitor.close()
        with suppress(Exception):
            atexit.unregister(self.close)

    def __enter__(self) -> Engine:
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

    def _find(self, job_id: str) -> Job:
        """Return a job as it stands; go on with it if it is wanted here and its process died."""
        job = self._ledger.find(job_id, self._monitor.device)
        if job.wanted and job.state == "interrupted" and not self._closed:
            self._monitor.begin(job)
        return job

    def _sleep_until_changed(self, job_id: str, version: int, seconds: float | None) -> None:
        changed = self._ledger.changed
        with changed:
            job = self._find(job_id)
            if job.version != version:
                return
            if not job.mine:
                seconds = GLANCE_SECONDS if seconds is None else min(seconds, GLANCE_SECONDS)
            changed.wait(seconds)
