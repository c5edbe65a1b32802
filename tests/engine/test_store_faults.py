"""Studies whose database goes away in the middle: the same numbers, and no block twice."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import toy_study as toy
from databases import Postgres, ask
from engine_helpers import Log, MakeEngine, Run, expected, numbers, until

from moeviz.engine import Store

MANY = [0, *(pytest.param(n, marks=pytest.mark.crowd) for n in range(1, 20))]
"""Once at a moment drawn by chance, or many times."""


@pytest.fixture
def place(postgres: Postgres, tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "home", postgres.database())
    yield store
    store.close()


@pytest.mark.parametrize("turn", MANY)
def test_a_database_that_is_started_again_costs_no_block(
    make_engine: MakeEngine, postgres: Postgres, place: Store, log: Log, turn: int
):
    chance = random.Random(turn)
    spec = toy.Specification((0.1,) * 20, seed=turn, log=log.name)
    engine = make_engine(store=place)
    job = engine.submit(spec)
    until(lambda: engine.look(job).done >= 1)
    time.sleep(chance.uniform(0, 0.5))
    postgres.stop(chance.choice(["fast", "immediate"]))
    time.sleep(chance.uniform(0, 0.5))
    postgres.start()
    last = engine.wait(job, timeout=120)
    assert numbers(last) == expected(spec)
    assert set(Counter(log.blocks()).values()) == {1}
    assert len(log.blocks()) == 20
    until(lambda: ask(place, "SELECT state FROM jobs") == [("done",)])
    assert ask(place, "SELECT count(*) FROM blocks") == [(20,)]


def test_a_database_that_is_away_while_nothing_is_written_ends_no_study(
    make_engine: MakeEngine, postgres: Postgres, place: Store, log: Log
):
    engine = make_engine(store=place)
    spec = toy.Specification((3.0,), log=log.name)
    job = engine.submit(spec)
    log.wait_for(1)
    time.sleep(0.3)
    postgres.stop()
    time.sleep(1.2)  # it looks twice a second whether somebody wants to stop it
    postgres.start()
    assert numbers(engine.wait(job, timeout=120)) == expected(spec)


APP = """
import sys
import toy_study as toy
from moeviz.engine import Engine, Store
root, url, scheduler, log, seed = sys.argv[1:]
with Engine(Store(root, url), scheduler=scheduler, study=toy) as engine:
    engine.wait(engine.submit(toy.Specification((0.1,) * 20, seed=int(seed), log=log)))
"""


@pytest.mark.parametrize("turn", MANY)
def test_what_a_killed_process_committed_is_not_computed_again(
    make_engine: MakeEngine, scheduler: str, place: Store, log: Log, turn: int, run: Run
):
    spec = toy.Specification((0.1,) * 20, seed=turn, log=log.name)
    root, url = place.root, str(place.shelf.url)
    app = run(APP, root, url, scheduler, log.name, turn)
    count = "SELECT count(*) FROM blocks"
    log.wait_for(2)
    until(lambda: ask(place, count) >= [(random.Random(turn).randint(1, 15),)])
    app.send_signal(signal.SIGKILL)
    app.communicate()
    committed = {block for (block,) in ask(place, "SELECT block FROM blocks")}
    engine = make_engine(store=place)
    last = engine.wait(engine.submit(spec), timeout=120)
    assert numbers(last) == expected(spec)
    counts = Counter(log.blocks())
    assert {block for block, number in counts.items() if number > 1}.isdisjoint(committed)


def test_two_processes_share_a_database(scheduler: str, place: Store, log: Log, run: Run):
    words = (place.root, place.shelf.url, scheduler, log.name, 5)
    apps = [run(APP, *words) for _ in range(3)]
    assert [app.communicate(timeout=120) for app in apps] == [("", "")] * 3
    assert len(log.blocks()) == len(set(log.blocks())) == 20
    assert ask(place, "SELECT state FROM jobs") == [("done",)]


def test_pages_go_on_while_a_database_is_away(
    make_engine: MakeEngine, postgres: Postgres, place: Store
):
    engine = make_engine(store=place)
    spec = toy.Specification((0.0,) * 3)
    job = engine.submit(spec)
    done = engine.wait(job, timeout=60)
    until(lambda: not engine._ledger.find(job, "cpu").mine)
    postgres.stop()
    try:
        began = time.monotonic()
        assert numbers(engine.look(job)) == numbers(done)
        assert time.monotonic() - began < 5
    finally:
        postgres.start()
    assert numbers(engine.look(job)) == expected(spec)
