"""An engine that says that it is alive, however many jobs it has and however slow its database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import toy_study
from databases import ask
from engine_helpers import until
from inline import Inline
from sqlalchemy import Engine, event
from toy_chains import Relay, Relays

from moeviz.engine import Store, mailbox
from moeviz.engine.job_engine import JobEngine
from moeviz.engine.kind import Kind
from moeviz.engine.mailbox import Mailbox
from moeviz.engine.name import Name
from moeviz.engine.owner import SILENT_SECONDS, EngineToken, Owner
from moeviz.engine.record import Record
from moeviz.engine.rows import records
from moeviz.engine.studies.studies import Studies


@contextmanager
def statements() -> Iterator[list[str]]:
    """What databases are asked within it."""
    said: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


def test_ticks_that_take_long_leave_as_much_time_for_messages(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailbox, "TICK_SECONDS", 0.01)
    order: list[str] = []

    def tick() -> None:
        time.sleep(0.2)
        order.append("tick")

    box = Mailbox("test", tick, lambda: True)
    box.start()
    until(lambda: "tick" in order)
    for _ in range(20):
        box.post(lambda: order.append("message"))
    until(lambda: order.count("message") == 20)
    box.close(5)
    last = len(order) - order[::-1].index("message")
    assert order[:last].count("tick") <= 4, "one message between two ticks once, then 20 of them"


def names(count: int) -> list[Name]:
    return [Name("studies", f"{number:016x}", "cpu") for number in range(count)]


def test_one_beat_writes_how_all_jobs_stand_and_says_which_another_has(store: Store):
    here = Owner.here(EngineToken())
    other = replace(here, host="elsewhere.invalid", engine="other")
    all_names = names(3)
    for name, owner in zip(all_names, (here, here, other), strict=True):
        folder = store.folder(name.hash, "cpu")
        folder.write_record(Record("waiting", owner=owner, beat=time.time()))
    stamps = [store.folder(name.hash, "cpu").stamp() for name in all_names]
    now = time.time() + 100.0
    record = Record("running", "Computing.", 7.5, 3, here, now)
    absent = Name("studies", "f" * 16, "cpu")
    told = dict.fromkeys([*all_names, absent], record)
    assert store.beat(here, told) == set(all_names[:2])
    for name, before in zip(all_names[:2], stamps[:2], strict=True):
        folder = store.folder(name.hash, "cpu")
        assert folder.read_record() == record
        assert folder.read_record().lease == now + SILENT_SECONDS
        assert folder.stamp() > before
    folder = store.folder(all_names[2].hash, "cpu")
    assert folder.stamp() == stamps[2]
    assert (folder.read_record().state, folder.read_record().owner) == ("waiting", other)
    assert ask(store, "SELECT count(*) FROM jobs") == [(3,)]


def test_every_write_leaves_another_mark_also_where_the_clock_was_put_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    here = Owner.here(EngineToken())
    folder, record = store.folder("0" * 16, "cpu"), Record("running", owner=here)
    folder.write_record(record)
    marks = [folder.stamp()]
    monkeypatch.setattr(records.time, "time_ns", lambda: 1)
    for write in (
        lambda: folder.write_record(record),
        lambda: store.beat(here, {folder.name: record}),
        lambda: folder.restore_record(None),
    ):
        write()
        marks.append(folder.stamp())
    assert marks == [marks[0] + n for n in range(4)]


def test_who_wants_each_of_many_jobs_is_one_question(store: Store):
    all_names = names(20)
    for name in all_names[:2]:
        store.folder(name.hash, "cpu").wishes.add("ann", name.hash)
    store.folder(all_names[1].hash, "cpu").wishes.end("ann")
    with statements() as said:
        found = store.wishes_of(all_names, 0.0)
    assert sum(one.startswith("SELECT") for one in said) == 1
    assert found.pop(all_names[0]) == {"ann", all_names[0].hash}
    assert found.pop(all_names[1]) == {all_names[1].hash}
    assert set(map(frozenset, found.values())) == {frozenset()}
    assert store.wishes_of(all_names, time.time() + 1)[all_names[0]] == set()


def test_a_beat_asks_as_little_for_forty_jobs_as_for_one(store: Store):
    runner, go_on, asked = Inline(), threading.Event(), {}
    runner.pause = lambda _: go_on.wait(30)
    engine = JobEngine([Relays()], store, runner, "cpu")
    monitor = engine._monitor
    for count in (1, 40):
        jobs = [engine.submit(Relay(1, 1, size=size), f"visitor {size}") for size in range(count)]
        until(lambda many=count: len(monitor._executor.runs.begun()) == many)
        counted = threading.Event()

        def beat(count: int = count, counted: threading.Event = counted) -> None:
            with statements() as said:
                monitor._beat()
            asked[count] = len(said)
            counted.set()

        monitor._mailbox.post(beat)
        assert counted.wait(30)
    assert asked[1] == asked[40] <= 6
    go_on.set()
    assert {engine.wait(job, 60).state for job in jobs} == {"done"}
    engine.close()


@pytest.mark.parametrize(
    ("kind", "spec", "most"),
    [
        (Studies(toy_study), toy_study.Specification((0.0,) * 12), 4),
        (Relays(), Relay(teams=1, runners=12), 8),
    ],
    ids=["blocks", "blocks-that-leave-something"],
)
def test_a_finished_block_takes_few_questions(
    store: Store, monkeypatch: pytest.MonkeyPatch, kind: Kind, spec: Any, most: int
):
    """SQLite's BEGIN counts as one. Asked were 11, and 14 where blocks leave something."""
    monkeypatch.setattr(mailbox, "TICK_SECONDS", 100.0)
    runner, go_on = Inline(), threading.Semaphore(0)
    runner.slots = 1
    runner.pause = lambda _: go_on.acquire(timeout=30)
    engine = JobEngine([kind], store, runner, "cpu")
    job = engine.submit(spec)
    go_on.release()
    until(lambda: engine.look(job).done == 1)
    posted = threading.Event()
    engine._monitor._mailbox.post(posted.set)
    assert posted.wait(30)
    with statements() as said:
        go_on.release(10)
        until(lambda: engine.look(job).done == 11)
        posted.clear()
        engine._monitor._mailbox.post(posted.set)
        assert posted.wait(30)
    assert len(said) <= 10 * most, said[:most]
    assert ask(store, "SELECT count(*) FROM blocks") == [(11,)]
    kept = store.folder(job, "cpu", kind).read_record()
    assert (kept.state, kept.version) == ("running", engine.look(job).version)
    go_on.release()
    assert engine.wait(job, 30).state == "done"
    engine.close()
