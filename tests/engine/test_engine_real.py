"""The engine with the studies of moeviz: numbers do not depend on who computes them, or how."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from engine_helpers import until

from moeviz import study
from moeviz.engine import Engine, Snapshot
from moeviz.engine.workers.cluster import Workers


@pytest.fixture(scope="module")
def engine(scheduler: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The two common workers, with the study that an app uses."""
    with Engine(tmp_path_factory.mktemp("home"), scheduler=scheduler) as engine:
        yield engine


@pytest.fixture
def fresh(scheduler: str, tmp_path: Path) -> Iterator[Engine]:
    """The same with a store of its own, so that nothing is there yet."""
    with Engine(tmp_path, scheduler=scheduler) as engine:
        yield engine


def small(seed: int) -> study.Specification:
    """A study of half a second, in ten blocks."""
    return built(seed, sizes=(300, 600, 1200, 2400), replicates=6)


def longer() -> study.Specification:
    """A study of some seconds, so that there is a middle in which to do something."""
    return built(102, sizes=(300, 1000, 3000, 6000, 9000), replicates=12)


def built(seed: int, sizes: tuple[int, ...], replicates: int) -> study.Specification:
    settings = {"sizes": sizes, "replicates": replicates, "seed": seed, "window_from": sizes[0]}
    return study.PRESETS["cosine-exact"].build(settings)


def numbers(results: dict[str, dict[str, Any]]) -> str:
    """Everything that a study's blocks found, as text, but for the time that it took."""
    kept = {
        block: {key: value for key, value in result.items() if key != "seconds"}
        for block, result in results.items()
    }
    return repr(sorted(kept.items()))


@cache
def alone(spec: study.Specification) -> str:
    """What the blocks find one after another in a process of their own."""
    return numbers({block.id: study.run_block(spec, block) for block in study.split(spec)})


def finished(engine: Engine, spec: study.Specification) -> Snapshot:
    snapshot = engine.wait(engine.submit(spec), timeout=60)
    assert snapshot.state == "done", snapshot.message
    return snapshot


def connection_of(engine: Engine) -> Workers:
    connection = engine._monitor.connection
    assert isinstance(connection, Workers)
    return connection


def test_two_workers_find_what_one_process_finds(engine: Engine):
    spec = small(seed=101)
    two = finished(engine, spec)
    assert numbers(two.results) == alone(spec)
    assert two.result().complete


@pytest.mark.crowd  # the same with a toy: test_engine_local
def test_one_worker_and_two_find_the_same(engine: Engine, tmp_path: Path):
    spec = small(seed=101)
    two = finished(engine, spec)
    with Engine(tmp_path, workers=1) as single:
        one = finished(single, spec)
    assert numbers(one.results) == numbers(two.results)
    result = two.result()
    assert result.complete
    assert result.curves == one.result().curves


def test_a_killed_worker_changes_nothing(fresh: Engine):
    spec = longer()
    job = fresh.submit(spec)
    until(lambda: fresh.look(job).done >= 2, 30)
    os.kill(connection_of(fresh).workers[0]["pid"], signal.SIGKILL)
    assert fresh.look(job).active, "killed in the middle"
    assert numbers(finished(fresh, spec).results) == alone(spec)


def test_the_scheduler_stays_out_of_it(engine: Engine):
    finished(engine, small(seed=106))
    client = connection_of(engine).client
    # A lambda travels by value: a function of this file would bring the file with it.
    modules = set(client.run_on_scheduler(lambda: list(sys.modules)))
    assert "distributed" in modules
    assert not {"torch", "moeviz.study"} & modules


def test_partial_results_make_sense_on_the_way(engine: Engine):
    seen: list[Snapshot] = []
    spec = small(seed=103)
    engine.wait(engine.submit(spec), timeout=60, on_change=seen.append)
    partial = next(snapshot for snapshot in seen if 2 <= snapshot.done < snapshot.total)
    result = partial.result()
    assert not result.complete
    whole = seen[-1].result()
    assert result.hash == whole.hash == spec.hash
    assert any(
        len(some.n) < len(every.n) for some, every in zip(result.curves, whole.curves, strict=True)
    )


def test_a_cancelled_study_goes_on_to_the_same_numbers(fresh: Engine):
    spec = longer()
    job = fresh.submit(spec)
    until(lambda: fresh.look(job).done >= 2, 30)
    fresh.cancel(job)
    assert fresh.look(job).state == "cancelled"
    assert numbers(finished(fresh, spec).results) == alone(spec)


def test_a_cancel_stops_large_blocks_within_two_seconds(engine: Engine):
    sizes = (100_000,)
    large = study.PRESETS["cosine-exact"].build({"sizes": sizes, "window_from": sizes[0]})
    job = engine.submit(large)
    until(lambda: engine.look(job).state == "running")
    time.sleep(0.5)
    began = time.monotonic()
    engine.cancel(job)
    finished(engine, study.PRESETS["lab"].build({"sizes": (300,), "replicates": 2}))
    assert time.monotonic() - began < 2


def test_a_stored_study_comes_back_as_it_was(engine: Engine, tmp_path: Path):
    spec = small(seed=105)
    done = finished(engine, spec)
    with Engine(engine.store.root, scheduler="tcp://127.0.0.1:1") as reader:
        again = reader.look(spec.hash)
    assert again.spec == spec
    assert again.result() == replace(done.result(), seconds=again.seconds)
