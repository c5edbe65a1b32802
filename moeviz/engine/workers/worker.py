"""What runs inside the worker processes."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from moeviz.engine.errors import EngineError
from moeviz.engine.workers.lanes import QUICK
from moeviz.engine.workers.packing import unpack
from moeviz.engine.workers.rehearsal import rehearse
from moeviz.errors import Cancelled

POLITE = 10
"""Niceness of the workers of this machine, so that the app answers while they compute."""

CHECK_SECONDS = 0.25
"""A running block asks at most this often whether it should stop."""

MOST_STATE = 384 * 2**20
"""Bytes that a block may leave for the next one."""


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

    def __init__(self, kind: bytes, polite: bool) -> None:
        self._kind = kind
        self._polite = polite

    def setup(self, worker: Worker) -> None:
        """Prepare the process of `worker`."""
        import torch

        torch.set_num_threads(1)  # one block per core: blocks are the parallelism
        rehearse(self._kind, "cuda" if "GPU" in worker.state.total_resources else "cpu")
        if self._polite and QUICK not in worker.state.total_resources:
            _lower_priority()


def run_on_worker(
    what: bytes, block: bytes, state: bytes | None, device: str
) -> tuple[dict[str, Any], bytes | None, float] | None:
    """Run one block in a worker; return its result, what it leaves and the seconds that it took.

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
    try:
        result, left = kind.go_on(spec, piece, state, device, _StopCheck())
    except Cancelled:
        return None
    if left is not None and len(left) > MOST_STATE:
        raise EngineError(
            f"Expected block {piece.id} to leave at most {MOST_STATE >> 20} MB to go on from, but "
            f"it leaves {len(left) >> 20} MB; choose something smaller."
        )
    if left is not None:
        _give_memory_back()
    return result, left, time.perf_counter() - began


def _give_memory_back() -> None:
    """Give the pages that are free back to the system, where the C library can.

    States come and go in one thread and training allocates in another, so that what is freed lies
    scattered: without this a worker grows by some megabytes with each of them.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class _StopCheck:
    """A function without arguments that turns true when the running task is unwanted.

    Dask tells a worker to forget a cancelled task but does not stop it. The worker's own record
    of the task says so at once, which costs a dictionary look-up and no message.
    """

    def __init__(self) -> None:
        worker = get_worker()
        key = worker.get_current_task()
        tasks = worker.state.tasks

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

    has_gpu = "GPU" in dask_worker.state.total_resources and torch.cuda.is_available()
    return {
        "host": dask_worker.host,
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
