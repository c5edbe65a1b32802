"""Results of training that ship with the project."""

from __future__ import annotations

import argparse
import lzma

import numpy as np
import pytest

from moeviz.cli import keep as cli_keep
from moeviz.errors import SpecificationError
from moeviz.train import kept as module
from moeviz.train.kept import ENDING, keep, kept, kept_folder, kept_names
from moeviz.train.packed import unpack
from moeviz.train.plan import Run, plan
from moeviz.train.presets import PRESETS
from moeviz.train.printed import printed
from moeviz.train.result import TrainingResult, assemble
from moeviz.train.run import run_stretch
from moeviz.train.specification import Training
from tests.support import of_every
from tests.train.results import TEXT, TINY

MOST_BYTES = 300_000


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "kept_folder", lambda: tmp_path / "results")
    for cache in (kept_names, kept):
        cache.cache_clear()
    yield tmp_path / "results"
    for cache in (kept_names, kept):
        cache.cache_clear()


@pytest.fixture(scope="module")
def run_before() -> TrainingResult:
    spec = Training.make("collapse", {**TINY, "points": 2, "seeds": 2}, TEXT)
    records, states = {}, {}
    for each in plan(spec):
        before = states.get(each.before)
        records[each.id], states[each.id] = run_stretch(spec, each.run, each.number, before)
    return assemble(spec, records, 2.0, "cpu")


def test_a_result_is_kept_without_what_is_large(shelf, run_before) -> None:
    path = keep("collapse", run_before, "2026-01-02", "a machine")
    assert kept_names() == ("collapse",)
    found = kept("collapse")
    assert found is not None
    assert (found.date, found.device) == ("2026-01-02", "a machine")
    assert found.result.spec == run_before.spec
    assert found.result.complete
    assert found.tokens["kind"] == "text"
    for method in range(2):
        near = pytest.approx(run_before.final(method), rel=1e-4)
        assert found.result.final(method) == near
        for what in ("held_out", "train"):
            values = run_before.curve(method, what).values
            assert found.result.curve(method, what).values == pytest.approx(values, rel=1e-4)
        values = run_before.diagnostic("agreement", method)[1]
        assert found.result.diagnostic("agreement", method)[1] == pytest.approx(values, rel=1e-4)
    assert printed(found.result)["baseline"] == run_before.baseline
    first, second = (
        found.result.records[Run(1, seed, 0)][0]["look"]["layers"][0] for seed in (1, 2)
    )
    own = run_before.records[Run(1, 1, 0)][0]["look"]["layers"][0]
    assert np.array_equal(unpack(first["chosen"]), unpack(own["chosen"]))
    assert unpack(first["weights"]) == pytest.approx(unpack(own["weights"]), abs=0.02)
    assert "scores" not in first
    assert "chosen" not in second
    assert "load" in second
    path.write_bytes(lzma.compress(b"{}"))
    kept.cache_clear()
    with pytest.raises(SpecificationError, match="damaged"):
        kept("collapse")
    assert kept("nothing") is None


def test_the_command_keeps_trainings_beside_studies(shelf, run_before, capsys) -> None:
    asked = argparse.Namespace(
        names=["collapse"],
        all=False,
        starts=False,
        unfinished=False,
        predictions=False,
        dry_run=True,
    )
    assert cli_keep.keep_results(asked, lambda spec: run_before) == 0
    assert "collapse" in capsys.readouterr().out
    assert kept_names() == ()
    assert cli_keep.training_standing(PRESETS["collapse"]).state == "not kept yet"
    asked.dry_run = False
    assert cli_keep.keep_results(asked, lambda spec: run_before) == 0
    assert kept_names() == ("collapse",)
    # It is of other fields than the preset's.
    assert "has changed" in cli_keep.training_standing(PRESETS["collapse"]).state


@of_every(["shipped", *kept_names()])
def test_what_ships_is_small_whole_and_of_today(name: str) -> None:
    if name == "shipped":
        assert set(kept_names()) <= set(PRESETS)
    else:
        found = kept(name)
        assert found is not None
        assert found.result.complete
        assert cli_keep.training_standing(PRESETS[name]).state == "fresh"
        assert (kept_folder() / f"{name}{ENDING}").stat().st_size <= MOST_BYTES


def test_the_cost_that_is_said_counts_the_steps_of_small_networks() -> None:
    known = PRESETS["cosine-dg"]
    # Measured: 5 to 7 seconds of one core for each of 54 runs, of which products are one.
    assert 3 * 60 < cli_keep.training_standing(known).cost < 9 * 60
