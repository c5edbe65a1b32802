"""A scheduler, and workers at one, as programs of their own on any host.

They are set as those of the local cluster are (:mod:`moeviz.engine.workers.host`), and workers are
forked from a process that has loaded what they need.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.engine.children import REHEARSED, WORKER_ENVIRONMENT
from moeviz.engine.errors import EngineError, told
from moeviz.engine.studies.studies import Studies
from moeviz.engine.workers.host import SHARE, ask_for_gpus, gpus_of, load_once, start_method
from moeviz.engine.workers.lanes import BLOCKS, CPU, GPU, MEMORY, QUICK
from moeviz.engine.workers.machine import cores
from moeviz.engine.workers.packing import pack
from moeviz.engine.workers.settings import scheduler_settings, worker_settings
from moeviz.engine.workers.versions import PLENTY, made

PATIENCE_SECONDS = 60.0
"""Workers that cannot reach their scheduler for so long end, so that whoever started them hears."""


@dataclass(frozen=True)
class Crew:
    """The workers that one command starts.

    Attributes
    ----------
    address : str
        Of their scheduler.
    count : int or None
        How many; None for one per core, or with GPUs for as many as share them.
    gpu, quick : bool
        Whether they compute on this host's GPUs; whether they take short first blocks alone.
    memory : float or None
        Bytes that a block may need on each of them.
    """

    address: str
    count: int | None = None
    gpu: bool = False
    quick: bool = False
    memory: float | None = None

    def resources(self) -> dict[str, float]:
        """Return what each of them names to its scheduler."""
        named: dict[str, float] = {made().name: PLENTY, (QUICK if self.quick else BLOCKS): 1.0}
        named[GPU if self.gpu else CPU] = 1.0
        if self.memory is not None:
            named[MEMORY] = self.memory
        return named


async def serve_scheduler(host: str, port: int, tls: bool) -> None:
    """Run a scheduler until this process is told to end.

    Parameters
    ----------
    host, port : str and int
        Where it listens.
    tls : bool
        Whether it speaks TLS alone, with the files that Dask's configuration names.

    Raises
    ------
    EngineError
        If it cannot listen there.
    """
    import dask
    from distributed import Scheduler

    logging.getLogger("distributed").setLevel(logging.WARNING)
    dask.config.set(scheduler_settings())
    if tls:
        dask.config.set({"distributed.comm.require-encryption": True})
    stop = _stop_when_told()
    make: Any = Scheduler  # Dask does not type it
    try:
        scheduler = make(
            host=host,
            port=port,
            protocol="tls://" if tls else "tcp://",
            dashboard=False,
            dashboard_address="127.0.0.1:0",
        )
        await scheduler
    except Exception as error:
        raise EngineError(
            f"Expected to listen on {host}:{port}, but that failed ({told(error)}); choose "
            "another --host or --port, and with --tls look at Dask's certificate files."
        ) from error
    print(scheduler.address, flush=True)
    try:
        await stop.wait()
    finally:
        await scheduler.close()


async def serve_workers(crew: Crew) -> None:
    """Run workers until this process is told to end.

    Parameters
    ----------
    crew : Crew

    Raises
    ------
    EngineError
        If there is no GPU for those that need one, or if the scheduler cannot be reached.
    """
    # What a server has rehearsed first of all is done before the workers are forked.
    first = pack(Studies())
    os.environ[REHEARSED] = first.hex()
    os.environ.update(WORKER_ENVIRONMENT)
    method = start_method()
    if method == "forkserver":
        load_once()
    gpus = await asyncio.to_thread(gpus_of, ask_for_gpus(method) if crew.gpu else None)
    if crew.gpu and not gpus:
        raise EngineError(
            "Expected a GPU that PyTorch can use, but it finds none here; look at the driver and "
            "at CUDA_VISIBLE_DEVICES, or leave --gpu out."
        )
    import dask
    from distributed import Nanny, utils

    from moeviz.engine.workers.worker import WarmUp

    utils._forkserver_preload_set = True  # see host.py
    dask.config.set(
        {
            **worker_settings(),
            "distributed.worker.multiprocessing-method": method,
            "distributed.worker.daemon": True,
        }
    )
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    stop = _stop_when_told()
    count = crew.count or (SHARE * len(gpus) if crew.gpu else 1 if crew.quick else cores())
    make: Any = Nanny

    def crew_member(index: int) -> Any:
        return make(
            crew.address,
            name=f"{socket.gethostname()}-{os.getpid()}-{index}",
            nthreads=1,
            resources=crew.resources(),
            memory_limit=0,  # see host.py
            death_timeout=PATIENCE_SECONDS,
            env=_device(gpus, index),
            silence_logs=logging.CRITICAL,
            plugins=[WarmUp(first, polite=False)],
        )

    last = time.monotonic()
    while not stop.is_set():
        members = [crew_member(index) for index in range(count)]
        try:
            if await _until_lost(members, stop):
                last = time.monotonic()
        except Exception as error:
            if time.monotonic() - last > PATIENCE_SECONDS:
                raise EngineError(
                    f"Expected a scheduler at {crew.address}, but for {PATIENCE_SECONDS:.0f} s "
                    f"none could be reached ({type(error).__name__}: {told(error)}); start it with "
                    "python -m moeviz scheduler, and look at what a firewall lets through."
                ) from error
        if not stop.is_set():
            await asyncio.sleep(1)


async def _until_lost(members: list[Any], stop: asyncio.Event) -> bool:
    """Run workers until one ends, as all do where the scheduler is lost; then they begin again."""
    stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    starting: asyncio.Future[Any] = asyncio.gather(*members)
    first = asyncio.FIRST_COMPLETED
    try:
        await asyncio.wait({starting, stopping}, return_when=first)
        if stop.is_set():
            return False
        await starting
        ended = {asyncio.ensure_future(member.finished()) for member in members}
        await asyncio.wait({*ended, stopping}, return_when=first)
        return True
    finally:
        stopping.cancel()
        starting.cancel()
        await asyncio.gather(
            starting, *(member.close() for member in members), return_exceptions=True
        )


def _device(gpus: list[str], index: int) -> Mapping[str, str]:
    return {"CUDA_VISIBLE_DEVICES": gpus[index % len(gpus)]} if gpus else {}


def _stop_when_told() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
