"""A folder that stops to be usable while a study runs: one plain sentence, without its place."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import toy_study as toy
from databases import ask, spoil
from engine_helpers import MakeEngine, expected, numbers, until

from moeviz.cli import presets
from moeviz.cli import program as cli
from moeviz.engine import Engine, EngineError, Store, StoreError
from moeviz.engine.checks.check import Check, CheckBlock, Checks
from moeviz.engine.database.base import Database
from moeviz.engine.database.file import DatabaseFile
from moeviz.engine.errors import told
from moeviz.engine.record import Record

LONG = toy.Specification((0.05,) * 40, seed=3)


def refuse(monkeypatch: pytest.MonkeyPatch, store: Store, how: str) -> None:
    """Have SQLite refuse every write from now on, as it does on such a disk."""
    real = DatabaseFile._connected

    def connected(file: DatabaseFile, name: str) -> sqlite3.Connection:
        connection = real(file, name)
        for pragma in PRAGMAS.get(how, ()):
            connection.execute(pragma)
        return connection

    def failing(database: Database, work: Any) -> Any:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = CODES[how]
        with database._refusing():
            raise error

    monkeypatch.setattr(DatabaseFile, "_connected", connected)
    if how in CODES:
        monkeypatch.setattr(Database, "_write", failing)
    store.close()


PRAGMAS = {"read-only": ["PRAGMA query_only = ON"], "full": ["PRAGMA max_page_count = 1"]}
CODES = {
    "not allowed": sqlite3.SQLITE_PERM,
    "disk": sqlite3.SQLITE_IOERR,
    "cannot be": sqlite3.SQLITE_NOLFS,
}


def sentence(said: str, root: Path) -> None:
    assert said.startswith("Expected")
    assert said.endswith(".")
    assert str(root) not in said
    assert root.name not in said
    assert "Errno" not in said
    assert "OSError" not in said


WORDS = ["read-only", "full", "not allowed", "disk", "cannot be"]


@pytest.mark.parametrize("word", WORDS)
def test_what_refuses_a_write_is_said_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str
):
    store = Store(tmp_path / "home")
    folder = store.folder("0" * 16, "cpu")
    folder.write_result("a", {})
    refuse(monkeypatch, store, word)
    large = {"x": [0.5] * 20_000}  # more than a page that is there has room for
    with pytest.raises(StoreError, match=word) as caught:
        folder.write_result("b", large)
    sentence(str(caught.value), tmp_path / "home")
    monkeypatch.undo()
    store.close()
    assert folder.read_results(["a"]) == {"a": {}}
    folder.write_result("b", {})


@pytest.mark.parametrize(
    "word", [WORDS[0], *(pytest.param(word, marks=pytest.mark.crowd) for word in WORDS[1:])]
)
def test_a_folder_that_refuses_in_the_middle_ends_the_study_in_plain_words(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str
):
    job = engine.submit(LONG)
    until(lambda: engine.look(job).done >= 2)
    refuse(monkeypatch, engine.store, word)
    last = engine.wait(job, timeout=60)
    assert last.state == "failed"
    assert word in last.message
    sentence(last.message, tmp_path / "home")
    assert last.done >= 2, "what is in memory stays on the page"
    monkeypatch.undo()
    engine.store.close()
    assert numbers(engine.wait(engine.submit(LONG))) == expected(LONG)


def test_a_folder_that_is_removed_in_the_middle_is_made_again(engine: Engine, tmp_path: Path):
    job = engine.submit(LONG)
    until(lambda: engine.look(job).done >= 2)
    shutil.rmtree(tmp_path / "home", ignore_errors=True)  # the engine may be writing into it
    last = engine.wait(job, timeout=60)
    if last.state == "failed":  # it was removed between two steps of one write
        sentence(last.message, tmp_path / "home")
        last = engine.wait(engine.submit(LONG))
    assert numbers(last) == expected(LONG)


def replaced_by_a_file(folder: Path) -> bool:
    """Try to put a file there; the engine that writes into the folder may be quicker."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.write_text("in the way")
    except IsADirectoryError:
        return False
    return True


def test_a_file_in_the_place_of_the_folder_is_named_as_that(engine: Engine, tmp_path: Path):
    job = engine.submit(LONG)
    until(lambda: engine.look(job).done >= 2)
    until(lambda: replaced_by_a_file(tmp_path / "home"))
    last = engine.wait(job, timeout=60)
    assert last.state == "failed"
    sentence(last.message, tmp_path / "home")


def test_a_folder_that_is_a_file_from_the_start(make_engine: MakeEngine, tmp_path: Path):
    (tmp_path / "home").write_text("in the way")
    engine = make_engine()
    last = engine.wait(engine.submit(LONG), timeout=60)
    assert last.state == "failed"
    assert "a file stands in its place" in last.message
    sentence(last.message, tmp_path / "home")


@pytest.mark.parametrize("word", ["read-only", "not allowed"])
def test_a_damaged_verdict_in_a_store_that_refuses_counts_as_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str
):
    check = Check({"claim": "C1.d2"})
    store = Store(tmp_path)
    folder = store.folder(check.hash, "cpu", Checks())
    folder.write_result(CheckBlock.id, {"verdict": {}, "final": True})
    spoil(store, CheckBlock.id)
    refuse(monkeypatch, store, word)

    def work() -> str:
        assert folder.read_results([CheckBlock.id], repair=True) == {}
        assert folder.write_result(CheckBlock.id, {"final": True}) == {"final": True}
        folder.write_record(Record("done"))
        folder.write_specification(check.to_json())
        folder.sweep()
        assert not folder.take_cancel()
        return "ended"

    assert folder.alone(work) == "ended"
    assert folder.read_record(repair=True) is None
    monkeypatch.undo()
    assert ask(store, "SELECT content FROM blocks") == [("{}",)]


def test_verdicts_in_a_folder_that_is_a_file_count_as_absent(tmp_path: Path):
    (tmp_path / "home").write_text("in the way")
    check, store = Check({"claim": "C1.d2"}), Store(tmp_path / "home")
    assert store.folder(check.hash, "cpu", Checks()).read_results([CheckBlock.id]) == {}
    assert Checks().earlier(store.root, check) == {}


def test_the_place_is_beside_the_sentence_for_the_command_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "home").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        Store(tmp_path / "home").folder("0" * 16, "cpu").write_result("a", {})
    sentence(str(caught.value), tmp_path / "home")
    assert caught.value.path is not None

    def fail(*_: Any) -> int:
        raise caught.value

    monkeypatch.setattr(presets, "presets", fail)
    assert cli.main(["presets"]) == 2
    assert str(tmp_path / "home") in capsys.readouterr().err


def test_no_home_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MOEVIZ_HOME", "~nobody-of-that-name/x")
    with pytest.raises(StoreError, match="MOEVIZ_HOME"):
        Store()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ImportError("cannot import name 'x' from 'y' (/srv/app/y.py)"), "(y.py)"),
        (FileNotFoundError(2, "No such file or directory", "/srv/app/z"), "No such file"),
        (ValueError("shapes (2,3) and a/b/c differ, 1/2/3"), "a/b/c differ, 1/2/3"),
        (RuntimeError('File "/home/me/lib/python/x.py", line 3'), 'File "x.py", line 3'),
    ],
)
def test_what_an_error_says_loses_its_folders(error: Exception, said: str):
    assert said in told(error)
    assert "/srv" not in told(error)
    assert "/home" not in told(error)


@pytest.mark.parametrize("workers", [0, -1, 257, 10**9, 10**400])
def test_a_number_of_workers_that_no_machine_has_is_refused(workers: int):
    with pytest.raises(EngineError, match="Expected 1 to 256 workers"):
        Engine(workers=workers)
