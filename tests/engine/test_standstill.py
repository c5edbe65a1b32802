"""A database that keeps its connections and answers nothing: who asks is answered all the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import ask
from engine_helpers import until
from inline import Inline
from sqlalchemy import event
from toy_chains import Relay, Relays, undisturbed

from moeviz.engine import Store, brief
from moeviz.engine.errors import LostStoreError, StoreError
from moeviz.engine.job_engine import JobEngine
from moeviz.engine.ledger import Ledger
from moeviz.engine.shelf import NOTHING, UNSURE
from moeviz.engine.snapshot import AWAY

ANNA, BERT = "a" * 16, "b" * 16
JOB, OTHER = Relay(teams=1, runners=3), Relay(teams=1, runners=2)
SOON = 1.5
"""Seconds within which one is answered here, where one waits for 0.3 s, on a busy machine."""


class Frozen:
    """Holds up whatever one store's database is asked."""

    def __init__(self, store: Store, what: str = "before_cursor_execute") -> None:
        store.shelf.write(lambda rows, c: None)
        self.thawed = threading.Event()
        self.held = 0
        self._store, self._what = store, what
        self._engine = store.shelf._database._open(make=True)

    def _hold(self, *_: object) -> None:
        self.held += not self.thawed.is_set()
        assert self.thawed.wait(30)

    def __enter__(self) -> Frozen:
        event.listen(self._engine, self._what, self._hold)
        return self

    def __exit__(self, *_: object) -> None:
        self.thawed.set()
        until(lambda: not self._store.shelf._brief._open)


class Place:
    """Two engines on one database; blocks wait until they may go on."""

    def __init__(self, root: Path) -> None:
        self.go_on = threading.Event()
        self.engines = []
        for _ in range(2):
            runner = Inline()
            runner.slots = 1
            runner.pause = lambda _: self.go_on.wait(30)
            self.engines.append(JobEngine([Relays()], Store(root), runner, "cpu"))
        self.here, self.there = self.engines


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(brief, "PATIENCE_SECONDS", 0.3)
    made = Place(tmp_path)
    yield made
    made.go_on.set()
    for engine in made.engines:
        engine.close()


def running(place: Place) -> None:
    """Wait until both know that the other engine computes the job."""
    until(lambda: place.there.look(JOB).state == "running")
    until(lambda: place.here.look(JOB).state == "running")


def in_time(work: Callable[[], Any], seconds: float = SOON) -> Any:
    began = time.monotonic()
    try:
        return work()
    finally:
        assert time.monotonic() - began < seconds


def test_who_looks_is_answered_from_what_is_known_and_follows_later(place: Place):
    place.there.submit(JOB)
    running(place)
    with Frozen(place.here.store) as frozen:
        first = in_time(lambda: place.here.look(JOB))
        assert (first.state, first.message) == ("running", AWAY)
        place.go_on.set()
        assert place.there.wait(JOB, 30).state == "done"
        in_time(lambda: [place.here.look(JOB) for _ in range(200)], 2 * SOON)
        assert frozen.held == 1, "one question at a time"
        assert place.here.look(JOB).state == "running"
        with pytest.raises(LostStoreError):
            in_time(lambda: place.here.look(OTHER))
    found = place.here.look(JOB)
    assert found.state == "done"
    assert found.result() == undisturbed(JOB)


def test_what_is_computed_here_is_cancelled_at_once_and_the_store_is_told_later(place: Place):
    place.here.submit(JOB, ANNA)
    until(lambda: place.here.look(JOB).state == "running")
    until(lambda: place.there.wished_by(JOB) == {ANNA})
    with Frozen(place.here.store):
        assert in_time(lambda: place.here.withdraw(JOB, ANNA))
        assert place.here.look(JOB).state == "cancelled"
    until(lambda: place.there.look(JOB).state == "cancelled", 5)
    until(lambda: place.there.wished_by(JOB) == set())


@pytest.mark.parametrize("how", ["withdraw", "cancel"])
def test_what_another_computes_goes_on_and_it_is_said_that_nothing_was_done(place: Place, how: str):
    place.there.submit(JOB, ANNA)
    running(place)
    until(lambda: place.here.wished_by(JOB) == {ANNA})
    words = (JOB, ANNA) if how == "withdraw" else (JOB,)
    with Frozen(place.here.store):
        with pytest.raises(LostStoreError) as told:
            in_time(lambda: getattr(place.here, how)(*words))
        assert str(told.value) == NOTHING
    time.sleep(0.1)
    assert ask(place.here.store, "SELECT cancel FROM jobs") == [(None,)]
    assert place.here.wished_by(JOB) == {ANNA}
    getattr(place.here, how)(*words)
    until(lambda: place.there.look(JOB).state == "cancelled", 5)


def test_where_the_last_word_alone_is_missing_that_is_said(place: Place):
    place.there.submit(JOB, ANNA)
    running(place)
    until(lambda: place.here.wished_by(JOB) == {ANNA})
    with Frozen(place.here.store, "commit"):
        with pytest.raises(LostStoreError) as told:
            in_time(lambda: place.here.withdraw(JOB, ANNA))
        assert str(told.value) == UNSURE
    until(lambda: place.there.look(JOB).state == "cancelled", 5)


def test_what_is_run_meanwhile_is_computed_later(place: Place):
    place.go_on.set()
    with Frozen(place.here.store):
        in_time(lambda: place.here.submit(JOB, ANNA))
        found = in_time(lambda: place.here.look(JOB))
        assert found.state == "waiting"
        until(lambda: place.here.look(JOB).message == AWAY)
    assert place.here.wait(JOB, 30).result() == undisturbed(JOB)
    assert ask(place.here.store, "SELECT count(*) FROM blocks") == [(3,)]


def test_an_older_reading_does_not_undo_what_came_after_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    place.here.submit(JOB, ANNA)
    until(lambda: place.here.look(JOB).state == "running")
    place.here.cancel(JOB)
    job = place.here._ledger.find(JOB, "cpu")
    until(lambda: not job.mine)
    job.stamp = None
    inside, go_on, read_record = threading.Event(), threading.Event(), job.folder.read_record

    def slowly(repair: bool = False) -> Any:
        found = read_record(repair)
        if threading.current_thread() is reader:
            inside.set()
            assert go_on.wait(30)
        return found

    monkeypatch.setattr(job.folder, "read_record", slowly)
    reader = threading.Thread(target=lambda: Ledger.refresh(place.here._ledger, job))
    reader.start()
    assert inside.wait(30)
    place.go_on.set()
    place.here.submit(JOB, ANNA)
    assert place.here.wait(JOB, 30).state == "done"
    until(lambda: not job.mine)
    go_on.set()
    reader.join()
    assert job.state == "done"
    assert place.here.look(JOB).state == "done"


def test_many_who_ask_about_the_same_share_the_next_answer():
    asks, go_on, count = brief.Brief(), threading.Event(), []

    def work(call: brief.Call) -> int:
        count.append(call)
        go_on.wait(30)
        return len(count)

    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(asks.ask(work, "x"))) for _ in range(20)
    ]
    threads[0].start()
    until(lambda: len(count) == 1)
    for thread in threads[1:]:
        thread.start()
    until(lambda: len(asks._next) == 1)
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(count) <= 3
    assert set(found) <= {1, 2, 3}


def test_an_error_is_whose_question_it_was():
    def refuse(call: brief.Call) -> None:
        raise StoreError("Expected room, but there is none.")

    asks = brief.Brief()
    with pytest.raises(StoreError, match="room"):
        asks.ask(refuse)
    assert asks.ask(lambda call: 3) == 3
    assert not asks.late


def test_one_question_that_takes_long_holds_up_no_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(brief, "PATIENCE_SECONDS", 0.2)
    asks, go_on = brief.Brief(), threading.Event()
    with pytest.raises(brief.LateError):
        asks.ask(lambda call: go_on.wait(30))
    assert asks.late
    with pytest.raises(brief.LateError):
        asks.ask(lambda call: 1)
    until(lambda: not asks.late, 5)
    assert [asks.ask(lambda call, number=number: number) for number in range(9)] == [*range(9)]
    time.sleep(0.3)
    assert asks.ask(lambda call: 2) == 2
    go_on.set()
    until(lambda: not asks._open)


def test_whoever_was_left_before_it_was_asked_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(brief, "PATIENCE_SECONDS", 0.2)
    store = Store(tmp_path)
    written: list[int] = []
    with Frozen(store):
        for _ in range(brief.MOST_THREADS + 2):
            with pytest.raises(LostStoreError, match="nothing was changed"):
                store.shelf.write_briefly(lambda rows, c: written.append(1))
    assert written == []
    store.shelf.write_briefly(lambda rows, c: written.append(1))
    assert written == [1]
    store.close()
