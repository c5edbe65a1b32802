"""What is measured beside a class: the health address, the server's use, who else was busy."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from moeviz.bench.pages import Served

HEALTH_EVERY = 0.25
USE_EVERY = 2.0
PATIENCE = 30.0


@dataclass(frozen=True)
class Use:
    """What the server uses at one moment.

    Attributes
    ----------
    at : float
        Seconds since the epoch.
    memory : float
        Resident, in MiB, of the server's own process.
    files : int
        That are open, sockets included.
    threads : int
    """

    at: float
    memory: float
    files: int
    threads: int

    @staticmethod
    def of(process: psutil.Process) -> Use:
        """Return what a process uses now."""
        with process.oneshot():
            memory = process.memory_info().rss / 2**20
            return Use(time.time(), memory, process.num_fds(), process.num_threads())


@dataclass
class Probe:
    """What was measured beside a class.

    Attributes
    ----------
    health : list of float
        Seconds until the health address had answered.
    unhealthy : list of str
        What was wrong where it did not.
    uses : list of Use
    server, workers : float
        Processor seconds of the server's own process, and of its children.
    others : float
        Share of the machine that was busy for neither of these nor this process's clients.
    seconds : float
    """

    health: list[float] = field(default_factory=list)
    unhealthy: list[str] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    server: float = 0.0
    workers: float = 0.0
    others: float = 0.0
    seconds: float = 0.0


@contextmanager
def probing(served: Served) -> Iterator[Probe]:
    """Measure while the block runs.

    Parameters
    ----------
    served : Served
    """
    probe, over = Probe(), threading.Event()
    threads = [
        threading.Thread(target=work, args=(served, probe, over), daemon=True)
        for work in (_ask_health, _look_at_use)
    ]
    began, busy = time.monotonic(), _busy()
    server, workers, own = served.seconds(), children(served.process), _own()
    for thread in threads:
        thread.start()
    try:
        yield probe
    finally:
        over.set()
        for thread in threads:
            thread.join()
        probe.seconds = time.monotonic() - began
        probe.server = served.seconds() - server
        probe.workers = children(served.process) - workers
        used = probe.server + probe.workers + _own() - own
        spent = probe.seconds * (os.cpu_count() or 1)
        probe.others = max(0.0, (_busy() - busy - used) / spent)


def _ask_health(served: Served, probe: Probe, over: threading.Event) -> None:
    place = urlsplit(served.url)
    while not over.wait(HEALTH_EVERY):
        began = time.monotonic()
        connection = HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
        try:
            connection.request("GET", f"{place.path.rstrip('/')}/_stcore/health")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                probe.unhealthy.append(f"status {answer.status}")
        except (OSError, HTTPException) as error:
            probe.unhealthy.append(type(error).__name__)
        finally:
            connection.close()
        probe.health.append(time.monotonic() - began)


def _look_at_use(served: Served, probe: Probe, over: threading.Event) -> None:
    while True:
        with suppress(psutil.Error):
            probe.uses.append(Use.of(served.process))
        if over.wait(USE_EVERY):
            return


def children(process: psutil.Process) -> float:
    """Return the processor time of all processes below one, those that have ended left out."""
    total = 0.0
    for child in process.children(recursive=True):
        with suppress(psutil.Error):
            used = child.cpu_times()
            total += used.user + used.system
    return total


def _own() -> float:
    """Return the processor time of this process and of those it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _busy() -> float:
    used = psutil.cpu_times()
    idle = used.idle + getattr(used, "iowait", 0.0)
    return float(sum(used) - idle - getattr(used, "guest", 0.0))


def machine() -> dict[str, Any]:
    """Return what has to be known of the machine to read the figures."""
    names = [
        line.partition(":")[2].strip()
        for line in _text(Path("/proc/cpuinfo")).splitlines()
        if line.startswith("model name")
    ]
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "processor": names[0] if names else platform.processor(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
    }


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
