"""A job in memory: shares, clock, versions, and what it makes of the store's state."""

from __future__ import annotations

from pathlib import Path

import pytest
import toy_study as toy

from moeviz.engine import Store
from moeviz.engine.clock import Clock
from moeviz.engine.jobs import Job
from moeviz.engine.owner import EngineToken, Owner
from moeviz.engine.record import Record
from moeviz.engine.studies.studies import Studies


class Time:
    """A clock that a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("moeviz.engine.clock.time.monotonic", lambda: self.now)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    spec = toy.Specification((1.0, 2.0, 3.0, 4.0))
    return Job(Studies(toy), spec, Store(tmp_path).folder(spec.hash, "cpu"))


def test_time_left_goes_by_cost(time: Time):
    clock = Clock()
    clock.start(cost_done=0)
    assert clock.left(0, 10) is None
    time.now += 2
    clock.progress(4)
    assert clock.left(4, 10) == pytest.approx(3), "6 of 10 are left, at 2 per second"
    time.now += 1
    assert clock.left(4, 10) == pytest.approx(2), "and it runs down between blocks"
    time.now += 100
    assert clock.left(4, 10) == 0


def test_time_left_goes_by_the_pace_of_this_run(time: Time):
    clock = Clock(before=100.0)
    clock.start(cost_done=5)
    time.now += 1
    clock.progress(6)
    assert clock.left(6, 10) == pytest.approx(4)
    assert clock.seconds() == pytest.approx(101)


def test_the_clock_stands_still_between_runs(time: Time):
    clock = Clock()
    clock.start(0)
    time.now += 3
    clock.stop()
    time.now += 50
    clock.start(1)
    time.now += 2
    assert clock.seconds() == pytest.approx(5)


def test_share_of_the_work_goes_by_cost(job: Job):
    job.become("running")
    job.add({"block-0": {}, "block-2": {}})
    snapshot = job.snapshot()
    assert (snapshot.done, snapshot.total) == (2, 4)
    assert snapshot.fraction == pytest.approx(0.4)
    assert [block.id for block in job.missing] == ["block-1", "block-3"]


def test_results_are_in_the_study_s_order_and_the_reader_s_own(job: Job):
    job.add({"block-3": {"x": 3}})
    job.add({"block-1": {"x": 1}})
    snapshot = job.snapshot()
    assert list(snapshot.results) == ["block-1", "block-3"]
    job.add({"block-0": {"x": 0}})
    assert list(snapshot.results) == ["block-1", "block-3"]


def test_every_change_has_a_new_version(job: Job):
    versions = [job.version]
    for change in (
        lambda: job.become("waiting"),
        lambda: job.become("running"),
        lambda: job.add({"block-0": {}}),
        lambda: job.become("cancelled"),
    ):
        change()
        versions.append(job.version)
    assert versions == sorted(set(versions))


def test_what_the_store_says_is_mirrored(job: Job):
    token = EngineToken()
    running = Record("running", "Computing.", 2.0, 5, Owner.here(token))
    job.mirror(running, {"block-0": {}})
    assert (job.state, job.version) == ("running", 5)
    assert job.snapshot().seconds == 2.0
    assert job.snapshot().seconds_left == pytest.approx(18), "1 of 10 took 2 s"

    token.release()
    job.mirror(running, {})
    assert job.state == "interrupted"
    assert job.version == 6

    job.mirror(Record("failed", "Why it failed.", version=9), {})
    assert (job.state, job.message, job.version) == ("failed", "Why it failed.", 9)


def test_a_change_has_its_time_and_the_store_s_is_kept(job: Job, monkeypatch: pytest.MonkeyPatch):
    assert job.snapshot().changed == 0.0
    for now, change in ((10.0, lambda: job.become("running")), (20.0, lambda: job.add({}))):
        monkeypatch.setattr("moeviz.engine.jobs.time.time", lambda now=now: now)
        change()
        assert job.snapshot().changed == now
    job.mirror(Record("failed", "Why.", beat=5.0), {})
    assert job.snapshot().changed == 5.0


def test_done_means_that_all_blocks_are_there(job: Job):
    job.mirror(Record("done"), {"block-0": {}})
    assert job.state == "interrupted"
    job.mirror(None, {f"block-{i}": {} for i in range(4)})
    assert job.state == "done"
    assert job.snapshot().fraction == 1.0


def test_time_counts_from_when_somebody_began_not_from_when_word_of_it_came(
    monkeypatch: pytest.MonkeyPatch,
):
    clock = Clock(2.0)
    monkeypatch.setattr("moeviz.engine.clock.time.monotonic", lambda: 100.0)
    clock.start(0.0, since=99.5)
    assert clock.seconds() == 2.5
    clock.start(0.0)
    assert clock.seconds() == 2.5, "it counts already"
