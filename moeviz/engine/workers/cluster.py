"""Opening and closing the scheduler that an engine computes on."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from moeviz.engine.children import REHEARSED, WORKER_ENVIRONMENT, child_environment
from moeviz.engine.dispatch import HUNG, Arrived, Began, Listener
from moeviz.engine.errors import EngineError, told
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Kind
from moeviz.engine.workers.futures import Futures
from moeviz.engine.workers.lanes import GPU, QUICK, Lanes, lanes
from moeviz.engine.workers.packing import pack

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10.0
"""How long to try to reach a scheduler."""

COUNT_SECONDS = 2.0
"""How often the workers are counted."""

AGAIN_SECONDS = 60.0
"""How long to try to reach a scheduler elsewhere that was there before."""

DEAF_SECONDS = 20.0
"""A scheduler that has not answered for so long hangs, and counts as lost."""

LATER_SECONDS = 4.0
"""After this long the workers of this machine get warm for further kinds of job."""


@dataclass(eq=False)
class Workers:
    """An open cluster with at least one worker that is ready.

    Attributes
    ----------
    client : distributed.Client
        The way to the scheduler.
    device : str
        ``"cpu"`` or ``"cuda"``: what studies will run on.
    workers : list of dict
        What :func:`moeviz.engine.workers.worker.describe` said of each worker at the start, but of
        those for short first blocks.
    lanes : Lanes
        Which workers take which blocks, as last seen.
    host : subprocess.Popen or None
        The process of the local cluster, if it is one.
    useful, in_turn, ahead : bool
        As of every :class:`~moeviz.engine.dispatch.Connection`.
    """

    client: Client
    device: str
    workers: list[dict[str, Any]]
    lanes: Lanes
    host: subprocess.Popen[str] | None
    useful: bool = False
    in_turn: bool = True
    ahead: bool = True

    @property
    def slots(self) -> int:
        """Blocks that are computed at once."""
        return self.lanes.slots

    @property
    def quick_slots(self) -> int:
        """Short first blocks that are computed beside these."""
        return self.lanes.quick_slots

    @property
    def alive(self) -> bool:
        """Whether the scheduler can be reached, as far as is known."""
        return self.client.status == "running" and (self.host is None or self.host.poll() is None)

    async def watch(self, listener: Listener) -> None:
        """Count the workers again now and then, in the client's event loop.

        Parameters
        ----------
        listener : Listener
            Hears when there are more, or fewer, and when the scheduler hangs.
        """
        scheduler: Any = self.client.scheduler
        while self.client.status == "running":
            asked = asyncio.ensure_future(scheduler.identity(n_workers=-1))
            if not (await asyncio.wait([asked], timeout=DEAF_SECONDS))[0]:
                asked.cancel()
                listener.lost(self)
                return
            with suppress(Exception):  # it is gone: then somebody else says so
                seen = asked.result()
                counted = lanes(seen["workers"].values(), self.device)
                if counted != self.lanes:
                    self.lanes = counted
                    listener.grown()
            await asyncio.sleep(COUNT_SECONDS)

    def dispatch(self, job: Job, began: Began, arrived: Arrived) -> Futures:
        """Return what sends the blocks of a job; which job is running goes by their turn."""
        return Futures(job, self, arrived)

    def close(self) -> None:
        """Let go of the scheduler; end it if it is our own."""
        _close(self.client, self.host)


class Cluster:
    """A runner: a scheduler of this machine's own or one at an address.

    It is opened in the background.

    Parameters
    ----------
    kinds : sequence of Kind
        What the workers should be ready for: for the first kind at once, for the others in a
        quiet moment.
    address : str or None
        Address of a scheduler; None starts one with workers on this machine.
    workers : int
        Number of local workers.
    device : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    """

    def __init__(
        self,
        kinds: Sequence[Kind],
        address: str | None,
        workers: int,
        device: str,
    ) -> None:
        self._first, *self._others = (pack(kind) for kind in kinds)
        self._address = address
        self._workers = workers
        self._device = device
        self._closing = threading.Event()
        self._was_open = False
        self._host: subprocess.Popen[str] | None = None

    def open(self, listener: Listener) -> None:
        """Begin to open, in a thread that tells the listener."""
        if self._address is None:
            self._host = start_host(self._workers, self._first)
        threading.Thread(
            target=self._open, args=(self._host, listener), name="moeviz-cluster", daemon=True
        ).start()

    def close(self) -> None:
        """Give up what is being opened. An open connection is closed by who holds it."""
        self._closing.set()
        if self._host is not None:
            end_host(self._host)

    def _open(self, host: subprocess.Popen[str] | None, listener: Listener) -> None:
        try:
            connection = self._connect_in_time(host)
        except Exception as error:
            # Whatever went wrong, somebody waits for an answer: say it where it is seen.
            if host is not None:
                end_host(host)
            if not self._closing.is_set():
                listener.failed(_sentence(self._address, error))
            return
        if self._closing.is_set():
            connection.close()
            return
        self._was_open = True
        listener.opened(connection)
        loop: Any = connection.client.loop
        loop.add_callback(connection.watch, listener)
        hear: Any = connection.client
        hear.subscribe_topic("scheduler", partial(_hear, listener.noted))
        if host is not None:
            rehearsed = self._rehearse_later(connection, host)
            host.wait()
            rehearsed.clear()
            if not self._closing.is_set():
                listener.lost(connection)

    def _connect_in_time(self, host: subprocess.Popen[str] | None) -> Workers:
        """Connect; a scheduler elsewhere that was there before may be about to start again."""
        end = time.monotonic() + (AGAIN_SECONDS if self._was_open and host is None else 0.0)
        while True:
            try:
                return self._connect(host)
            except OSError:
                if time.monotonic() >= end or self._closing.wait(1.0):
                    raise

    def _connect(self, host: subprocess.Popen[str] | None) -> Workers:
        # First the address, for which the cluster imports Dask as well: the app has the interpreter
        # to itself until then.
        address = announced_address(host) if host is not None else self._address
        import distributed

        from moeviz.engine.workers.worker import WarmUp, describe

        _quiet()
        connect: Any = distributed.Client  # Dask does not type it
        client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
        try:
            local = host is not None
            # The plugin first: workers that are still starting find it and come up warm.
            client.register_plugin(WarmUp(self._first, polite=local), name="moeviz-warm-up")
            self._wait_for_workers(client, host)
            seen = client.scheduler_info(n_workers=-1)["workers"]
            device = self._choose_device(seen.values())
            described = client.run(describe)
            workers = [
                said
                for address, said in described.items()
                if address not in seen or QUICK not in seen[address]["resources"]
            ]
            return Workers(client, device, workers, lanes(seen.values(), device), host)
        except BaseException:
            _close(client, None)
            raise

    def _rehearse_later(self, connection: Workers, host: subprocess.Popen[str]) -> list[Any]:
        """Have each worker run a little of the further kinds, behind whatever else it has to do.

        Returns
        -------
        list of Future
            To be held until the end: Dask drops what nobody holds.
        """
        from moeviz.engine.workers.rehearsal import compile_rest, rehearse

        client: Any = connection.client
        with suppress(subprocess.TimeoutExpired):
            host.wait(LATER_SECONDS)
            return []
        with suppress(Exception):  # the workers stay cold, or are gone
            workers = client.scheduler_info(n_workers=-1)["workers"]
            later: dict[str, Any] = {"pure": False, "priority": -(2**62)}
            rehearsals = [
                client.submit(
                    rehearse, kind, "cuda" if worker["resources"].get(GPU) else "cpu",
                    workers=[address], **later,
                )
                for kind in self._others
                for address, worker in workers.items()
            ]  # fmt: skip
            # One of them compiles; the others find it on the disk.
            plain = [a for a, worker in workers.items() if QUICK not in worker["resources"]]
            return [*rehearsals, client.submit(compile_rest, workers=plain[:1], **later)]
        return []

    def _wait_for_workers(self, client: Client, host: subprocess.Popen[str] | None) -> None:
        needed = 1 if host is None else self._workers + 1  # the quick one
        while not self._closing.is_set():
            if host is not None and host.poll() is not None:
                raise EngineError(
                    "Expected the local workers to start, but their process ended with status "
                    f"{host.returncode}; look above for what it wrote."
                )
            with suppress(TimeoutError):
                client.wait_for_workers(needed, timeout=1)
                return

    def _choose_device(self, infos: Iterable[Mapping[str, Any]]) -> str:
        has_gpu = any(info["resources"].get(GPU) for info in infos)
        if self._device == "cuda" and not has_gpu:
            raise EngineError(
                "Expected a worker with a GPU for device 'cuda', but none says that it has one; "
                "choose device 'cpu', or start a worker with --resources \"GPU=1\"."
            )
        return "cuda" if has_gpu and self._device != "cpu" else "cpu"


def start_host(workers: int, kind: bytes | None = None) -> subprocess.Popen[str]:
    """Start a local cluster in a process of its own.

    Parameters
    ----------
    workers : int
        How many.
    kind : bytes, optional
        What is rehearsed before they are forked, by :func:`~moeviz.engine.workers.packing.pack`.
    """
    rehearsed = {} if kind is None else {REHEARSED: kind.hex()}
    return subprocess.Popen(
        [sys.executable, "-m", "moeviz.engine.workers.host", str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**child_environment(), **WORKER_ENVIRONMENT, **rehearsed},
        start_new_session=True,
    )


def announced_address(host: subprocess.Popen[str]) -> str:
    """Return the address that a starting local cluster writes."""
    line = host.stdout.readline().strip() if host.stdout else ""
    if not line:
        raise EngineError(
            f"Expected the local workers to start, but their process ended with status "
            f"{host.wait()}; look above for what it wrote."
        )
    return line


def end_host(host: subprocess.Popen[str]) -> None:
    """End a local cluster: ask, wait a little, then insist."""
    if host.stdin is not None:
        with suppress(OSError):
            host.stdin.close()
    try:
        host.wait(timeout=5)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(host.pid, signal.SIGKILL)
        host.wait()
    if host.stdout is not None:
        host.stdout.close()


def _hear(noted: Callable[[str], None], event: tuple[float, Any]) -> None:
    """Say in a sentence what the scheduler has noticed, if that concerns anybody."""
    _, told = event
    if isinstance(told, Mapping) and told.get("action") == "worker-ttl-timed-out":
        noted(HUNG)


def _close(client: Any, host: subprocess.Popen[str] | None) -> None:
    with suppress(TimeoutError, OSError):
        client.close(timeout=2)
    if host is not None:
        end_host(host)


def _quiet() -> None:
    """Keep Dask from telling of every worker that comes and goes, and of large blocks."""
    import dask

    from moeviz.engine.workers.worker import MOST_STATE

    # What blocks go on from travels with them: the scheduler may stand where no folder is shared.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": 2 * MOST_STATE})
    for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _sentence(address: str | None, error: Exception) -> str:
    if isinstance(error, EngineError):
        return str(error)
    if address is None:
        return (
            f"Expected the local workers to start, but it failed ({told(error)}); restart the app."
        )
    return (
        f"Expected a Dask scheduler with workers that have moeviz at {address}, but reaching it "
        f"failed ({type(error).__name__}: {told(error)}); start it, or unset MOEVIZ_SCHEDULER to "
        "compute on this machine."
    )
