"""Whose wish a job is, over several engines that share a store, and after a restart."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_helpers import until
from inline import Inline
from toy_chains import Relay, Relays

from moeviz.engine import Store
from moeviz.engine.asked import asked_for
from moeviz.engine.ended_by import MESSAGES
from moeviz.engine.errors import StoreError
from moeviz.engine.job_engine import JobEngine
from moeviz.engine.wishes import COUNTS_SECONDS

ANNA, BERT = "a" * 16, "b" * 16
JOB = Relay(teams=1, runners=3)
Make = Callable[[], JobEngine]


@pytest.fixture
def go_on() -> threading.Event:
    return threading.Event()


@pytest.fixture
def make(tmp_path: Path, go_on: threading.Event) -> Iterator[Make]:
    """Makes engines on one store, whose blocks wait until they may go on."""
    engines = []

    def one() -> JobEngine:
        runner = Inline()
        runner.slots = 1
        runner.pause = lambda _: go_on.wait(30)
        engines.append(JobEngine([Relays()], tmp_path, runner, "cpu"))
        return engines[-1]

    yield one
    go_on.set()
    for engine in engines:
        engine.close()


def running(engine: JobEngine) -> None:
    until(lambda: engine.look(JOB).state == "running")


def test_one_takes_back_what_two_asked_for_and_it_goes_on(make: Make, go_on: threading.Event):
    engine = make()
    engine.submit(JOB, ANNA)
    engine.submit(JOB, BERT)
    assert engine.wished_by(JOB) == {ANNA, BERT}
    assert not engine.withdraw(JOB, ANNA)
    assert engine.look(JOB).active
    go_on.set()
    assert engine.wait(JOB, timeout=30).state == "done"


def test_the_last_who_wants_it_ends_it(make: Make):
    engine = make()
    for visitor in (ANNA, BERT):
        engine.submit(JOB, visitor)
    assert not engine.withdraw(JOB, BERT)
    assert not engine.withdraw(JOB, BERT), "twice is no more than once"
    assert engine.withdraw(JOB, ANNA)
    assert engine.look(JOB).state == "cancelled"


def test_who_is_told_to_the_store_while_another_withdraws_counts(
    make: Make, monkeypatch: pytest.MonkeyPatch
):
    engine = make()
    say, told = engine._monitor.wishes.say, threading.Event()
    monkeypatch.setattr(
        engine._monitor.wishes, "say", lambda *words, **more: told.wait(30) and say(*words, **more)
    )
    for visitor in (ANNA, BERT):
        engine.submit(JOB, visitor)
    job = engine._ledger.find(JOB, "cpu")
    until(lambda: job.held)
    withdraw = job.folder.wishes.withdraw

    def late(*words: Any) -> set[str]:
        left = withdraw(*words)
        told.set()
        until(lambda: not job.unsaid)
        return left

    monkeypatch.setattr(job.folder.wishes, "withdraw", late)
    assert not engine.withdraw(JOB, BERT)
    monkeypatch.undo()
    assert engine.look(JOB).active
    assert engine.withdraw(JOB, ANNA)


def test_who_asked_at_another_engine_keeps_a_job(make: Make, go_on: threading.Event):
    first, second = make(), make()
    first.submit(JOB, ANNA)
    running(first)
    second.submit(JOB, BERT)
    until(lambda: BERT in first.wished_by(JOB))
    assert not first.withdraw(JOB, ANNA)
    assert first.look(JOB).active
    assert second.withdraw(JOB, BERT)
    until(lambda: first.look(JOB).state == "cancelled", 5)


def test_whose_wish_it_is_survives_a_restart(make: Make):
    engine = make()
    engine.submit(JOB, ANNA)
    engine.submit(JOB, BERT)
    running(engine)
    until(lambda: not engine._ledger.find(JOB, "cpu").unsaid)
    engine.close()
    again = make()
    assert again.look(JOB).state == "interrupted"
    assert again.wished_by(JOB) == {ANNA, BERT}
    again.submit(JOB, ANNA)
    running(again)
    assert not again.withdraw(JOB, ANNA), "the other one wants it still"
    assert again.withdraw(JOB, BERT)


def test_what_the_command_line_computes_is_not_ended_by_who_joined(make: Make):
    line, engine = make(), make()
    line.submit(JOB)
    running(line)
    engine.submit(JOB, ANNA)
    until(lambda: ANNA in line.wished_by(JOB))
    assert not engine.withdraw(JOB, ANNA)
    assert line.look(JOB).active
    engine.cancel(JOB)
    until(lambda: line.look(JOB).state == "cancelled", 5)


def test_who_cancels_for_all_does(make: Make):
    first, second = make(), make()
    first.submit(JOB, ANNA)
    running(first)
    second.submit(JOB, BERT)
    until(lambda: BERT in first.wished_by(JOB))
    first.cancel(JOB)
    until(lambda: second.look(JOB).state == "cancelled", 5)
    until(lambda: not second._monitor._followed, 5)
    assert second.look(JOB).state == "cancelled", "nobody takes it over"
    assert second.wished_by(JOB) == set()


@pytest.mark.parametrize("here", [True, False])
def test_who_wanted_a_job_is_told_by_whose_power_it_ended(make: Make, here: bool):
    first, second = make(), make()
    first.submit(JOB, ANNA)
    running(first)
    (first if here else second).cancel(JOB, "lecturer")
    until(lambda: first.look(JOB).state == "cancelled", 5)
    until(lambda: second.look(JOB).state == "cancelled", 5)
    assert first.look(JOB).message == second.look(JOB).message == MESSAGES["lecturer"]
    until(lambda: asked_for(first.store, ANNA)[0].message == MESSAGES["lecturer"], 5)


def test_a_wish_that_comes_while_a_job_is_cancelled_elsewhere_has_it_go_on(
    make: Make, go_on: threading.Event
):
    first, second = make(), make()
    first.submit(JOB, ANNA)
    running(first)
    second.submit(JOB, BERT)
    until(lambda: BERT in first.wished_by(JOB))
    job = first._ledger.find(JOB, "cpu")
    with first._ledger.changed:  # As if the first had looked before the wish was there.
        first._monitor.withdraw(job, "cancelled")
    go_on.set()
    assert second.wait(JOB, timeout=30).state == "done"


def test_a_job_that_is_done_has_given_what_was_wished_for(make: Make, go_on: threading.Event):
    engine = make()
    go_on.set()
    engine.submit(JOB, ANNA)
    assert engine.wait(JOB, timeout=30).state == "done"
    until(lambda: not engine.wished_by(JOB))
    (listed,) = asked_for(engine.store, ANNA)
    assert (listed.name.hash, listed.wanted) == (JOB.hash, False)
    engine.submit(JOB, BERT)
    until(lambda: bool(asked_for(engine.store, BERT)))
    assert engine.wished_by(JOB) == set()


def test_a_wish_that_nobody_came_back_to_counts_no_more(
    make: Make, monkeypatch: pytest.MonkeyPatch
):
    engine = make()
    engine.submit(JOB, ANNA)
    engine.submit(JOB, BERT)
    until(lambda: not engine._ledger.find(JOB, "cpu").unsaid)
    running(engine)
    late = time.time() + COUNTS_SECONDS + 1
    monkeypatch.setattr("moeviz.engine.wishes.time.time", lambda: late)
    assert engine.withdraw(JOB, BERT)


def test_a_store_that_refuses_leaves_wishes_in_memory(make: Make, monkeypatch: pytest.MonkeyPatch):
    engine = make()
    engine.submit(JOB, ANNA)
    running(engine)

    def refuse(*_: object, **__: object) -> None:
        raise StoreError("Expected a disk with room, but it is full.")

    folder = engine._ledger.find(JOB, "cpu").folder
    for name in ("add", "withdraw", "end", "by"):
        monkeypatch.setattr(folder.wishes, name, refuse)
    engine.submit(JOB, BERT)
    assert engine.wished_by(JOB) == {ANNA, BERT}
    assert not engine.withdraw(JOB, BERT)
    assert engine.withdraw(JOB, ANNA)


def test_who_wants_it_no_more_at_once_leaves_nothing(make: Make):
    engine = make()
    for _ in range(20):
        engine.submit(JOB, ANNA)
        engine.withdraw(JOB, ANNA, keep=False)
    folder = Store(engine.store.root).folder(JOB.hash, "cpu", Relays())
    until(lambda: not folder.wishes.by(), 5)
    assert asked_for(engine.store, ANNA) == []
