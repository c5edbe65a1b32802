"""What this process may use of its machine.

Dask has functions for it as well; but the workers start only when their number is known, and
importing Dask takes as long as starting an interpreter.
"""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

import psutil

GROUPS = Path("/sys/fs/cgroup")
"""Where Linux keeps the limits of containers, by the second version of control groups or the first.

Source: https://docs.kernel.org/admin-guide/cgroup-v2.html and .../cgroup-v1/index.html."""

DRIVERS = (Path("/dev/nvidiactl"), Path("/dev/dxg"))


def cores() -> int:
    """Return the number of cores that this process may use, its container's limit included."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    here = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, math.ceil(min(here, _quota())))


def memory() -> int:
    """Return the bytes of memory that this process may use, its container's limit included."""
    limits = [psutil.virtual_memory().total]
    for name in ("memory/memory.limit_in_bytes", "memory.max", "memory.high"):
        limits += [int(word) for word in _words(GROUPS / name) if word.isdigit() and int(word)]
    return int(min(limits))


def has_driver() -> bool:
    """Return whether there is a driver by which PyTorch may find a GPU."""
    return any(driver.exists() for driver in DRIVERS)


def _quota() -> float:
    """Return the cores' worth of time that the container may use; infinite without a limit."""
    for folder in (GROUPS, _own_group()):
        match _words(folder / "cpu.max"):
            case [most, each] if most.isdigit():
                return int(most) / int(each)
    for name in ("cpu,cpuacct", "cpuacct,cpu"):
        quota, period = (
            _words(GROUPS / name / f"cpu.cfs_{what}_us") for what in ("quota", "period")
        )
        if quota and period and quota[0].isdigit():  # -1 is no limit
            return int(quota[0]) / int(period[0])
    return math.inf


def _own_group() -> Path:
    for line in _words(Path("/proc/self/cgroup")):
        if line.startswith("0::/"):
            return GROUPS / line.removeprefix("0::/")
    return GROUPS


def _words(file: Path) -> list[str]:
    with suppress(OSError):
        return file.read_text("utf-8").split()
    return []
