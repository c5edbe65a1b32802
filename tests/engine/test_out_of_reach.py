"""Databases that are out of reach, apps that are for a database, and who comes back too late."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres, ask
from engine_helpers import until
from inline import Inline
from sqlalchemy import create_engine, make_url, text
from toy_chains import Relay, Relays

from moeviz.engine import Store
from moeviz.engine.database import base, server, watch
from moeviz.engine.database.base import Database
from moeviz.engine.errors import unreachable
from moeviz.engine.job_engine import JobEngine
from moeviz.engine.jobs import MESSAGES
from moeviz.engine.listing import kept_jobs
from moeviz.engine.owner import EngineToken, Owner
from moeviz.engine.record import Record
from moeviz.engine.snapshot import AWAY

JOB = "0123456789abcdef"


def elsewhere() -> Owner:
    return replace(Owner.here(EngineToken()), host="elsewhere.invalid")


@pytest.mark.parametrize("state", ["running", "done"])
def test_who_comes_back_to_a_job_that_another_has_taken_writes_nothing(store: Store, state: str):
    runner, go_on = Inline(), threading.Event()
    runner.pause = lambda _: go_on.wait(30)
    engine = JobEngine([Relays()], store, runner, "cpu")
    spec = Relay(teams=1, runners=3)
    job = engine.submit(spec)
    until(lambda: engine.look(job).state == "running")
    folder = store.folder(job, "cpu", Relays())
    until(lambda: folder.read_record().state == "running")
    record = Record(state, owner=elsewhere(), beat=time.time())
    folder.alone(lambda: folder.write_record(record))
    go_on.set()
    until(lambda: not engine._ledger.find(job, "cpu").mine)
    engine.close()
    kept = folder.read_record()
    assert (kept.state, kept.owner) == (state, record.owner)
    assert ask(store, "SELECT block FROM blocks") == []


def test_no_moment_lies_between_the_last_block_and_that_a_job_is_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    """Whoever dies there leaves a job that is whole, and would never be said to be."""
    engine = JobEngine([Relays()], store, Inline(), "cpu")
    executor = engine._monitor._executor
    monkeypatch.setattr(executor, "_add", lambda run, block, result: None)  # it dies here
    spec = Relay(teams=1, runners=1)
    job = engine.submit(spec)
    folder = store.folder(job, "cpu", Relays())
    until(lambda: "0/0" in folder.read_results(["0/0"]))
    assert ask(store, "SELECT state FROM jobs") == [("done",)]
    monkeypatch.undo()
    engine.close()


def test_who_reads_does_not_ask_again_at_once_where_an_answer_took_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    database = Database(make_url(f"sqlite:///{tmp_path / 'x.db'}"))
    asked = []

    def lost(*_: object) -> None:
        asked.append(time.monotonic())
        time.sleep(0.1)
        raise unreachable("there")

    with monkeypatch.context() as patch:
        patch.setattr(database, "_read", lost)
        for _ in range(20):
            with pytest.raises(base.LostStoreError):
                database.read(lambda connection: 1, 0)
        assert len(asked) == 2
        time.sleep(max(0.0, database._silent_until - time.monotonic()) + 0.01)
        with pytest.raises(base.LostStoreError):
            database.read(lambda connection: 1, 0)
        assert len(asked) == 4
    assert database.write(lambda connection: 2) == 2
    assert database.read(lambda connection: 3, 0) == 3, "what could be written can be read"
    database.close()


def test_who_looks_at_a_job_is_told_that_what_it_found_waits_for_the_database(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    engine = JobEngine([Relays()], store, Inline(), "cpu")
    database, there = store.shelf._database, threading.Event()
    write = database._write

    def lost_at_first(work: Callable[..., Any]) -> Any:
        if not there.is_set():
            raise unreachable("there")
        return write(work)

    monkeypatch.setattr(database, "_write", lost_at_first)
    job = engine.submit(Relay(teams=1, runners=1))
    until(lambda: engine.look(job).message == AWAY)
    assert engine.look(job).active
    there.set()
    assert engine.wait(job, timeout=30).message == MESSAGES["done"]
    assert not store.shelf.awaited
    engine.close()


def test_an_app_that_stands_still_does_not_hold_a_job_for_ever(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url = postgres.database()
    stores = [Store(tmp_path / name, url) for name in "ab"]
    folders = [store.folder(JOB, "cpu") for store in stores]
    folders[1].write_specification({})
    monkeypatch.setattr(server, "_OWN_REACH", "SET idle_in_transaction_session_timeout = 300")
    inside, times = threading.Event(), []

    def stand_still() -> None:
        inside.set()
        times.append(time.monotonic())
        time.sleep(2.0 if len(times) == 1 else 0.0)
        folders[0].write_result("a", {"x": 1})

    thread = threading.Thread(target=lambda: folders[0].alone(stand_still))
    thread.start()
    assert inside.wait(10)
    folders[1].alone(lambda: folders[1].write_result("b", {"x": 2}))
    assert time.monotonic() - times[0] < 1.8
    thread.join()
    assert len(times) == 2, "it learns of that, and does it again"
    assert folders[1].read_results(["a", "b"]) == {"a": {"x": 1}, "b": {"x": 2}}
    for store in stores:
        store.close()


def test_a_question_that_a_server_does_not_answer_is_cut_off(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(server, "DEAF_SECONDS", 0.5)
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.05)
    store = Store(tmp_path, postgres.database())
    store.shelf.write(lambda rows, c: None)
    slowly, many = text("SELECT pg_sleep(5)"), text("SELECT pg_sleep(0.15)")
    began = time.monotonic()
    with pytest.raises(base.LostStoreError):
        store.shelf._database._read(lambda c: c.execute(slowly), None)
    assert 0.4 < time.monotonic() - began < 4
    asked = []

    def at_first(rows: Any, connection: Any) -> int:
        asked.append(time.monotonic())
        connection.execute(slowly if len(asked) == 1 else many)
        return len(asked)

    assert store.shelf.write(at_first) == 2, "what was not answered is asked again"
    began = time.monotonic()
    store.shelf.write(lambda rows, c: [c.execute(many) for _ in range(5)])
    time.sleep(0.7)
    assert store.shelf.write(lambda rows, c: c.execute(text("SELECT 1")).scalar()) == 1
    assert time.monotonic() - began < 5, "none of many short ones is cut off, nor who rests"
    store.close()


@pytest.mark.parametrize("what", ["list", "export", "import", "prune"])
def test_a_question_that_goes_through_much_may_take_longer(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
):
    url = postgres.database()
    store = Store(tmp_path, url)
    folder = store.folder(JOB, "cpu")
    folder.write_result("a", {"x": 1})
    store.close()
    monkeypatch.setattr(server, "DEAF_SECONDS", 0.4)
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.05)
    store.shelf.write(lambda rows, c: None)
    texts = {"a": '{"x":2}', "b": '{"x":3}'}
    work = {
        "list": lambda: [job.size for job in kept_jobs(store)],
        "export": lambda: folder.read_results(["a"]),
        "import": lambda: store.shelf.write(
            lambda rows, c: rows.blocks.write(c, folder.name, texts)
        ),
        "prune": lambda: store.shelf.write(lambda rows, c: rows.kept.remove(c, folder.name)),
    }[what]
    holder = create_engine(url)
    with holder.begin() as connection:
        connection.execute(text("LOCK TABLE blocks IN ACCESS EXCLUSIVE MODE"))
        found: list[Any] = []
        thread = threading.Thread(target=lambda: found.append(work()))
        thread.start()
        time.sleep(1.0)
    thread.join()
    assert found == {"list": [[7]], "export": [{"a": {"x": 1}}]}.get(what, [None])
    holder.dispose()
    store.close()


def test_who_waits_for_a_migration_may_wait_longer(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url = postgres.database()
    monkeypatch.setattr(server, "DEAF_SECONDS", 0.4)
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(base, "PATIENCE_SECONDS", 0.0)
    store, holder, done = Store(tmp_path, url), create_engine(url), []
    with holder.begin() as connection:
        server.migrate_alone(connection)
        thread = threading.Thread(
            target=lambda: done.append(store.shelf.write(lambda rows, c: True))
        )
        thread.start()
        time.sleep(1.0)
    thread.join()
    assert done == [True]
    holder.dispose()
    store.close()


def test_a_server_is_told_when_to_give_an_app_up(postgres: Postgres, tmp_path: Path):
    store = Store(tmp_path, postgres.database())
    asked = text("SHOW idle_in_transaction_session_timeout")
    assert store.shelf.write(lambda rows, c: c.execute(asked).scalar()) == "1min"
    store.close()
