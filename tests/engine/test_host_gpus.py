"""Which local workers have a GPU: several share one, in turn over the GPUs of the machine."""

from __future__ import annotations

from collections import Counter
from multiprocessing import Pipe
from types import SimpleNamespace

import pytest

from moeviz.engine.workers import host, machine

CLUSTER = SimpleNamespace(new_spec={"cls": object, "options": {"nthreads": 1}})


@pytest.mark.parametrize(("workers", "gpus"), [(2, 1), (16, 1), (16, 2), (3, 4)])
def test_workers_share_gpus_in_turn(workers, gpus):
    names = [str(index) for index in range(gpus)]
    specs = host._worker_specs(CLUSTER, workers, names)
    options = [spec["options"] for spec in specs.values()]
    assert [option for option in options if "QUICK" in option["resources"]] == options[-1:]
    assert options.pop()["resources"] == {"QUICK": 1, "GPU": 1}
    on = [option for option in options if option["resources"] == {"BLOCKS": 1, "GPU": 1}]
    assert len(options) == workers
    assert len(on) == min(workers, host.SHARE * gpus)
    shares = Counter(option["env"]["CUDA_VISIBLE_DEVICES"] for option in on)
    assert max(shares.values()) - min(shares.values()) <= 1
    assert max(shares.values()) <= host.SHARE
    assert CLUSTER.new_spec["options"] == {"nthreads": 1}


def test_without_gpus_no_worker_claims_one():
    specs = host._worker_specs(CLUSTER, 4, [])
    resources = [spec["options"]["resources"] for spec in specs.values()]
    assert resources == [{"BLOCKS": 1}] * 4 + [{"QUICK": 1}]
    assert not any("env" in spec["options"] for spec in specs.values())


@pytest.mark.parametrize(
    ("count", "visible", "names"),
    [(2, None, ["0", "1"]), (2, "3,5", ["3", "5"]), (1, "3,5", ["3"]), (0, "", []), (0, None, [])],
)
def test_gpus_are_named_as_cuda_is_told(count, visible, names, monkeypatch):
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    here, there = Pipe(duplex=False)
    there.send(count)
    assert host.gpus_of(here) == names


def test_an_answer_that_does_not_come_is_none(monkeypatch):
    monkeypatch.setattr(host, "GPU_SECONDS", 0.05)
    here, there = Pipe(duplex=False)
    assert host.gpus_of(here) == []
    there.close()
    assert host.gpus_of(here) == []
    assert host.gpus_of(None) == []


class Context:
    """Processes that do their work where they are started."""

    Pipe = staticmethod(Pipe)

    def __init__(self, method):
        self.method = method

    class Process:
        def __init__(self, target, args, daemon):
            self.start = lambda: target(*args)


def test_gpus_are_asked_for_where_there_is_a_driver_and_only_there(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(host.multiprocessing, "get_context", Context)
    monkeypatch.setattr(host, "_count_gpus", lambda answer: answer.send(2))
    driver = tmp_path / "driver"
    monkeypatch.setattr(machine, "DRIVERS", (tmp_path / "none", driver))
    assert host.ask_for_gpus("spawn") is None
    driver.touch()
    assert host.gpus_of(host.ask_for_gpus("spawn")) == ["0", "1"]
