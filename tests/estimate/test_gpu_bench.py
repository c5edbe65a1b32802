"""The benchmark of a GPU times both sides alike: warm, and the best of a few."""

from __future__ import annotations

import pytest
import torch

from moeviz.bench import gpu
from moeviz.bench.work import Task, make_data
from moeviz.study import PRESETS


@pytest.fixture
def clock(monkeypatch):
    """Time that only goes on when a test says so."""
    now = [0.0]
    monkeypatch.setattr(gpu.time, "perf_counter", lambda: now[0])
    return now


def test_the_first_call_and_slower_ones_do_not_count(clock):
    costs = iter([100.0, 3.0, 2.0, 5.0])
    waited = []

    def work():
        clock[0] += next(costs)
        return len(waited)

    assert gpu._best(work, lambda: waited.append(1)) == (2.0, 0)
    assert list(costs) == []
    assert len(waited) == 2 * gpu.REPEATS


@pytest.fixture
def data(monkeypatch):
    """Few data of a study; the processor stands in for the device."""
    monkeypatch.setattr(torch.cuda, "synchronize", lambda: None)
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: None)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 7)
    spec = PRESETS["lab"].build({"sizes": (50,), "replicates": 2, "box": 100.0})
    return make_data(Task(spec, 50, 0, 2))


def test_passes_of_both_sides_are_warm(data, clock, monkeypatch):
    passes, seen = gpu._pass, []

    def cold_at_first(of):
        clock[0] += 1.0 if seen else 1000.0
        seen.append(of)
        return passes(of)

    monkeypatch.setattr(gpu, "_pass", cold_at_first)
    rows = list(gpu._passes(data, data.to("cpu")))
    assert [row[:3] for row in rows] == [(length, 1.0, 1.0) for length in gpu.CHUNKS]
    assert all(row[3]["largest_relative_difference"] == 0.0 for row in rows)


def test_fits_of_both_sides_are_warm(data, clock, monkeypatch):
    fits, seen = gpu.fit, set()

    def cold_at_first(problem, *case):
        clock[0] += 1.0 if id(problem) in seen else 1000.0
        seen.add(id(problem))
        return fits(problem, *case)

    monkeypatch.setattr(gpu, "fit", cold_at_first)
    row = gpu._fits("work", data, data.to("cpu"), "none")
    assert (row["ours_seconds"], row["peer_seconds"]) == (1.0, 1.0)
    assert row["same_cost_to_1e_9"] == row["fits"] == 2
