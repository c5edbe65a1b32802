"""The blocks of one job as futures of a Dask cluster."""

from __future__ import annotations

import os
import time
from asyncio import CancelledError
from concurrent.futures import CancelledError as FutureCancelled
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from moeviz.engine.dispatch import Arrived, Dispatch, Finished, LostError
from moeviz.engine.errors import EngineError, told
from moeviz.engine.jobs import Job
from moeviz.engine.workers.lanes import MEMORY
from moeviz.errors import MoevizError

if TYPE_CHECKING:
    from moeviz.engine.workers.open import Workers


MB = 1e6

TASK = "moeviz"
"""Begins the name of a task, before the job's."""


class Futures(Dispatch):
    """Sends the missing blocks of a job to Dask workers.

    Parameters
    ----------
    job : Job
        The job.
    workers : Workers
        The cluster.
    arrived : function
        Called in the client's event loop.
    """

    def __init__(self, job: Job, workers: Workers, arrived: Arrived) -> None:
        super().__init__(job, workers, arrived)
        self._workers = workers
        self._futures: dict[str, Any] = {}
        self._name = f"{TASK}-{job.job_id}-{os.urandom(4).hex()}"
        self._what: bytes | None = None
        self._sent = 0

    def cancel(self) -> None:
        # Those that are running notice it and stop.
        futures, self._futures = list(self._futures.values()), {}
        if futures and self._workers.alive:
            # A cluster that ends at this very moment has forgotten them anyway.
            with suppress(OSError, TimeoutError):
                client: Any = self._workers.client
                client.cancel(futures)

    def _send(self, block: Any, state: bytes | None, quick: bool) -> None:
        from moeviz.engine.workers.packing import pack
        from moeviz.engine.workers.worker import run_on_worker

        if self._what is None:
            # Goes with each block, so that it cannot be lost with a worker: some kilobytes, and up
            # to 2 MB in a training run with a text of one's own.
            self._what = pack(self.job.kind, self.job.spec)
        client: Any = self._workers.client
        lanes = self._workers.place(self.device)
        resources = dict(lanes.quick if quick else lanes.blocks)
        memory = self.job.kind.memory(self.job.spec, block)
        if memory is not None and lanes.memory is not None:
            if memory > lanes.memory:
                raise EngineError(
                    f"Expected a worker with {memory / MB:,.0f} MB for block {block.id}, but none "
                    f"names more than {lanes.memory / MB:,.0f}; start one with more memory, or "
                    "choose something smaller."
                )
            resources[MEMORY] = memory
        future = client.submit(
            run_on_worker,
            self._what,
            pack(block),
            state,
            self.device,
            key=(self._name, self._sent),
            # The highest runs first: what was sent first, also by another engine.
            priority=-int(time.time() * 1e6),
            resources=resources or None,
            pure=False,
        )
        self._sent += 1
        self._futures[block.id] = future
        client.loop.add_callback(self._bring, block, future)

    async def _bring(self, block: Any, future: Any) -> None:
        outcome: Finished | Exception | None
        try:
            answer = await future
            outcome = None if answer is None else Finished(*answer)
        except (CancelledError, FutureCancelled):
            outcome = LostError()
        except Exception as error:
            # A connection that breaks while the result is on its way has this name in Dask.
            lost = type(error).__name__ == "CommClosedError"
            outcome = LostError() if lost else blamed(block, error)
        if self._futures.pop(block.id, None) is not None:
            self._arrived(self, block, outcome)


def blamed(block: Any, error: Exception) -> EngineError:
    """Return an error that says in one sentence why a block failed."""
    made = EngineError(_blame(block, error))
    made.__cause__ = error
    return made


def _blame(block: Any, error: Exception) -> str:
    if isinstance(error, MoevizError):
        return str(error)
    if type(error).__name__ == "KilledWorker":
        return (
            f"Expected block {block.id} to end, but the worker that ran it was ended by the "
            "system again and again, often for want of memory; choose something smaller."
        )
    text = told(error)
    return (
        f"Expected block {block.id} to end, but it raised {type(error).__name__}"
        f"{f' ({text})' if text else ''}; the finished blocks are kept."
    )
