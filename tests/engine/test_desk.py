"""Which block is sent next, and where to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import toy_study as toy

from moeviz.engine import Store
from moeviz.engine.desk import AHEAD_SECONDS, STOPPING_SECONDS, Desk, Due
from moeviz.engine.dispatch import Dispatch, Finished
from moeviz.engine.jobs import Job
from moeviz.engine.studies.studies import Studies


@dataclass
class Place:
    slots: int = 2
    quick_slots: int = 1
    ahead: bool = True
    device: str = "cpu"
    useful: bool = False
    in_turn: bool = True
    alive: bool = True


class Paper(Dispatch):
    """Sends nothing."""

    def cancel(self) -> None: ...

    def _send(self, block: Any, state: bytes | None, quick: bool) -> None: ...


@dataclass
class Office:
    """A desk with its place and a clock."""

    path: Path
    place: Place = field(default_factory=Place)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.desk = Desk(lambda: self.now)
        self.runs: list[Dispatch] = []

    def job(self, *seconds: float, visitor: str = "", seed: int = 0) -> Dispatch:
        spec = toy.Specification(seconds, seed=seed)
        job = Job(Studies(toy), spec, Store(self.path).folder(spec.hash, "cpu"))
        job.visitors = {visitor} - {""}
        self.runs.append(Paper(job, self.place, lambda *_: None))
        return self.runs[-1]

    def send(self) -> list[tuple[Dispatch, str, bool]]:
        """Send what is due; return whose blocks, which, and whether beside the workers."""
        sent = []
        while (due := self.desk.next(self.runs, self.place)) is not None:
            block = due.run.send(due.quick)
            self.desk.sent(due, block)
            sent.append((due.run, block.id, due.quick))
        return sent

    def end(self, run: Dispatch, block_id: str, seconds: float) -> None:
        block = next(block for block in run.job.blocks if block.id == block_id)
        self.desk.back(run, block, Finished({}, None, seconds))
        run.chains.end(block)

    def forget(self, run: Dispatch) -> None:
        self.runs.remove(run)
        self.desk.drop(run)


def test_one_block_for_each_worker_and_a_short_one_ahead(tmp_path: Path):
    office = Office(tmp_path)
    run = office.job(*[0.1] * 9)
    assert office.send() == [(run, f"block-{n}", False) for n in range(4)]
    office.end(run, "block-1", 0.1)
    assert office.send() == [(run, "block-4", False)]


def test_no_long_block_is_sent_ahead_and_nothing_behind_one(tmp_path: Path):
    office = Office(tmp_path)
    long = office.job(*[20.0] * 4)
    assert [block for _, block, _ in office.send()] == ["block-0", "block-1"]
    short = office.job(*[0.1] * 9, visitor="another")
    assert office.send() == [(short, "block-0", True)]
    office.end(long, "block-0", 20.0)
    assert office.send() == [(short, "block-1", False), (short, "block-2", False)]


def test_a_place_that_takes_nothing_ahead_gets_nothing_ahead(tmp_path: Path):
    office = Office(tmp_path, Place(quick_slots=0, ahead=False))
    office.job(*[0.1] * 9)
    assert len(office.send()) == 2


def test_short_first_blocks_alone_are_computed_beside_the_workers(tmp_path: Path):
    office = Office(tmp_path)
    office.job(*[20.0] * 4)
    office.send()
    slow = office.job(*[5.0] * 4, visitor="slow", seed=1)
    assert office.send() == []
    quick = office.job(*[0.7] * 9, visitor="quick", seed=2)
    assert office.send() == [(quick, "block-0", True)]
    office.end(quick, "block-0", 0.7)
    assert office.send() == [(quick, "block-1", True)]
    office.end(quick, "block-1", 7.0)  # the machine is busy
    assert office.send() == [(quick, "block-2", True)]
    office.end(quick, "block-2", 7.0)
    assert office.send() == [], "it is not at its first blocks any more"
    assert slow.chains.peek().id == "block-0"


def test_many_newcomers_take_turns_at_the_place_beside(tmp_path: Path):
    office = Office(tmp_path)
    office.job(*[20.0] * 4)
    office.send()
    new = [office.job(*[0.1] * 3, visitor=f"v{n}", seed=n) for n in range(5)]
    begun = []
    for _ in range(5):
        ((run, block, quick),) = office.send()
        assert (block, quick) == ("block-0", True)
        office.end(run, block, 0.1)
        begun.append(run)
    assert {id(run) for run in begun} == {id(run) for run in new}


def test_who_has_nothing_yet_comes_before_who_has_a_point(tmp_path: Path):
    office = Office(tmp_path)
    office.job(*[20.0] * 4)
    office.send()
    old = office.job(*[0.1] * 9, visitor="old", seed=1)
    assert office.send() == [(old, "block-0", True)]
    new = [office.job(*[0.1] * 3, visitor=f"v{n}", seed=2 + n) for n in range(3)]
    office.end(old, "block-0", 0.1)
    for run in new:
        assert office.send() == [(run, "block-0", True)]
        office.end(run, "block-0", 5.0)
    assert office.send() == [(old, "block-1", True)]


def test_who_holds_the_workers_alone_needs_no_place_beside(tmp_path: Path):
    office = Office(tmp_path)
    office.job(*[0.5] * 9)
    assert [quick for *_, quick in office.send()] == [False] * 4


def test_blocks_that_were_cancelled_may_hold_their_workers_a_moment(tmp_path: Path):
    office = Office(tmp_path)
    old = office.job(*[20.0] * 4)
    office.send()
    office.forget(old)
    new = office.job(0.1, 20.0, 20.0, 20.0, seed=1)
    sent = office.send()
    assert sent[0] == (new, "block-0", True), "short: beside the workers"
    assert [quick for *_, quick in sent[1:]] == [False, False], "they are free in no time"
    office.now = STOPPING_SECONDS + 0.1
    office.forget(new)
    office.now += STOPPING_SECONDS + 0.1
    again = office.job(0.1, seed=2)
    assert office.send() == [(again, "block-0", False)]


def test_what_is_expected_follows_what_was_measured(tmp_path: Path):
    office = Office(tmp_path, Place(slots=1, quick_slots=0))
    run = office.job(*[0.5] * 20)
    assert len(office.send()) == 2
    for n in range(3):  # ten times as slow
        office.end(run, f"block-{n}", 10 * 0.5)
        office.send()
    assert AHEAD_SECONDS < 0.5 * 10
    office.end(run, "block-3", 5.0)
    assert len(office.send()) <= 1


def test_a_visitor_with_long_blocks_gets_no_more_time_than_one_with_short(tmp_path: Path):
    office = Office(tmp_path, Place(slots=1, quick_slots=0, ahead=False))
    long = office.job(*[5.0] * 40, visitor="a")
    office.job(*[0.5] * 400, visitor="b", seed=1)
    got = {"a": 0.0, "b": 0.0}
    for _ in range(110):
        ((run, block, _),) = office.send()
        seconds = 5.0 if run is long else 0.5
        office.end(run, block, seconds)
        got["a" if run is long else "b"] += seconds
    assert abs(got["a"] - got["b"]) <= 5.0


def test_what_comes_back_late_from_a_job_that_began_anew_is_no_news(tmp_path: Path):
    office = Office(tmp_path)
    run = office.job(*[0.1] * 4)
    office.send()
    office.forget(run)
    office.end(run, "block-0", 0.1)
    assert office.desk.next([], office.place) is None
    assert isinstance(office.desk.next([office.job(0.1, seed=5)], office.place), Due)


def test_how_long_a_job_should_wait_follows_the_blocks_under_way(tmp_path: Path):
    office = Office(tmp_path, Place(quick_slots=0))
    long = office.job(*[20.0] * 4)
    office.send()
    soon = office.job(*[5.0] * 4, visitor="soon", seed=1)
    later = office.job(*[5.0] * 4, visitor="later", seed=2)
    assert office.send() == []

    def waits() -> list[float | None]:
        found = office.desk.standings(office.runs, office.place)
        return [found[run.job.job_id].wait for run in (long, soon, later)]

    assert waits() == [0.0, 20.0, 20.0]
    office.now = 15.0
    assert waits() == [0.0, 5.0, 5.0]
    office.now = 30.0
    assert waits() == [0.0, 15.0, 15.0], "it should have ended, and nobody knows when it will"
    found = office.desk.standings(office.runs, office.place)
    assert [found[run.job.job_id].before for run in (soon, later)] == [0, 1]


def test_nothing_more_is_sent_of_a_job_that_was_cancelled_just_now(tmp_path: Path):
    office = Office(tmp_path)
    old, new = office.job(*[0.1] * 9), office.job(*[0.1] * 9, seed=1)
    old.job.run += 1  # as a cancel does, before the monitor has heard of it
    assert {run for run, *_ in office.send()} == {new}
    assert list(office.desk.standings(office.runs, office.place)) == [new.job.job_id]


def test_all_is_forgotten_when_the_place_is_gone(tmp_path: Path):
    office = Office(tmp_path)
    office.job(*[20.0] * 4)
    office.send()
    office.desk.clear()
    office.runs.clear()
    again = office.job(*[20.0] * 4)
    assert office.send() == [(again, "block-0", False), (again, "block-1", False)]


def test_where_nobody_is_there_nothing_is_sent_and_nobody_can_tell_when(tmp_path: Path):
    office = Office(tmp_path, Place(slots=0, quick_slots=0))
    run = office.job(0.1, 0.1, visitor="a")
    assert office.send() == []
    found = office.desk.standings([run], office.place)
    assert found[run.job.job_id].wait is None
