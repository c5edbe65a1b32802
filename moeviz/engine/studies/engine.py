"""The engine of convergence studies."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from moeviz.engine.errors import EngineError
from moeviz.engine.job_engine import JobEngine
from moeviz.engine.kind import Kind
from moeviz.engine.store import DEVICES, Store
from moeviz.engine.studies.observed import Observed, queued
from moeviz.engine.studies.studies import Studies, Study
from moeviz.engine.workers.cluster import Cluster
from moeviz.engine.workers.hardware import describe_hardware, local_workers
from moeviz.engine.workers.open import Workers
from moeviz.engine.workers.view import rows

MOST_WORKERS = 256
"""Worker processes that one engine starts on this machine."""


LOOK_BACK_SECONDS = 60.0
"""How far back the blocks of what is to be seen go."""

MOST_EACH = 8
"""Jobs of one visitor that may wait or run at once."""

MOST = 200
"""Jobs of all visitors that may wait or run at once: five for each of a class of forty."""


class Engine(JobEngine):
    """Runs studies on Dask workers and keeps what they find.

    The workers start in the background: the engine can be used at once, and what is submitted
    meanwhile waits for them. All methods may be called from any thread.

    Visitors who say who they are may have :data:`MOST_EACH` jobs at once each, and :data:`MOST`
    together; who does not say, as the command line, is not limited.

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
    kinds : sequence of Kind
        Further kinds of job to run on the same workers.

    Raises
    ------
    EngineError
        If `device` or `workers` is none of those.

    Examples
    --------
    >>> with Engine() as engine:                                          # doctest: +SKIP
    ...     job = engine.submit(PRESETS["lab"].build({}))
    ...     print(engine.wait(job).result().complete)
    True
    """

    def __init__(
        self,
        store: Store | Path | str | None = None,
        scheduler: str | None = None,
        workers: int | None = None,
        device: str = "auto",
        study: Study | None = None,
        kinds: Sequence[Kind] = (),
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
        self._address = scheduler or os.environ.get("MOEVIZ_SCHEDULER") or None
        self._workers = workers or local_workers()
        every = [Studies(study), *kinds]
        cluster = Cluster(every, self._address, self._workers, device)
        super().__init__(every, store, cluster, device, most_each=MOST_EACH, most=MOST)

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
        return describe_hardware(self._open, self._address, self._workers)

    def observe(self) -> Observed:
        """Return what the engine does now, for who looks on; costs nothing while nobody does."""
        workers, history = self._open, self._monitor.history
        if workers is not None:
            workers.look()
        with self._ledger.changed:
            jobs = queued(self._ledger.under_way())
        return Observed(
            ready=workers is not None and workers.alive,
            here=self._address is None,
            rows=tuple(rows(workers)) if workers is not None else (),
            jobs=jobs,
            past=tuple(history.since(LOOK_BACK_SECONDS)),
            per_minute=tuple(history.per_minute()),
            news=workers.news.lines() if workers is not None else (),
        )

    @property
    def _open(self) -> Workers | None:
        connection = self._monitor.connection
        return connection if isinstance(connection, Workers) else None
