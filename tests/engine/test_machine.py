"""What a process may use of its machine, also in a container."""

from __future__ import annotations

import math

import pytest
from dask.system import CPU_COUNT
from distributed.system import MEMORY_LIMIT

from moeviz.engine.workers import machine


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """A folder in place of the system's, and a function that writes a limit into it."""
    monkeypatch.setattr(machine, "GROUPS", tmp_path)
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    return write


def test_dask_counts_the_same_here():
    assert machine.cores() == CPU_COUNT
    assert machine.memory() == MEMORY_LIMIT


@pytest.mark.parametrize(
    ("limits", "cores"),
    [
        ({}, 8),
        ({"cpu.max": "max 100000"}, 8),
        ({"cpu.max": "150000 100000"}, 2),
        ({"cpu.max": "1000 100000"}, 1),
        ({"cpu.max": "6400000 100000"}, 8),
        ({"cpu,cpuacct/cpu.cfs_quota_us": "-1", "cpu,cpuacct/cpu.cfs_period_us": "100000"}, 8),
        ({"cpuacct,cpu/cpu.cfs_quota_us": "300000", "cpuacct,cpu/cpu.cfs_period_us": "100000"}, 3),
    ],
)
def test_a_containers_share_of_cores_counts(groups, limits, cores):
    for name, text in limits.items():
        groups(name, text)
    assert machine.cores() == cores


@pytest.mark.parametrize(
    ("name", "text", "limit"),
    [
        ("memory.max", "max", math.inf),
        ("memory.max", "1048576", 2**20),
        ("memory/memory.limit_in_bytes", "2097152", 2**21),
        ("memory/memory.limit_in_bytes", "9223372036854771712", math.inf),
        ("memory.high", "0", math.inf),
    ],
)
def test_a_containers_memory_counts(groups, name, text, limit):
    everything = machine.memory()
    groups(name, text)
    assert machine.memory() == min(everything, limit)
