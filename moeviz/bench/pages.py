"""A class that watches one running study, on a fresh server.

The visitors live in a process of their own, which speaks the pages' protocol and draws nothing, so
that its processor time can be told from the server's: both share the cores with the workers. How
fast a study is comes from the engine's own clock in the store; the same study with another seed,
run before on the same server and watched by nobody, stands beside it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil

from moeviz.bench.work import Row, row
from moeviz.engine import Store
from moeviz.errors import MoevizError
from moeviz.study import PRESETS, Specification

CLIENTS = 40
EVERY_SECONDS = 5.0

PRESET = "cosine-exact"
STUDY: dict[str, Any] = {
    "sizes": (300, 1000, 3162, 10_000, 31_623), "replicates": 400, "candidates": 2,
}  # fmt: skip
WARM: dict[str, Any] = {"sizes": (300, 600), "replicates": 4, "candidates": 2}
"""A small study, after which the workers have started."""

START_SECONDS = 120.0

_STILL = 0.1
"""Seconds of processor time in two seconds, below which a server does nothing by itself."""

STUDY_SECONDS = 600.0
END_SECONDS = 20.0


class ServerError(MoevizError):
    """The server that was to be measured did not do what it should."""


def pages_benchmark(clients: int = CLIENTS) -> list[Row]:
    """Let many visitors watch a study, and measure answers and the study's speed.

    Parameters
    ----------
    clients : int
        How many watch; each changes a widget every five seconds.

    Returns
    -------
    list of dict
        Rows: the median and the 95th percentile of the answers; the watched study beside the
        unwatched one, of which `ratio` is the share of its speed that is left; processor time of
        the server itself in both, without its workers, and of the clients.

    Raises
    ------
    ServerError
        If the server does not answer, or a study does not end.
    """
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as server:
        _run(server, 0, {**WARM, "seed": 1})
        alone = _run(server, 0, {**STUDY, "seed": 2})
        watched = _run(server, clients, {**STUDY, "seed": 3})
    return _rows(clients, alone, watched)


def _rows(clients: int, alone: Run, watched: Run) -> list[Row]:
    met = watched.met
    answers = sorted(met["answers"])
    count = f"{len(answers)} answers, {met['never']} never came"
    middle, late = percentile(answers, 0.5), percentile(answers, 0.95)
    sent = f"{met['messages']} messages, {met['bytes'] / 2**20:.0f} MiB"
    each = f"{clients} clients watch a study, each with a change every {EVERY_SECONDS:g} s"
    nobody = "no peer"
    return [
        row("pages", f"{each}: an answer, median ({count})", middle, nobody, None),
        row("pages", f"{each}: an answer, 95th percentile", late, nobody, None),
        row(
            "pages", f"{each}: the study ({sent})",
            watched.seconds, "the study unwatched", alone.seconds,
        ),
        row(
            "pages", f"{each}: processor time of the server meanwhile, without workers",
            watched.server_seconds, "the study unwatched", alone.server_seconds,
        ),
        row(
            "pages", f"{each}: processor time of the clients themselves",
            met["processor_seconds"], nobody, None,
        ),
    ]  # fmt: skip


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which a share of ordered values lies; not a number of none.

    Parameters
    ----------
    ordered : sequence of float
        In ascending order.
    share : float
        From 0 to 1.
    """
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Served:
    """A server that runs, and where it keeps its studies."""

    url: str
    store: Store
    process: psutil.Process

    def seconds(self) -> float:
        """Return the processor time that the server itself has used."""
        used = self.process.cpu_times()
        return float(used.user + used.system)

    def settle(self) -> None:
        """Wait until the server has done what it does by itself after its start."""
        # Until its workers have started it may rest, and import what pages need only then.
        with suppress(HTTPError), urlopen(f"{self.url}/moeviz/nothing", timeout=START_SECONDS):
            pass
        end, before = time.monotonic() + START_SECONDS, self.seconds()
        while time.monotonic() < end:
            time.sleep(2.0)
            now = self.seconds()
            if now - before < _STILL:
                return
            before = now

    def has(self, page: str) -> bool:
        """Return whether the app has a page at an address; "" is the first."""
        if not page:
            return True
        try:
            with urlopen(f"{self.url}/{page}/_stcore/health", timeout=5):
                return False
        except HTTPError as answer:
            # Below a page the app tells browsers to look elsewhere, below anything else that
            # there is nothing.
            return answer.code == 300


@dataclass(frozen=True)
class Run:
    """One study as it ran.

    Attributes
    ----------
    seconds : float
        By the engine's clock.
    server_seconds : float
        Processor time of the server from the first visit to the end of the study.
    met : dict
        What the visitors met, as :func:`moeviz.ui.crowd.crowd.attend` returns it.
    """

    seconds: float
    server_seconds: float
    met: dict[str, Any]


def _run(served: Served, visitors: int, fields: dict[str, Any]) -> Run:
    """Have a study run through the pages, with so many who watch."""
    before = served.seconds()
    preset = PRESETS[PRESET]
    spec = preset.build(fields)
    named = {field.name: field for field in preset.fields}
    link = {name: named[name].write(value) for name, value in fields.items()}
    met = visited(
        served, "watch", "--job", spec.hash, "--study", urlencode({"preset": PRESET, **link}),
        "--visitors", str(visitors), "--every", str(EVERY_SECONDS),
    )  # fmt: skip
    seconds = _seconds(served.store, spec)
    return Run(seconds, served.seconds() - before, met)


def visited(served: Served, *words: str) -> dict[str, Any]:
    """Have a class visit a server, from a process of its own, and return what it met.

    Parameters
    ----------
    served : Served
    *words : str
        What the class does, as the command ``python -m moeviz.ui.crowd`` takes it.

    Raises
    ------
    ServerError
        If the visitors were not answered.
    """
    command = [sys.executable, "-m", "moeviz.ui.crowd", words[0], served.url, *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServerError(
            "Expected the visitors to be answered, but they were not "
            f"({' '.join(done.stderr.split())[-300:]}); start the app and look at the page by hand."
        )
    met: dict[str, Any] = json.loads(done.stdout)
    return met


def _seconds(store: Store, spec: Specification) -> float:
    """Wait until a study has ended, and return how long it took by the engine's clock."""
    found: list[float] = []

    def ended() -> bool:
        folder = store.find(spec.hash, "cpu")
        record = folder.read_record() if folder is not None else None
        if record is not None and record.state == "done":
            found.append(record.seconds)
        return bool(found)

    _wait(ended, STUDY_SECONDS, "the study to end")
    return found[0]


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """Start a server with a store of its own, and end it afterwards.

    Parameters
    ----------
    home : Path
        An empty folder for store and log.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moeviz", "app", "--headless", "--port", str(port)]
    environment = {**os.environ, "MOEVIZ_HOME": str(home)}
    home.mkdir(exist_ok=True)
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait(lambda: _answers(url), START_SECONDS, "the server to answer")
        yield Served(url, Store(home), psutil.Process(server.pid))
    finally:
        server.terminate()
        try:
            server.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


def _wait(ready: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise ServerError(
                f"Waited {seconds:.0f} s for {what}; try again when the machine is idle."
            )
        time.sleep(0.05)
