"""Training runs as jobs of the engine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import torch
from engine_helpers import MakeEngine, until

from moeviz.engine import Snapshot
from moeviz.engine.trainings.trainings import Trainings
from moeviz.train.plan import plan
from moeviz.train.run import run_stretch
from moeviz.train.specification import Training

SMALL: dict[str, Any] = {
    "steps": 16, "points": 4, "batch": 4, "context": 16, "width": 16, "heads": 2, "hidden": 8,
    "experts": 4, "top": 2, "omega": 0.4, "projection": 4, "seeds": 1,
}  # fmt: skip
TEXT = ("the quick brown fox jumps over the lazy dog. " * 80).encode()
SPEC = Training.make("test", SMALL, TEXT)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Compute here as workers do: sums of several threads differ in the last digits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def numbers(results: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Records without how long things took."""
    return {
        block: {k: v for k, v in record.items() if k != "seconds" and "per_second" not in k}
        for block, record in results.items()
    }


def undisturbed(spec: Training) -> dict[str, dict[str, Any]]:
    records: dict[str, dict[str, Any]] = {}
    states: dict[Any, bytes | None] = {}
    for block in plan(spec):
        record, states[block.run] = run_stretch(
            spec, block.run, block.number, states.get(block.run)
        )
        records[block.id] = record
    return numbers(records)


def finished(snapshot: Snapshot) -> Mapping[str, dict[str, Any]]:
    assert snapshot.state == "done", snapshot.message
    return snapshot.results


def test_a_run_that_is_interrupted_is_the_run_that_was_not(make_engine: MakeEngine):
    engine = make_engine(kinds=[Trainings()])
    job = engine.submit(SPEC)
    until(lambda: engine.look(job).done >= 2)
    engine.cancel(job)
    done = engine.look(job).results
    assert engine.look(job).state == "cancelled"
    engine.close()

    engine = make_engine(kinds=[Trainings()])
    assert engine.look(job).spec == SPEC
    assert engine.look(job).results == done
    records = finished(engine.wait(engine.submit(SPEC), timeout=60))
    assert numbers(records) == undisturbed(SPEC)
    assert {block: records[block] for block in done} == done, "what was there was kept"
    last = {block.run: block.id for block in plan(SPEC)}.values()
    assert all(engine.state(job, block_id) for block_id in last)


def test_its_engine_is_imported_without_loading_what_trains():
    code = (
        "import sys; from moeviz.engine.trainings.trainings import Trainings; Trainings();"
        "print('torch' in sys.modules, 'moeviz.train' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]


def test_workers_rehearse_what_begins_a_run():
    kind = Trainings()
    spec = kind.rehearsal()
    first = [block for block in kind.plan(spec) if kind.before(block) is None]
    assert {spec.methods[block.run.method].competes for block in first} == {True, False}
    for block in first:
        assert kind.run_block(spec, block, "cpu")["step"] == spec.steps_at[0]


def test_only_training_runs_are_of_this_kind():
    kind = Trainings()
    assert kind.owns(SPEC)
    assert not kind.owns({"training": 1})
    assert kind.read(SPEC.to_json()) == SPEC
    with pytest.raises(Exception, match="Expected a training run"):
        kind.read({"steps": 3})
