"""The local cluster, in a process of its own: ``python -m moeviz.engine.workers.host WORKERS``.

The process starts a Dask scheduler, one worker process per core and one beside them for the first
blocks of whoever comes (:mod:`moeviz.engine.workers.lanes`), writes the scheduler's address to its
standard output as one line, and serves until its standard input is closed. The operating system
closes that when the process at the other end ends, however it ends, so that no worker outlives its
app.

Why a process of its own and not a thread of the app:

- Python starts a worker by importing the main module again. In a Streamlit server the main module
  is the page; here it is this file, which does nothing when it is only imported.
- The scheduler's work does not compete with the app's threads for the interpreter.
- Ctrl-C in a terminal reaches the app alone, and the app ends the rest in order.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping
from multiprocessing import forkserver
from types import MappingProxyType
from typing import Any

from moeviz.engine.workers.lanes import BLOCKS, CPU, GPU, QUICK
from moeviz.engine.workers.machine import has_driver
from moeviz.engine.workers.settings import scheduler_settings, worker_settings
from moeviz.engine.workers.versions import PLENTY, made

SHARE = 4
"""Workers on one GPU. What the host does for a step takes ten times as long as the GPU's part."""

GPU_SECONDS = 60.0
"""An answer about GPUs that takes longer is none."""

NURSERY = "moeviz.engine.workers.nursery"
"""The module that loads what every worker needs."""


async def serve(workers: int) -> None:
    """Run the cluster until standard input ends."""
    method = start_method()
    if method == "forkserver":
        load_once()
    asked = ask_for_gpus(method)
    import dask
    from distributed import LocalCluster, utils

    # Dask would name modules of its own, and for that import here what no cluster needs: pandas.
    utils._forkserver_preload_set = True
    local_cluster: Any = LocalCluster  # Dask does not type it

    dask.config.set(
        {
            **scheduler_settings(),
            **worker_settings(),
            "distributed.worker.multiprocessing-method": method,
            "distributed.worker.daemon": True,
        }
    )
    stop = asyncio.Event()
    _stop_at_the_end(stop)
    cluster = await local_cluster(
        n_workers=0,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        # Dask would pause or kill a worker that uses more than its share of the memory. What a
        # study may use is limited before it starts, so that would only do harm.
        memory_limit=0,
        silence_logs=logging.CRITICAL,
        asynchronous=True,
    )
    try:
        _announce(cluster.scheduler_address)
        gpus = await asyncio.to_thread(gpus_of, asked)
        named = {made().name: PLENTY}
        cluster.worker_spec.update(_worker_specs(cluster, max(workers, len(gpus)), gpus, named))
        cluster.scale(len(cluster.worker_spec))
        await stop.wait()
    finally:
        await cluster.close()


def start_method() -> str:
    """How worker processes start: from one that has loaded everything, where forking is safe.

    Frameworks of macOS break in a process that was forked.
    """
    return "forkserver" if sys.platform == "linux" else "spawn"


def load_once() -> None:
    """Start the process that workers are forked from; it loads what they need at once.

    Loading takes longer than all else that a worker does before its first block; it is done once
    instead of by each worker, and by each that replaces a killed one, and while this process still
    loads Dask. What is loaded starts no threads, which would be missing in a fork.
    """
    forkserver.set_forkserver_preload([NURSERY])
    forkserver.ensure_running()


def _worker_specs(
    cluster: Any, workers: int, gpus: list[str], named: Mapping[str, float] = MappingProxyType({})
) -> dict[int, dict[str, Any]]:
    """One worker per core, and one beside them for short first blocks.

    The first ones share the GPUs, and the one beside them the first GPU; they say so to the
    scheduler, and what all are `named`.
    """
    plain = cluster.new_spec
    specs = {}
    for index in range(workers + 1):
        quick = index == workers
        options = {**plain["options"], "resources": {**named, QUICK if quick else BLOCKS: 1}}
        if gpus and not quick and index >= SHARE * len(gpus):
            options["resources"][CPU] = 1
        elif gpus:
            options["resources"][GPU] = 1
            options["env"] = {"CUDA_VISIBLE_DEVICES": gpus[0 if quick else index % len(gpus)]}
        specs[index] = {"cls": plain["cls"], "options": options}
    return specs


def ask_for_gpus(method: str) -> Any:
    """Begin to count the GPUs that PyTorch can use here; None where there can be none.

    Asked in a process that ends, since what speaks to a GPU cannot be forked any more.
    """
    if not has_driver():
        return None
    context: Any = multiprocessing.get_context(method)
    here, there = context.Pipe(duplex=False)
    context.Process(target=_count_gpus, args=(there,), daemon=True).start()
    there.close()
    return here


def _count_gpus(answer: Any) -> None:
    import torch

    answer.send(torch.cuda.device_count())


def gpus_of(asked: Any) -> list[str]:
    """Return the names by which CUDA is told of each GPU that was counted."""
    try:
        count = asked.recv() if asked is not None and asked.poll(GPU_SECONDS) else 0
    except EOFError:
        count = 0
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = visible.split(",") if visible else []
    return names[:count] if names else [str(index) for index in range(count)]


def _announce(address: str) -> None:
    print(address, flush=True)
    # Nobody reads further; what a worker prints must not fill the pipe.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _stop_at_the_end(stop: asyncio.Event) -> None:
    """Set `stop` when standard input ends or the process is told to end."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        while os.read(0, 1024):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=read, daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
