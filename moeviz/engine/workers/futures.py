"""One job's blocks on their way through a cluster."""

from __future__ import annotations

import os
import time
from asyncio import CancelledError
from collections.abc import Callable
from concurrent.futures import CancelledError as FutureCancelled
from contextlib import suppress
from typing import Any

from moeviz.engine.errors import EngineError, told
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Study
from moeviz.engine.workers.cluster import Connection
from moeviz.errors import MoevizError

RETRIES = 5
"""How often, in one run, blocks are sent again that came back without a result."""


class LostError(Exception):
    """What comes back for a block when the cluster is gone."""


class Run:
    """Sends the missing blocks of a job and brings back what they return.

    Parameters
    ----------
    job : Job
        The job.
    study : Study
        The functions behind its specification.
    connection : Connection
        The cluster.
    arrived : function of (Run, block, outcome)
        Called in the client's event loop, at most once per block that was sent: with the block's
        result, None if it stopped without one, or the exception.
    """

    def __init__(
        self,
        job: Job,
        study: Study,
        connection: Connection,
        arrived: Callable[[Run, Any, Any], None],
    ) -> None:
        self.job = job
        self.number = job.run
        self.connection = connection
        self._study = study
        self._arrived = arrived
        self._futures: dict[str, Any] = {}
        self._name = f"moeviz-{job.job_id}-{os.urandom(4).hex()}"
        # Dask runs the highest priority first: that is the earliest job's earliest block, also
        # among several engines on one scheduler.
        self._priority = -int(time.time() * 1000) * 10_000
        self._what: bytes | None = None
        self._sent = 0
        self._retries = 0

    @property
    def current(self) -> bool:
        """Whether nobody has ended or restarted the job since."""
        return self.job.run == self.number

    def send(self) -> None:
        """Send all blocks that are missing."""
        for block in self.job.missing:
            self._send(block)

    def send_again(self, block: Any) -> None:
        """Send a block that came back without a result.

        Raises
        ------
        EngineError
            If that has happened too often.
        """
        self._retries += 1
        if self._retries > RETRIES:
            raise EngineError(
                f"Expected block {block.id} to return a result, but blocks stopped without one "
                f"{self._retries} times; run the study again."
            )
        self._send(block)

    def cancel(self) -> None:
        """Have the cluster forget the blocks; those that are running notice it and stop."""
        futures, self._futures = list(self._futures.values()), {}
        if futures and self.connection.alive:
            # A cluster that ends at this very moment has forgotten them anyway.
            with suppress(OSError, TimeoutError):
                client: Any = self.connection.client
                client.cancel(futures)

    def _send(self, block: Any) -> None:
        from moeviz.engine.workers.worker import pack, run_on_worker

        if self._what is None:
            # A few hundred bytes, so that they go with each block and cannot be lost with a worker.
            self._what = pack(self._study, self.job.spec)
        client: Any = self.connection.client
        device = self.connection.device
        future = client.submit(
            run_on_worker,
            self._what,
            pack(block),
            device,
            key=(self._name, self._sent),
            priority=self._priority - self._sent,
            resources={"GPU": 1} if device == "cuda" else None,
            pure=False,
        )
        self._sent += 1
        self._futures[block.id] = future
        client.loop.add_callback(self._bring, block, future)

    async def _bring(self, block: Any, future: Any) -> None:
        try:
            outcome = await future
        except (CancelledError, FutureCancelled):
            outcome = LostError()
        except Exception as error:
            # A connection that breaks while the result is on its way has this name in Dask.
            outcome = LostError() if type(error).__name__ == "CommClosedError" else error
        if self._futures.pop(block.id, None) is not None:
            self._arrived(self, block, outcome)


def blame(block: Any, error: Exception) -> str:
    """Say in one sentence why a block failed."""
    if isinstance(error, MoevizError):
        return str(error)
    if type(error).__name__ == "KilledWorker":
        return (
            f"Expected block {block.id} to end, but the worker that ran it was ended by the "
            "system again and again, often for want of memory; choose a smaller study."
        )
    text = told(error)
    return (
        f"Expected block {block.id} to end, but it raised {type(error).__name__}"
        f"{f' ({text})' if text else ''}; the finished blocks are kept."
    )
