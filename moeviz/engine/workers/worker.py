"""What runs inside the worker processes."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from moeviz.engine.errors import EngineError
from moeviz.engine.workers.lanes import GPU, QUICK
from moeviz.engine.workers.packing import unpack
from moeviz.engine.workers.rehearsal import rehearse
from moeviz.engine.workers.versions import PLENTY, made
from moeviz.errors import Cancelled

POLITE = 10
"""Niceness of the workers of this machine, so that the app answers while they compute."""

CHECK_SECONDS = 0.25
"""A running block asks at most this often whether it should stop."""

MOST_STATE = 384 * 2**20
"""Bytes that a block may leave for the next one."""

TOLD = "moeviz"
"""Under this name a worker's signs of life say what it has and what it does."""

_RUNNING: dict[str, tuple[str, float]] = {}
"""Names of the tasks that this process runs, with their blocks and since when."""


class WarmUp(WorkerPlugin):
    """Get a worker ready, so that its first real block is fast.

    Workers that join later, and those that replace a killed one, go through it as well.

    Parameters
    ----------
    kind : bytes
        What will be rehearsed, unless the process was forked from one that has: a kind of job, by
        :func:`~moeviz.engine.workers.packing.pack`.
    polite : bool
        Lower the priority of the process. Meant for workers that share a machine with the app; one
        for short first blocks, for which somebody waits, keeps its own.
    """

    name = "moeviz-warm-up"

    def __init__(self, kind: bytes, polite: bool) -> None:
        self._kind = kind
        self._polite = polite

    async def setup(self, worker: Worker) -> None:
        """Prepare the process of `worker`, and say which moeviz it has."""
        import torch

        torch.set_num_threads(1)  # one block per core: blocks are the parallelism
        resources = worker.state.total_resources
        # In a thread, so that the worker gives signs of life meanwhile.
        await asyncio.to_thread(rehearse, self._kind, "cuda" if GPU in resources else "cpu")
        if self._polite and QUICK not in resources:
            _lower_priority()
        has = describe(worker)
        worker.metrics[TOLD] = lambda _: {**has, "now": _now()}
        if made().name not in resources:
            await worker.set_resources(**{made().name: PLENTY})


def run_on_worker(
    what: bytes, block: bytes, state: bytes | None, device: str
) -> tuple[dict[str, Any], bytes | None, float, str] | None:
    """Run one block in a worker; return its result, what it leaves, the seconds, and who it was.

    None if it was told to stop.

    The block is told to stop when the scheduler no longer wants it: because the job was
    cancelled, or because the process that had submitted it is gone.

    Parameters
    ----------
    what : bytes
        Kind and specification, by :func:`~moeviz.engine.workers.packing.pack`.
    block : bytes
        The block, by :func:`~moeviz.engine.workers.packing.pack`.
    state : bytes or None
        What the block goes on from.
    device : str
        ``"cpu"`` or ``"cuda"``.

    Raises
    ------
    EngineError
        If what it leaves is larger than :data:`MOST_STATE`.
    """
    kind, spec = unpack(what)
    (piece,) = unpack(block)
    began = time.perf_counter()
    stop = _StopCheck()
    _RUNNING[stop.task] = (piece.id, time.monotonic())
    try:
        result, left = kind.go_on(spec, piece, state, device, stop)
    except Cancelled:
        return None
    finally:
        del _RUNNING[stop.task]
    if left is not None and len(left) > MOST_STATE:
        raise EngineError(
            f"Expected block {piece.id} to leave at most {MOST_STATE >> 20} MB to go on from, but "
            f"it leaves {len(left) >> 20} MB; choose something smaller."
        )
    if left is not None:
        _give_memory_back()
    return result, left, time.perf_counter() - began, str(get_worker().address)


def _now() -> list[tuple[str, str, float]]:
    """Return task, block and seconds so far of what this process runs."""
    now = time.monotonic()
    return [
        (task, block, round(now - since, 2)) for task, (block, since) in _RUNNING.copy().items()
    ]


def _give_memory_back() -> None:
    """Give the pages that are free back to the system, where the C library can.

    States come and go in one thread and training allocates in another, so that what is freed lies
    scattered: without this a worker grows by some megabytes with each of them.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class _StopCheck:
    """A function without arguments that turns true when the running task is unwanted.

    Its `task` is the task's name.

    Dask tells a worker to forget a cancelled task but does not stop it. The worker's own record
    of the task says so at once, which costs a dictionary look-up and no message.
    """

    def __init__(self) -> None:
        worker = get_worker()
        key: Any = worker.get_current_task()
        tasks = worker.state.tasks
        self.task = "/".join(map(str, key)) if isinstance(key, tuple) else str(key)

        def unwanted() -> bool:
            task = tasks.get(key)
            return task is None or task.state not in ("executing", "long-running")

        self._unwanted: Callable[[], bool] = unwanted
        self._next = time.monotonic() + CHECK_SECONDS
        self._stopped = False

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._stopped and now >= self._next:
            self._next = now + CHECK_SECONDS
            self._stopped = self._unwanted()
        return self._stopped


def describe(dask_worker: Worker) -> dict[str, Any]:
    """Return what a worker has: its GPU, the memory of its host, its process number."""
    import psutil
    import torch

    has_gpu = GPU in dask_worker.state.total_resources and torch.cuda.is_available()
    return {
        "host": dask_worker.host,
        "machine": socket.gethostname().partition(".")[0][:40],
        "threads": dask_worker.state.nthreads,
        "memory": int(psutil.virtual_memory().total),
        "gpus": [torch.cuda.get_device_name(0)] if has_gpu else [],
        "torch": str(torch.__version__),
        "pid": os.getpid(),
    }


def _lower_priority() -> None:
    # Set, not added to: a plugin may be set up twice in one process.
    if os.getpriority(os.PRIO_PROCESS, 0) < POLITE:
        os.setpriority(os.PRIO_PROCESS, 0, POLITE)
