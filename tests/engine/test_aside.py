"""Jobs whose kind of device is gone: how long they wait, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import toy_study as toy

from moeviz.engine import EngineError, Store
from moeviz.engine.aside import HANDED_SECONDS, MOST, MOVED, Aside
from moeviz.engine.jobs import Job
from moeviz.engine.studies.studies import Studies


class Place:
    def __init__(self) -> None:
        self.gone = {"cpu": 0.0, "cuda": 20.0}

    def missing(self, device: str) -> float:
        return self.gone[device]


class Office:
    def __init__(self, root: Path, device: str) -> None:
        self.now = 0.0
        self.aside = Aside(lambda: self.now)
        self.place = Place()
        spec = toy.Specification((0.0,))
        self.job = Job(Studies(toy), spec, Store(root).folder(spec.hash, device))

    def now_on(self, any_device: bool = True) -> str | None:
        (waiting,) = self.aside.waiting()
        return self.aside.device_now(waiting, self.place, any_device)


def test_a_job_waits_for_a_gpu_and_goes_on_where_one_comes_back(tmp_path: Path):
    office = Office(tmp_path, "cuda")
    assert "handed on to processors" in office.aside.put(office.job, 0, "cuda", True)
    office.now = HANDED_SECONDS - 1
    assert office.now_on() is None
    office.place.gone["cuda"] = 0.0
    assert office.now_on() == "cuda"
    assert office.aside.moved(office.job) is None


def test_where_none_comes_back_it_is_handed_on_and_that_is_said(tmp_path: Path):
    office = Office(tmp_path, "cuda")
    office.aside.put(office.job, 0, "cuda", True)
    office.now = HANDED_SECONDS
    assert office.now_on() == "cpu"
    office.aside.end(office.aside.waiting()[0])
    assert not office.aside
    assert office.aside.moved(office.job) == MOVED
    office.job.run += 1
    assert office.aside.moved(office.job) is None


def test_who_asked_for_gpus_alone_is_told_how_to_go_on(tmp_path: Path):
    office = Office(tmp_path, "cuda")
    assert "handed on" not in office.aside.put(office.job, 0, "cuda", False)
    office.now = HANDED_SECONDS
    with pytest.raises(EngineError, match="choose device 'cpu' or 'auto'"):
        office.now_on(any_device=False)


def test_on_processors_it_waits_whatever_it_takes_and_a_cancelled_one_is_forgotten(tmp_path: Path):
    office = Office(tmp_path, "cpu")
    office.place.gone["cpu"] = 20.0
    assert "No worker is there" in office.aside.put(office.job, 0, "cpu", True)
    office.now = 1e6
    assert office.now_on() is None
    office.job.run += 1
    assert office.aside.waiting() == []


def test_workers_that_go_again_and_again_end_a_job_unless_blocks_come_back(tmp_path: Path):
    office = Office(tmp_path, "cpu")
    for _ in range(MOST):
        office.aside.put(office.job, 0, "cpu", True)
    office.aside.computed(office.job)
    for _ in range(MOST):
        office.aside.put(office.job, 0, "cpu", True)
    with pytest.raises(EngineError, match="in a row all were gone"):
        office.aside.put(office.job, 0, "cpu", True)
