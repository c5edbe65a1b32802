"""The command line: what it prints, and how it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from moeviz.cli import main
from moeviz.study import FIELDS, PRESETS

SMALL = ["--set", "sizes=200,400", "--set", "replicates=4", "--set", "candidates=16"]


def run(capsys, *words):
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_presets_lists_exactly_what_exists(capsys):
    code, out, _ = run(capsys, "presets", "--json")
    listed = json.loads(out)
    assert code == 0
    assert [entry["name"] for entry in listed] == list(PRESETS)
    assert [field["name"] for field in listed[0]["fields"]] == list(FIELDS)


def test_presets_for_people_name_every_study(capsys):
    _, out, _ = run(capsys, "presets")
    for name in PRESETS:
        assert f"{name}:" in out


def test_reach_prints_information_and_predicted_curves(capsys):
    code, out, _ = run(capsys, "reach", "cosine-exact", "--set", "candidates=16", "--json")
    found = json.loads(out)
    assert code == 0
    assert [row["router"] for row in found["fits"]] == ["cosine", "perturbed-cosine"]
    for row in found["fits"]:
        assert row["null_directions"] == row["gauge_directions"] == 3
        assert row["reach"] == pytest.approx((row["total_error_constant"] / 0.1) ** 2)
    code, out, _ = run(capsys, "reach", "cosine-exact", "--set", "candidates=16")
    assert "null directions" in out


def test_rates_name_a_study_for_every_cell(capsys):
    code, out, _ = run(capsys, "rates", "--json")
    assert code == 0
    for row in json.loads(out):
        for cell in row["cells"]:
            preset = PRESETS[cell["preset"]]
            preset.build(preset.parse(cell["settings"]))
    _, text, _ = run(capsys, "rates")
    assert "python -m moeviz study" in text


@pytest.mark.parametrize(
    "words",
    [
        ["presets"],
        ["presets", "--json"],
        ["rates"],
        ["claims", "S1.d1", "C1.d2"],
        ["study", "lab", "--set", "sizes=200,400", "--set", "replicates=2", "--device", "cpu"],
    ],
    ids=" ".join,
)
def test_a_reader_that_goes_away_ends_a_command_quietly(words, tmp_path):
    started = subprocess.Popen(
        [sys.executable, "-m", "moeviz", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "MOEVIZ_HOME": str(tmp_path)},
    )
    started.stdout.close()
    said = started.stderr.read().decode()
    started.stderr.close()
    # What a shell reports of a program that such a pipe ends.
    assert started.wait(timeout=200) == 141
    assert said == ""


REFUSED = [
    (["study", "nope", "--json"], "known presets"),
    (["study", "--json"], "name of a study"),
    (["study", "cosine-exact", "--set", "sizes=0"], "between 10"),
    (["study", "cosine-exact", "--set", "sizes=1000000000000"], "between 10"),
    (["study", "cosine-exact", "--set", "tau1=-1"], "tau1"),
    (["study", "cosine-exact", "--set", "atoms=1"], "k >= k*"),
    (["study", "cosine-exact", "--set", "noise=nan"], "noise"),
    (["study", "cosine-exact", "--set", "noise"], "FIELD=VALUE"),
    (["study", "cosine-exact", "--set", "colour=red"], "one of the fields"),
    (["study", "--spec", "/nonexistent/spec.json"], "readable specification file"),
    (["study", "cosine-exact", "--size", "full"], "sizes live"),
    (["keep", "nope"], "known presets"),
    (["reach", "nope"], "known presets"),
    (["bench", "nope"], "known benchmarks"),
]


@pytest.mark.parametrize(
    ("words", "expected"), REFUSED, ids=lambda v: " ".join(v)[:40] if isinstance(v, list) else None
)
def test_bad_input_is_refused_with_one_sentence(capsys, words, expected):
    code, out, err = run(capsys, *words)
    assert code == 2
    assert out == ""
    assert expected in err
    assert err.startswith("moeviz: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "content", ["", "{", "[1, 2", "\x00\x01", '{"schema": 2}', "[" * 100_000, '{"fields": {}}']
)
def test_broken_specification_files_are_refused(capsys, tmp_path, content):
    path = tmp_path / "spec.json"
    path.write_text(content)
    code, out, err = run(capsys, "study", "--spec", str(path))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_a_huge_specification_file_is_refused_unread(capsys, tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(" " * 300_000)
    code, _, err = run(capsys, "study", "--spec", str(path))
    assert code == 2
    assert "at most 200,000 bytes" in err


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_study_runs_is_kept_and_is_the_same_from_its_file(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path / "home"))
    table = tmp_path / "table.csv"
    code, out, _ = run(
        capsys, "study", "cosine-exact", *SMALL, "--workers", "1", "--csv", str(table), "--json"
    )
    assert code == 0
    first = json.loads(out)
    assert first["complete"]
    assert (
        first["hash"]
        == PRESETS["cosine-exact"]
        .build({"sizes": [200, 400], "replicates": 4, "candidates": 16})
        .hash
    )
    lines = table.read_text().splitlines()
    assert len(lines) == 1 + 6 * 2 * 4
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(first["spec"]))
    code, out, _ = run(capsys, "study", "--spec", str(path), "--workers", "1", "--json")
    assert code == 0
    assert json.loads(out) == first
    code, out, _ = run(capsys, "study", "--spec", str(path), "--workers", "1")
    assert "interval" in out
