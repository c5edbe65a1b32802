"""A server in a process of its own, as the first command of the README starts it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from moeviz.engine.children import SILENT
from moeviz.engine.workers.hardware import local_workers

ROOT = Path(__file__).parents[2]
T = TypeVar("T")

START_SECONDS = 60.0
END_SECONDS = 20.0


class Server:
    """`streamlit run app.py` on a free port; ends with everything it started.

    Parameters
    ----------
    home : Path
        Where its studies are kept, and its log is written.
    *options : str
        Further words of Streamlit's command.
    """

    base = ""
    """The path below which the app lives."""

    def __init__(self, home: Path, *options: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.options = options
        self.log = home / "server.log"
        self.port = str(_free_port())
        self.url = f"http://127.0.0.1:{self.port}{self.base}"

    def __enter__(self) -> Self:
        # Tests hold workers for a while, which are not to be taken for such that hang.
        environment = {**os.environ, "MOEVIZ_HOME": str(self.home), SILENT: "900"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            _wait(self._answers, START_SECONDS, "the server to answer", self.log)
        except BaseException:
            self._kill()
            raise
        return self

    def command(self) -> list[str]:
        """Return the command that starts it."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += ["--server.headless", "true", "--server.port", self.port]
        return [*command, *self.options]

    @property
    def folder(self) -> Path:
        """Where it is started."""
        return ROOT

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # How it ends of itself is a test of its own; here nobody looks, and it takes seconds.
        self._kill()

    def stop(self, how: signal.Signals = signal.SIGINT) -> list[psutil.Process]:
        """End the server as Ctrl-C does, and return the processes that it left behind."""
        started = self._family()
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return started
        _, left = psutil.wait_procs(started, timeout=2.0)
        return [process for process in left if not _has_ended(process)]

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes, those that have a scheduler to talk to."""
        return [p for p in self._family() if _is_worker(p)]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the workers, so that what is waited for stays to be seen however fast they are."""
        workers = self.workers()
        for worker in workers:
            worker.suspend()
        try:
            yield
        finally:
            for worker in workers:
                worker.resume()

    def wait_for_workers(self) -> None:
        """Return when every core has its worker, and first blocks have theirs."""
        _wait(
            lambda: len(self.workers()) > local_workers(),
            START_SECONDS,
            "the workers to start",
            self.log,
        )

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"The server ended at once:\n{self.log.read_text()[-2000:]}")
        try:
            with urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except (URLError, ConnectionError, TimeoutError):
            return False

    def _family(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def _kill(self) -> None:
        for process in [*self._family()]:
            process.kill()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(END_SECONDS)


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run in a thread of its own: the browser's driver has this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def _has_ended(process: psutil.Process) -> bool:
    """Whether it is gone, or waits only for the system to take note."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _is_worker(process: psutil.Process) -> bool:
    """Whether it was started by itself, or forked from the process that has loaded everything."""
    try:
        parent = process.parent()
        forked = parent is not None and "multiprocessing.forkserver" in " ".join(parent.cmdline())
        return forked or "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(ready, seconds: float, what: str, log: Path) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)
