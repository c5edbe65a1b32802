"""Which moeviz a worker has, who came and went, and what came back lately."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

import moeviz
from moeviz.engine.dispatch import Finished
from moeviz.engine.history import MINUTES, MOST, History
from moeviz.engine.studies.remote import Crew
from moeviz.engine.workers.news import HEARD_SECONDS, News
from moeviz.engine.workers.versions import PLENTY, Made, difference, made
from moeviz.study import NUMBERS_VERSION


def test_a_workers_name_says_version_numbers_and_sources():
    ours = made()
    assert (ours.version, ours.numbers) == (moeviz.__version__, NUMBERS_VERSION)
    assert len(ours.digest) == 8
    assert Made.read(ours.name) == ours
    assert ours.name.replace("-", "").replace(".", "").isalnum()


@pytest.mark.parametrize(
    "name", ["", "GPU", "moeviz", "moeviz-1-x-2", "moeviz-1-2-3-4", "other-1-2-3"]
)
def test_what_is_no_such_name_says_nothing(name: str):
    assert Made.read(name) is None


def test_a_difference_is_said_by_what_differs_first():
    ours = made()
    assert "numbers 9, and this server" in difference(ours, replace(ours, numbers=9))
    assert "has moeviz 0.0.1 with" in difference(ours, replace(ours, version="0.0.1"))
    assert "other sources" in difference(ours, replace(ours, digest="0"))
    assert "says nothing" in difference(ours, None)


def test_what_workers_name_to_their_scheduler():
    assert Crew("tcp://h:1").resources() == {made().name: PLENTY, "BLOCKS": 1.0, "CPU": 1.0}
    gpu = Crew("tcp://h:1", gpu=True, quick=True, memory=5.0).resources()
    assert gpu == {made().name: PLENTY, "QUICK": 1.0, "GPU": 1.0, "MEMORY": 5.0}


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_of_a_worker_that_hung_it_is_not_said_as_well_that_it_left():
    clock = Clock()
    news = News(clock)
    news.came(["b", "a"])
    news.hung("a")
    assert news.left(["a", "b"]) == {"b"}
    clock.now = HEARD_SECONDS + 1
    assert news.left(["a"]) == {"a"}
    said = [(line.what, line.who) for line in news.lines()]
    assert said == [("came", "a"), ("came", "b"), ("hung", "a"), ("left", "b"), ("left", "a")]


def test_blocks_a_minute_are_counted_in_parts_the_latest_last():
    clock = Clock(1000.0)
    history = History(clock)
    run = SimpleNamespace(job=SimpleNamespace(job_id="j"))
    for now in (1000.0, 1001.0, 1590.0):
        clock.now = now
        history.add(run, None, Finished({}, None, 0.5, "w"))
    clock.now = 1600.0
    rate = history.per_minute(parts=4)
    assert len(rate) == 4 * MINUTES
    assert rate[-1] == 4.0
    assert sum(value or 0 for value in rate) == 8.0, "what is ten minutes old is counted no more"
    (past,) = history.since(60.0)
    assert (past.worker, past.began, past.ended) == ("w", 1589.5, 1590.0)


def test_what_was_forgotten_is_not_counted_as_nothing():
    clock = Clock(1000.0)
    history = History(clock)
    run = SimpleNamespace(job=SimpleNamespace(job_id="j"))
    for _ in range(MOST):
        history.add(run, None, Finished({}))
    clock.now = 1020.0
    rate = history.per_minute(parts=4)
    assert rate[-1] == 0.0
    assert set(rate[:-1]) == {None}, "of the part before only the end is known"
