"""What is kept with the project says whether it is stale, and what it would cost to make again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moeviz import bench
from moeviz.cli.keep import FRESH, standing
from moeviz.cli.program import main
from moeviz.study import PRESETS, kept, plan

NAME = "sigmoid-dense"


def test_what_is_kept_is_fresh_and_its_cost_is_that_of_its_plan():
    found = standing(PRESETS[NAME])
    assert found.state == FRESH
    assert found.cost == sum(block.cost for block in plan(found.spec).blocks) > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda spec: replace(spec, numbers=1), "stale: computed with version 1"),
        (lambda spec: PRESETS[NAME].build({"seed": 99}), "stale: the preset has changed"),
    ],
    ids=["arithmetic", "preset"],
)
def test_what_changed_makes_it_stale(monkeypatch, change, said):
    today = kept.kept_result(NAME)
    older = replace(today, result=replace(today.result, spec=change(today.result.spec)))
    monkeypatch.setattr(kept, "kept_result", lambda name: older)
    assert standing(PRESETS[NAME]).state.startswith(said)


def test_what_was_never_kept_says_so(monkeypatch):
    monkeypatch.setattr(kept, "kept_result", lambda name: None)
    assert standing(PRESETS[NAME]).state == "not kept yet"


def test_the_command_says_the_cost_and_computes_nothing_that_is_fresh(capsys):
    assert main(["keep"]) == 0
    said = capsys.readouterr().out
    assert f"{NAME} " in said
    assert "of one core  fresh" in said
    assert "To compute: 0 of" in said
    assert "Nothing is stale" in said


def test_a_fresh_one_that_is_named_is_said_to_be_computed_because_it_was_asked_for(capsys):
    assert main(["keep", NAME, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "fresh, but asked for" in said
    assert "Would compute: 1 of 1" in said


def test_a_preset_is_computed_once_however_often_it_is_named(capsys):
    assert main(["keep", NAME, NAME, "--dry-run"]) == 0
    assert "Would compute: 1 of 1" in capsys.readouterr().out


def test_starts_of_an_unknown_preset_are_refused_and_nothing_missing_is_said(capsys):
    assert main(["keep", "--starts", "--dry-run", "nope"]) == 2
    assert "nope" in capsys.readouterr().err
    assert main(["keep", "--starts", "--dry-run", NAME]) == 0
    assert capsys.readouterr().out == "Nothing is missing.\n"


def test_each_benchmark_is_named_as_it_starts(monkeypatch, capsys):
    row = {"name": "x", "work": "w", "ours_seconds": 1.0, "peer": "p"}
    row |= {"peer_seconds": None, "ratio": None}
    names = ("em", "least-squares")
    monkeypatch.setattr(bench, "BENCHMARKS", {name: lambda: [row] for name in names})
    assert main(["bench", *names]) == 0
    said = capsys.readouterr()
    assert said.out.count("ours 1 s") == 2
    assert said.err.splitlines() == [
        "moeviz: em is being measured ...",
        "moeviz: least-squares is being measured ...",
    ]
