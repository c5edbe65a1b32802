"""Opening and closing the scheduler that an engine computes on."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from moeviz.engine.dispatch import HUNG, Listener
from moeviz.engine.errors import EngineError, told
from moeviz.engine.kind import Kind
from moeviz.engine.workers.lanes import GPU, QUICK
from moeviz.engine.workers.local import announced_address, end_host, start_host
from moeviz.engine.workers.open import Workers, let_go
from moeviz.engine.workers.packing import pack
from moeviz.engine.workers.settings import quiet

CONNECT_SECONDS = 10.0
"""How long to try to reach a scheduler."""

UNFIT_SECONDS = 30.0
"""How long workers that say nothing of their moeviz are waited for."""

AGAIN_SECONDS = 60.0
"""How long to try to reach a scheduler elsewhere that was there before."""

LATER_SECONDS = 4.0
"""After this long the workers of this machine get warm for further kinds of job."""


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
        hear.subscribe_topic("scheduler", partial(_hear, connection, listener))
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

        quiet()
        connect: Any = distributed.Client  # Dask does not type it
        client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
        try:
            local = host is not None
            # The plugin first: workers that are still starting find it and come up warm. One that
            # cannot take it says nothing of its moeviz, and so is given nothing.
            with suppress(ImportError, AttributeError, TypeError):
                client.register_plugin(WarmUp(self._first, polite=local), name=WarmUp.name)
            self._wait_for_workers(client, host)
            workers = self._fit(client, host)
            if self._device == "cuda" and not workers.place("cuda").slots:
                raise EngineError(
                    "Expected a worker with a GPU for device 'cuda', but none says that it has "
                    "one; choose device 'cpu', or start a worker with --gpu."
                )
            workers.described |= client.run(describe, workers=list(workers.fit), on_error="ignore")
            return workers
        except BaseException:
            let_go(client, None)
            raise

    def _fit(self, client: Any, host: subprocess.Popen[str] | None) -> Workers:
        """Return the open cluster once one of its workers has this server's moeviz."""
        workers = Workers(client, self._device, _seen(client), {}, host)
        end = time.monotonic() + UNFIT_SECONDS
        while not workers.fit and not self._closing.is_set():
            why = [workers.why_strange(address) for address in workers.seen]
            if time.monotonic() > end or (why and all(why)):
                words = next(filter(None, why), "says nothing of its moeviz")
                raise EngineError(
                    f"Expected a worker that has the moeviz of this server, but of {len(why)} "
                    f"none does: one {words}; install the same on both, and start it again."
                )
            time.sleep(0.2)
            workers.take(_seen(client))
        return workers

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
            workers = _seen(client)
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

    def _wait_for_workers(self, client: Any, host: subprocess.Popen[str] | None) -> None:
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


def _seen(client: Any) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = client.scheduler_info(n_workers=-1)["workers"]
    return found


def _hear(workers: Workers, listener: Listener, event: tuple[float, Any]) -> None:
    """Say in a sentence what the scheduler has noticed, if that concerns anybody."""
    _, told = event
    if isinstance(told, Mapping) and told.get("action") == "worker-ttl-timed-out":
        workers.hung(map(str, told.get("workers", ())))
        listener.noted(HUNG)


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
