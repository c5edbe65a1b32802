"""The engine of checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from moeviz.engine.checks.check import Checks
from moeviz.engine.checks.pool import Pool
from moeviz.engine.checks.process import COMMAND
from moeviz.engine.job_engine import JobEngine
from moeviz.engine.store import Store
from moeviz.engine.workers.hardware import local_workers

MOST_WAITING = 200
"""Checks that may wait for a free process."""

MOST_EACH = 40
"""Checks of one visitor that may wait or be decided at once."""


class Checker(JobEngine):
    """Runs checks in processes of their own. All methods may be called from any thread.

    Parameters
    ----------
    store : Store or path, optional
        Where verdicts are kept; default ``Store()``.
    processes : int, optional
        How many checks run at once; by default two, or one where there is one core. The first
        starts at once, another one when it is needed.
    command : sequence of str
        What a process is started with.
    """

    def __init__(
        self,
        store: Store | Path | str | None = None,
        processes: int | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        pool = Pool(processes or min(2, local_workers()), command)
        super().__init__(
            [Checks()],
            store,
            pool,
            device="cpu",
            most_waiting=MOST_WAITING,
            most_each=MOST_EACH,
        )
