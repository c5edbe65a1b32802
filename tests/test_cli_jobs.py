"""The command ``jobs``: what it lists, exports, takes in and deletes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from moeviz.bench.store import FILES, FULL, store_benchmark
from moeviz.cli import jobs
from moeviz.cli.program import main
from moeviz.engine import Store
from moeviz.engine.owner import EngineToken, Owner
from moeviz.engine.record import Record

ROOT = Path(__file__).resolve().parents[1]
OLD = ROOT / "tests" / "engine" / "kept" / "folder-of-files"
STUDY = "bff33c060a91f909"


@pytest.fixture
def home(tmp_path, monkeypatch):
    shutil.copytree(OLD, tmp_path / "home")
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MOEVIZ_STORE", raising=False)
    return tmp_path / "home"


def run(capsys, *words):
    code = main(["jobs", *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def plain(capsys, *words):
    code, out, _ = run(capsys, *words, "--json")
    assert code == 0
    return json.loads(out)


def running(home, token, job=STUDY):
    folder = Store(home).folder(job, "cpu")
    folder.write_record(Record("running", owner=Owner.here(token), beat=time.time()))
    return folder


def test_what_lay_in_folders_of_files_is_listed(home, capsys):
    code, out, err = run(capsys, "list")
    assert code == 0
    assert out.split()[:4] == [STUDY, "studies", "cpu", "done"]
    assert "6 blocks" in out
    assert out.rstrip().endswith("lab")
    assert "taken in from folders of files: 1 job" in err
    assert run(capsys, "list")[2] == ""
    (job,) = plain(capsys, "list")
    assert (job["hash"], job["blocks"], job["state"]) == (STUDY, 6, "done")
    assert plain(capsys, "list", "--kind", "checks") == []


def test_a_job_is_shown_by_the_beginning_of_its_name(home, capsys):
    _, out, _ = run(capsys, "show", STUDY[:3].upper())
    assert "6 of 6 blocks, 3.9 s, on cpu" in out
    shown = plain(capsys, "show", STUDY)
    assert shown["total"] == 6
    assert shown["specification"]["preset"] == "lab"
    token = EngineToken()
    running(home, token)
    assert "alive" in run(capsys, "show", STUDY)[1]
    token.release()
    shown = plain(capsys, "show", STUDY)
    assert shown["state"] == "interrupted", "nobody alive stands for it"


def test_a_name_that_is_none_or_several_is_refused(home, capsys):
    Store(home).folder(STUDY, "cuda").write_specification({"preset": "lab"})
    for words, part in (
        (["show", "zz"], "none is called 'zz'"),
        (["show", ""], "none is called ''"),
        (["show", STUDY], "--device"),
        (["list", "--kind", "nope"], "Expected a job of studies"),
        (["prune"], "--older DAYS or --most SIZE"),
        (["prune", "--older", "-1"], "number of days"),
        (["prune", "--older", "nan"], "number of days"),
        (["prune", "--most", "2"], "as 500MB or 2GB"),
        (["import", "/nonexistent"], "Expected a file that can be read"),
        (["export", STUDY, "/nonexistent/x", "--device", "cpu"], "its folder does not exist"),
    ):
        code, _, err = run(capsys, *words)
        assert (code, part in err) == (2, True), err
    assert plain(capsys, "show", STUDY, "--device", "cpu")["device"] == "cpu"


def test_a_job_goes_from_one_store_to_another(home, tmp_path, capsys):
    file, other = tmp_path / "study.json", tmp_path / "other"
    code, out, _ = run(capsys, "export", STUDY, file)
    assert code == 0
    assert f"{file.stat().st_size:,} bytes" in out
    taken = plain(capsys, "import", file, "--store", other)
    assert (taken["hash"], taken["new"], taken["total"]) == (STUDY, 6, 6)
    assert "0 of them new here" in run(capsys, "import", file, "--store", other)[1]
    file.write_bytes(file.read_bytes()[:-30])
    code, _, err = run(capsys, "import", file, "--store", tmp_path / "third")
    assert code == 2
    assert "Expected" in err
    assert plain(capsys, "list", "--store", tmp_path / "third") == []


def test_pruning_says_what_it_would_delete_and_deletes_with_yes(home, capsys):
    store = Store(home)
    for number in range(3):
        folder = store.folder(f"{number}" * 16, "cpu")
        folder.write_specification({"preset": f"p{number}"})
        folder.write_result("a", {"x": [number] * 1000})
        folder.states.write("a", b"x" * 5000)
        time.sleep(0.01)
    assert plain(capsys, "prune", "--older", "1000000")["jobs"] == []
    old = [job["hash"] for job in plain(capsys, "prune", "--older", "0")["jobs"]]
    assert old == [STUDY, "0" * 16, "1" * 16, "2" * 16], "what rested longest first"
    said = plain(capsys, "prune", "--most", "17KB")
    assert [job["hash"] for job in said["jobs"]] == [STUDY, "0" * 16]
    assert said["deleted"] == 0
    assert len(plain(capsys, "list")) == 4
    _, out, _ = run(capsys, "prune", "--most", "17KB")
    assert "Would be deleted: 2 jobs" in out
    assert plain(capsys, "prune", "--most", "17KB", "--yes")["deleted"] == 2
    assert [job["hash"] for job in plain(capsys, "list")] == ["2" * 16, "1" * 16]
    assert not (home / "studies" / ("0" * 16) / "cpu" / "states").exists()
    assert (home / "studies" / ("1" * 16) / "cpu" / "states").exists()
    assert (home / "studies" / STUDY / "cpu" / "blocks").exists(), "folders of files stay"


def test_what_is_being_computed_is_not_pruned(home, capsys):
    token = EngineToken()
    running(home, token)
    assert plain(capsys, "prune", "--older", "0", "--yes")["jobs"] == []
    token.release()
    assert plain(capsys, "prune", "--older", "0", "--yes")["deleted"] == 1
    assert plain(capsys, "list") == []


def test_the_benchmark_writes_and_reads_the_same_blocks_each_way(monkeypatch):
    monkeypatch.delenv("MOEVIZ_STORE", raising=False)
    rows = store_benchmark(blocks=30, tries=1)
    assert [row["peer"] for row in rows] == [FILES, FULL] * 2
    assert all(row["ours_seconds"] > 0 and row["ratio"] > 0 for row in rows)


COMPUTES = """
import sys, time
from dataclasses import replace
from moeviz.engine import Store
from moeviz.engine.owner import EngineToken, Owner
from moeviz.engine.record import Record
token = EngineToken()
folder = Store(sys.argv[1]).folder(sys.argv[2], "cpu")
record = Record("running", owner=Owner.here(token), beat=time.time())
folder.write_record(record)
print("running", flush=True)
while not folder.take_cancel():
    time.sleep(0.05)
folder.write_record(replace(record, state="cancelled", message="Cancelled; so it goes."))
"""


def test_a_job_of_another_process_is_cancelled(home, capsys, monkeypatch):
    code, out, _ = run(capsys, "cancel", STUDY)
    assert (code, out) == (0, f"{STUDY} is not being computed: done.\n")
    words = [sys.executable, "-c", COMPUTES, str(home), STUDY]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "running\n"
        _, out, _ = run(capsys, "cancel", STUDY)
        assert out == f"{STUDY}: cancelled. Cancelled; so it goes.\n"
    monkeypatch.setattr(jobs, "CANCEL_SECONDS", 0.1)
    token = EngineToken()
    running(home, token)
    assert "has not answered yet" in run(capsys, "cancel", STUDY)[1]
    token.release()


def test_a_store_that_cannot_be_read_is_one_sentence(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path))
    monkeypatch.setenv("MOEVIZ_STORE", f"postgresql+psycopg://anna:secret@/x?host={tmp_path}")
    code, out, err = run(capsys, "list")
    assert (code, out) == (2, "")
    assert "Expected the database of finished work to answer" in err
    assert "secret" not in err
    assert Path(tmp_path).exists()
