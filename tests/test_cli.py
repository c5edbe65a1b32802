"""The command line: what it prints, and how it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moeviz import bench
from moeviz.bench import BENCHMARKS
from moeviz.charts.table import replicates_csv
from moeviz.cli import study
from moeviz.cli.bench import USUAL
from moeviz.cli.files import check_target, write
from moeviz.cli.program import main
from moeviz.errors import SpecificationError
from moeviz.export.formats import FORMATS
from moeviz.study import FIELDS, PRESETS
from moeviz.study.kept import kept_result
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.definition import definition
from moeviz.symbolic.catalogue.shipped import forget, shipped

SMALL = ["--set", "sizes=200,400", "--set", "replicates=4", "--set", "candidates=16"]


def run(capsys, *words):
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_bench_lists_exactly_what_exists(capsys):
    with pytest.raises(SystemExit):
        main(["bench", "--help"])
    said = capsys.readouterr().out
    listed = said.partition("benchmarks:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(BENCHMARKS)
    assert set(USUAL) <= set(BENCHMARKS)
    assert f"default: {USUAL[0]}," in said


def test_bench_without_a_name_measures_what_the_help_says(monkeypatch, capsys):
    row = {"name": "x", "work": "w", "ours_seconds": 1.0, "peer": "p"}
    row |= {"peer_seconds": None, "ratio": None}
    monkeypatch.setattr(bench, "BENCHMARKS", {name: lambda: [row] for name in BENCHMARKS})
    code, _, said = run(capsys, "bench")
    assert code == 0
    assert [line.split()[1] for line in said.splitlines()] == list(USUAL)


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
    assert "radial error: no predicted curve\n" in out
    assert "- / sqrt" not in out


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
        pytest.param(["presets"], marks=pytest.mark.crowd),
        ["presets", "--json"],
        pytest.param(["rates"], marks=pytest.mark.crowd),
        pytest.param(["claims", "S1.d1", "C1.d2"], marks=pytest.mark.crowd),
        pytest.param(
            [
                "study",
                "lab",
                "--set",
                "sizes=200,400",
                "--set",
                "replicates=2",
                "--set",
                "candidates=4",
                "--workers",
                "1",
                "--device",
                "cpu",
            ],
            marks=pytest.mark.crowd,
        ),
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
    (["study", "cosine-exact", "--csv", "/"], "for --csv, but got '': it is a folder"),
    (["study", "cosine-exact", "--csv", "/nowhere/a.csv"], "its folder does not exist"),
    (["study", "cosine-exact", "--csv", f"/{'a' * 300}"], "trying gave: File name too long"),
    (["study", "cosine-exact", "--export", "study.docx"], "to end in .svg, .tex, .ipynb, .pdf"),
    (["study", "cosine-exact", "--export", "study"], "the ending says what is written"),
    (["study", "cosine-exact", "--export", "/nowhere/a.pdf"], "its folder does not exist"),
    (["study", "cosine-exact", "--export", "/proc/a.svg"], "trying gave: No such file"),
    (["keep", "nope"], "known presets"),
    (["reach", "nope"], "known presets"),
    (["bench", "nope"], "known benchmarks"),
    (["study", "cosine-fig1a", "--set", "start_scale=0"], "at a zero gate"),
    (["reach", "cosine-exact", "--set", "sparse=1", "--set", "start_scale=0"], "at a zero gate"),
    (["check", "--set", "router=nope"], "router to be one of"),
    (["check", "--set", "colour=red"], "one of the fields router"),
    (["check", "--set", "atoms"], "FIELD=VALUE"),
    (["check", "--set", "crowded=3"], "cells from 1 to 2"),
    (["check", "--set", "router=cosine"], "at least 2 inputs"),
    (["check", "--set", "test=relation", "--set", "relation=p1"], "a coefficient, a colon"),
    (["check", "--limit", "nan"], "1 to 3,600 seconds"),
    (["app", "--port", "-5"], "a port between 1 and"),
    (["app", "--port", "99999"], "a port between 1 and"),
    (["exceptions", "nope"], "id of a claim"),
    (["claims", "nope"], "id of a claim"),
    (["claims", "K5", "--workers", "65"], "1 to 64 processes"),
    (["verdicts", "nope"], "id of a claim"),
    (["verdicts", "--workers", "0"], "1 to 64 processes"),
    (["exceptions", "K5", "--limit", "0"], "1 to 86,400 seconds"),
    (["exceptions", "K5", "--limit", "nan"], "1 to 86,400 seconds"),
    (["exceptions", "K5", "--workers", "0"], "1 to 64 processes"),
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
    path.write_text(" " * 1_000_001)
    code, _, err = run(capsys, "study", "--spec", str(path))
    assert code == 2
    assert "at most 1,000,000 bytes" in err


def test_a_study_is_written_as_every_file_asked_for(capsys, tmp_path, monkeypatch):
    result = kept_result("cosine-exact").result
    monkeypatch.setattr(study, "run", lambda *arguments: result)
    paths = [tmp_path / f"study{ending}" for ending in FORMATS]
    words = [word for path in paths for word in ("--export", str(path))]
    table = tmp_path / "table.csv"
    code, _, _ = run(capsys, "study", "cosine-exact", *words, "--csv", str(table))
    assert code == 0
    assert table.read_text("utf-8") == replicates_csv(result)
    for path in paths:
        made = FORMATS[path.suffix].make(result, "")
        assert path.read_bytes() == (made if isinstance(made, bytes) else made.encode())


def test_looking_whether_a_file_can_be_written_leaves_all_as_it_was(tmp_path):
    new, old = tmp_path / "new.svg", tmp_path / "old.svg"
    old.write_text("kept")
    for path in (new, old):
        check_target(path, "--export", [".svg"])
    check_target(Path(os.devnull), "--csv")
    assert not new.exists()
    assert old.read_text() == "kept"


def test_a_file_that_cannot_be_written_in_the_end_is_one_sentence(tmp_path):
    folder = tmp_path / "table"
    folder.mkdir()
    with pytest.raises(SpecificationError, match="table gave: Is a directory"):
        write(folder, "text")


def refuse(word):
    raise AssertionError(f"{word} is no JSON")


QUICK = ["--set", "experts=linear", "--set", "replicates=2", "--set", "candidates=4"]
DIVERGING = ["--set", "routers=linear", "--set", "estimators=sgd", "--set", "rate=10"]


@pytest.mark.crowd
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_study_that_diverges_is_said_in_words_and_in_json(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path / "home"))
    words = ["study", "lab", *QUICK, *DIVERGING, "--set", "sizes=1000,3000", "--workers", "1"]
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert "4 diverged" in out
    assert "nan" not in out
    assert "inf" not in out.replace("information", "")
    code, out, _ = run(capsys, *words, "--json")
    assert code == 0
    first = json.loads(out, parse_constant=refuse)["curves"][0]
    assert first["mean"] == [None, None]
    assert first["slope"] is None


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_a_study_cannot_show_is_said_before_it_is_run(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path / "home"))
    top = ["--set", "routers=linear", "--set", "gates=top-softmax", "--set", "top=1"]
    words = ["study", "lab", *QUICK, *top, "--set", "sizes=200", "--workers", "1"]
    code, out, err = run(capsys, *words)
    assert code == 0
    assert out.startswith("Note: The top-K softmax gate with top = 1")
    code, out, err = run(capsys, *words, "--json")
    assert "no fit can move them" in err
    (notice,) = json.loads(out)["notices"]
    assert notice in err
    code, out, err = run(capsys, "reach", *words[1:-2], "--json")
    assert json.loads(out)["notices"] == [notice]


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


def test_exceptions_are_searched_within_a_limit(capsys):
    code, out, _ = run(capsys, "exceptions", "C5.linear.d1", "--workers", "1", "--json")
    assert code == 0
    found = {one["question"]: one for one in json.loads(out)}
    definition, repair = found["orders 0 and 1, two atoms"], found["first order modulo gauge"]
    assert (definition["generic"], repair["generic"]) == ("fails", "holds")
    assert [family["family"] for family in repair["families"]] == ["two atoms with equal gates"]
    assert repair["left"] == 0
    code, out, _ = run(capsys, "exceptions", "M7.tanh.K3", "--workers", "1", "--limit", "1")
    assert code == 0
    assert "cut off: 2,560 patterns have no answer" in out


@pytest.mark.parametrize("limit", [10.0, pytest.param(2.0, marks=pytest.mark.timing)])
def test_a_search_stops_soon_when_interrupted(limit):
    command = [sys.executable, "-m", "moeviz", "exceptions", "M7", "--limit", "300"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as search:
        assert search.stdout is not None
        search.stdout.readline()
        asked = time.monotonic()
        os.killpg(search.pid, signal.SIGINT)
        out, err = search.communicate(timeout=60)
        took = time.monotonic() - asked
    assert search.returncode == 130
    assert took < limit
    assert "interrupted" in err
    assert "Traceback" not in out + err


def test_verdicts_for_people_name_exceptions_and_the_extent_of_their_search(capsys):
    code, out, _ = run(capsys, "claims", "C5.tanh.d1", "--workers", "1")
    assert code == 0
    assert "exception: two atoms with equal gates and opposite experts: fails (relation)" in out
    assert "relations among three atoms are not searched" in out


def test_verdicts_that_ship_are_shown_with_their_day_and_in_plain_symbols(capsys, monkeypatch):
    monkeypatch.setattr("moeviz.symbolic.request.answer.run_check", None)  # nothing is decided
    code, out, _ = run(capsys, "claims", "C1", "S1.d2")
    assert code == 0
    assert "β₁ᵀ ∂H / ∂β₁ = 0 for the cosine router" in out
    assert "\\" not in out
    assert "$" not in out
    assert out.count("shipped, decided on 20") == 3
    code, out, _ = run(capsys, "claims", "C1.d2", "--json")
    (found,) = json.loads(out, parse_constant=refuse)
    assert found["shipped"] == {
        "date": shipped("C1.d2").date,
        "version": definition(CATALOGUE.claims["C1.d2"]),
    }


@pytest.fixture
def shelf(monkeypatch):
    """A monkeypatch after which everything that ships is read again."""
    yield monkeypatch
    monkeypatch.undo()
    forget()


def test_a_claim_is_decided_again_when_asked_or_when_it_changed(capsys, shelf):
    code, out, _ = run(capsys, "claims", "C1.d2", "--live", "--json", "--workers", "1")
    (found,) = json.loads(out, parse_constant=refuse)
    assert found["shipped"] is None
    shelf.setattr("moeviz.symbolic.catalogue.definition.CHECKER_VERSION", 99)
    forget()
    code, out, _ = run(capsys, "claims", "C1.d2", "--workers", "1")
    assert code == 0
    assert "shipped" not in out
    code, out, _ = run(capsys, "verdicts", "--dry-run")
    assert "C1.d2: decided before the claim or the checker changed" in out
    count = len(CATALOGUE.claims)
    assert f"To decide: {count} of {count} claims" in out


def test_verdicts_are_kept_one_by_one_and_go_on(capsys, shelf, tmp_path):
    shelf.setattr("moeviz.symbolic.catalogue.shipped.folder", lambda: tmp_path / "verdicts")
    forget()
    _, out, _ = run(capsys, "verdicts", "C1", "--dry-run")
    assert "C1.d3: not decided yet" in out
    assert not list(tmp_path.iterdir())
    code, out, _ = run(capsys, "verdicts", "C1.d2", "--workers", "1")
    assert code == 0
    assert "C1.d2: holds, new" in out
    _, out, _ = run(capsys, "verdicts", "C1", "--resume", "--workers", "1")
    assert "To decide: 1 of 2 claims" in out
    assert "C1.d3: holds, new" in out
    _, out, _ = run(capsys, "verdicts", "C1", "--workers", "1")
    assert "0 are new" in out


COSINE = ["--set", "router=cosine", "--set", "dimension=2", "--set", "test=relation"]


def test_a_check_of_ones_own_is_decided_with_its_certificate(capsys):
    code, out, err = run(capsys, "check", *COSINE, "--set", "relation=p1 : p1\np2 : p2", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out, parse_constant=refuse)
    assert found["verdict"] == "holds"
    assert found["tests"][0]["certificate"]["kind"]
    code, out, _ = run(capsys, "check", *COSINE, "--set", "relation=p1 : p1")
    assert code == 0
    assert out.startswith("fails")
    assert "cosine router" in out
    assert "the paper" not in out


def test_a_check_that_says_nothing_is_the_first_of_the_form(capsys):
    code, out, _ = run(capsys, "check")
    assert code == 0
    assert out.startswith("holds")
    assert "dual matrix" in out
