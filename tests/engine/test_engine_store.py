"""The store on a disk: where it is, disks that are full or read-only, files that are damaged."""

from __future__ import annotations

import json
import lzma
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import Postgres, ask
from kept_readings import readings
from sqlalchemy import create_engine

from moeviz.engine import Store, StoreError, files
from moeviz.engine.database import salvage, schema
from moeviz.engine.database.tables import SCHEMA
from moeviz.engine.folder import Folder
from moeviz.engine.listing import forget, kept_jobs
from moeviz.engine.old import read_old
from moeviz.engine.record import Record
from moeviz.engine.studies.studies import Studies

JOB = "0123456789abcdef"
KEPT = Path(__file__).parent / "kept"
OLD_JOB = "bff33c060a91f909"
"""The study in the folder of files that is kept here, as it was written before the database."""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Store(tmp_path).folder(JOB, "cpu")


# --- Where it is.


def test_where_the_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path / "elsewhere"))
    assert Store().root == tmp_path / "elsewhere"
    monkeypatch.delenv("MOEVIZ_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Store().root == tmp_path / ".cache" / "moeviz"
    assert Store("~/mine").root == tmp_path / "mine"
    for place in (Store(), Store("~/mine")):
        found = place.folder(JOB, "cpu")
        assert found.read_results(["a"]) == {}
        assert found.read_record() is found.read_specification() is None
        assert (found.stamp(), found.take_cancel()) == (0, None)
        assert kept_jobs(place) == []
        assert place.take_in_all() == 0
    assert list(tmp_path.iterdir()) == [], "nothing is made before something is written"


def test_another_database_is_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MOEVIZ_STORE", f"sqlite:///{tmp_path / 'other' / 'work.db'}")
    Store().folder(JOB, "cpu").write_result("a", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other"]
    Store(tmp_path / "here").folder(JOB, "cpu").write_result("a", {})
    assert (tmp_path / "here" / "store.db").exists(), "a folder that is named has its own"


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "://",
        "nosuch://x/y",
        "postgresql+nosuch://x/y",
        "oracle+oracledb://x/y",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_an_address_that_is_none_is_one_sentence(tmp_path: Path, url: str):
    folder = Store(tmp_path, url).folder(JOB, "cpu")
    for call in (folder.read_record, lambda: folder.write_result("a", {})):
        with pytest.raises(StoreError, match="Expected MOEVIZ_STORE to be an address"):
            call()


@pytest.mark.parametrize("content", [b"root:x:0:0\n" * 99, b"SQLite format 3\0" + b"x" * 4096])
def test_a_file_that_never_was_a_store_is_left_as_it_is(tmp_path: Path, content: bytes):
    file = tmp_path / "letters.txt"
    file.write_bytes(content)
    folder = Store(tmp_path, f"sqlite:///{file}").folder(JOB, "cpu")
    for call in (folder.read_record, lambda: folder.write_result("a", {})):
        with pytest.raises(StoreError, match="something else, which was left as it is") as caught:
            call()
        assert str(tmp_path) not in str(caught.value)
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_a_server_that_does_not_answer_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("moeviz.engine.database.base.PATIENCE_SECONDS", 0.3)
    url = f"postgresql+psycopg://anna:secret@/none?host={tmp_path}"
    folder = Store(tmp_path, url).folder(JOB, "cpu")
    for call in (folder.read_record, lambda: folder.write_result("a", {})):
        with pytest.raises(StoreError, match="MOEVIZ_STORE") as caught:
            call()
        assert "secret" not in f"{caught.value} {caught.value.path}"
        assert str(tmp_path) not in str(caught.value)
        assert "anna" in str(caught.value.path)


def test_a_database_that_is_not_there_is_said_at_once(postgres: Postgres, tmp_path: Path):
    url = postgres.database().replace("/store", "/nostore")
    with pytest.raises(StoreError, match="MOEVIZ_STORE"):
        Store(tmp_path, url).folder(JOB, "cpu").write_result("a", {})


def test_where_it_is_said_to_be_hides_the_password(tmp_path: Path):
    assert Store(tmp_path).place == str(tmp_path)
    url = "postgresql+psycopg://anna:se:cr/et@host/x"
    assert Store(tmp_path, url).place == "postgresql+psycopg://anna:***@host/x"
    assert Store(tmp_path, "postgresql://anna@/x").place == "postgresql://anna@/x"


# --- Disks that refuse.


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "home").write_text("a file in the way")
    folder = Store(tmp_path / "home").folder(JOB, "cpu")
    with pytest.raises(StoreError, match="a file stands in its place"):
        folder.write_result("a", {"x": 1})
    with pytest.raises(StoreError, match="MOEVIZ_HOME"):
        folder.alone(lambda: None)
    assert folder.read_results(["a"]) == {}
    assert folder.read_record() is None


SMALL_DISK = """
import subprocess, sys
from moeviz.engine import Store, StoreError
from moeviz.engine.record import Record

disk = sys.argv[1]
def mount(*words):
    subprocess.run(["mount", *words, disk], check=True)
mount("-t", "tmpfs", "-o", "size=700k", "none")
store = Store(disk + "/home")
folder = store.folder("0123456789abcdef", "cpu")
folder.write_specification({"n": 1})
folder.write_record(Record("done"))
written = []
try:
    for number in range(10_000):
        folder.write_result(str(number), {"x": [number / 3] * 500})
        written.append(str(number))
except StoreError as error:
    print(error)
print(len(written) > 5, len(folder.read_results(written)) == len(written))
store.close()
again = Store(disk + "/home").folder("0123456789abcdef", "cpu")
print(len(again.read_results(written)) == len(written), again.read_record() == Record("done"))
mount("-o", "remount,size=2m")
again.write_result("more", {})
print(len(again.read_results([*written, "more"])) == len(written) + 1)
again._shelf.close()
mount("-o", "remount,ro")
try:
    again.write_result("again", {})
except StoreError as error:
    print(error)
fresh = Store(disk + "/home").folder("0123456789abcdef", "cpu")
print(len(fresh.read_results([*written, "more"])) == len(written) + 1)
fresh._shelf.close()
mount("-o", "remount,rw")
fresh.write_result("again", {})
print(fresh.read_results(["again"]))
"""


def test_a_disk_that_is_full_or_read_only_loses_nothing(tmp_path: Path):
    words = ["unshare", "--mount", sys.executable, "-c", SMALL_DISK, str(tmp_path)]
    if shutil.which("unshare") is None or subprocess.run([*words[:2], "true"]).returncode:
        pytest.skip("a disk of one's own needs a mount namespace")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    full, kept, after, roomier, refused, read, last = done.stdout.splitlines()
    assert "its disk is full; who runs this server can free some space" in full
    assert "it has become read-only" in refused
    assert [kept, after, roomier, read] == ["True True", "True True", "True", "True"]
    assert last == "{'again': {}}"
    assert str(tmp_path) not in full + refused


def test_a_file_that_is_removed_is_made_again(tmp_path: Path, folder: Folder):
    folder.write_result("a", {"x": 1})
    shutil.rmtree(tmp_path)
    assert folder.read_results(["a"]) == {}
    folder.write_result("b", {"x": 2})
    assert Store(tmp_path).folder(JOB, "cpu").read_results(["a", "b"]) == {"b": {"x": 2}}


# --- Files that are damaged.


def filled(root: Path) -> Folder:
    store = Store(root)
    folder = store.folder(JOB, "cpu")
    folder.write_specification({"n": 1})
    folder.write_record(Record("done"))
    for number in range(200):
        folder.write_result(str(number), {"x": [number] * 300})
    store.close()
    return folder


def damage(root: Path, how: str) -> None:
    file = root / "store.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((size,),) = connection.execute("PRAGMA page_size")
        ((table,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'blocks'")
    connection.close()
    content = bytearray(file.read_bytes())
    pages = len(content) // size
    if how == "no database":
        content = bytearray(b"something else" * 1000)
    elif how == "cut off":
        content = content[: size * (pages // 2)]
    elif how == "a page in the middle":
        place = size * (pages // 2)
        content[place : place + size] = b"\xff" * size
    elif how == "the table's first page":
        content[size * (table - 1) : size * table] = bytes(size)
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("how", "some"),
    [
        ("no database", False),
        ("cut off", True),
        ("a page in the middle", True),
        ("the table's first page", False),
    ],
)
def test_a_damaged_file_is_set_aside_and_what_can_be_read_is_kept(
    tmp_path: Path, how: str, some: bool
):
    folder = filled(tmp_path)
    damage(tmp_path, how)
    names = [str(number) for number in range(200)]
    there = folder.read_results(names)
    folder.write_result("new", {"x": 1})
    there |= folder.read_results(names)
    assert all(there[name] == {"x": [int(name)] * 300} for name in there)
    assert bool(there) == some
    assert len(there) < 200
    assert folder.read_results(["new"]) == {"new": {"x": 1}}
    assert ask(Store(tmp_path), "PRAGMA integrity_check") == [("ok",)]
    assert len([p for p in tmp_path.glob("store.db.damaged-*") if p.suffix != ".lock"]) >= 1
    for name in names:
        folder.write_result(name, {"x": [int(name)] * 300})
    assert len(folder.read_results(names)) == 200


def test_the_file_in_the_place_of_a_damaged_one_has_its_log_before_anybody_opens_it(
    tmp_path: Path,
):
    filled(tmp_path)
    file = tmp_path / "store.db"
    damage(tmp_path, "no database")
    salvage.set_aside(file, (file.stat().st_dev, file.stat().st_ino))
    assert file.read_bytes()[18:20] == b"\2\2", "SQLite's mark of a write-ahead log"
    assert list(tmp_path.glob(f"*{files.PARTIAL}*")) == []


def test_threads_that_meet_the_same_damage_set_it_aside_once(tmp_path: Path):
    filled(tmp_path)
    damage(tmp_path, "no database")
    folders = [Store(tmp_path).folder(JOB, "cpu") for _ in range(5)]
    start = threading.Barrier(len(folders))

    def write(number: int) -> None:
        start.wait()
        folders[number].write_result(f"new-{number}", {"x": number})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(len(folders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [f"new-{number}" for number in range(len(folders))]
    assert list(folders[0].read_results(names)) == names
    assert len(list(tmp_path.glob("store.db.damaged-*"))) == 1


# --- Folders of files, from before.


def old_home(tmp_path: Path) -> Path:
    shutil.copytree(KEPT / "folder-of-files", tmp_path / "home")
    return tmp_path / "home"


def contents(home: Path) -> dict[str, bytes]:
    files = (path for path in home.rglob("*") if path.is_file())
    return {str(p.relative_to(home)): p.read_bytes() for p in files if "store.db" not in p.name}


def test_a_study_in_a_folder_of_files_opens_with_its_numbers(tmp_path: Path):
    home = old_home(tmp_path)
    before = contents(home)
    folder = Store(home).find(OLD_JOB, "cpu")
    assert folder is not None
    kind = Studies()
    spec = kind.read(folder.read_specification())
    assert spec.hash == OLD_JOB
    results = folder.read_results([block.id for block in kind.plan(spec)])
    assert results == read_old(KEPT / "folder-of-files" / "studies" / OLD_JOB / "cpu").results
    assert len(results) == 6
    record = folder.read_record()
    assert record is not None
    assert (record.state, record.owner) == ("done", None)
    assert record.seconds == pytest.approx(3.939, abs=1e-3)
    assert kind.assemble(spec, results, record.seconds, "cpu").complete
    assert contents(home) == before, "nothing is changed or deleted"


def test_a_folder_of_files_is_taken_in_once(tmp_path: Path):
    home = old_home(tmp_path)
    store = Store(home)
    assert store.take_in_all() == 1
    assert store.take_in_all() == Store(home).take_in_all() == 0
    (job,) = kept_jobs(store)
    assert (job.blocks, job.state) == (6, "done")
    assert forget(store, job)
    assert Store(home).find(OLD_JOB, "cpu") is None, "what was deleted does not come back"


def test_what_is_damaged_in_a_folder_of_files_is_left_there(tmp_path: Path):
    home = old_home(tmp_path)
    blocks = home / "studies" / OLD_JOB / "cpu" / "blocks"
    first, second, *_ = sorted(blocks.iterdir())
    first.write_text(first.read_text()[:-20])
    second.rename(blocks / "another.json")
    (home / "studies" / OLD_JOB / "cpu" / "state.json").write_text('{"state": "running"}')
    folder = Store(home).find(OLD_JOB, "cpu")
    assert folder is not None
    assert folder.read_record() is None
    assert ask(Store(home), "SELECT count(*) FROM blocks") == [(4,)]


def test_what_was_being_computed_into_files_can_be_gone_on_with(tmp_path: Path):
    home = old_home(tmp_path)
    state = home / "studies" / OLD_JOB / "cpu" / "state.json"
    state.write_text(state.read_text().replace('"done"', '"running"'))
    folder = Store(home).find(OLD_JOB, "cpu")
    assert folder is not None
    record = folder.read_record()
    assert record is not None
    assert (record.state, record.taken) == ("interrupted", False)


def test_a_folder_of_files_goes_into_another_database_too(tmp_path: Path, postgres: Postgres):
    store = Store(old_home(tmp_path), postgres.database())
    assert store.take_in_all() == 1
    (job,) = kept_jobs(store)
    assert (job.blocks, job.state, job.size) == (6, "done", kept_jobs_on_disk(tmp_path))
    store.close()


def kept_jobs_on_disk(tmp_path: Path) -> int:
    store = Store(tmp_path / "home")
    store.take_in_all()
    (job,) = kept_jobs(store)
    return job.size


# --- Schemas.


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_the_kept_database_of_an_earlier_schema_is_read(tmp_path: Path, version: str):
    content = lzma.decompress((KEPT / f"store-{version}.db.xz").read_bytes())
    (tmp_path / "store.db").write_bytes(content)
    store = Store(tmp_path)
    (job,) = kept_jobs(store)
    assert (job.name.hash, job.blocks, job.state) == (OLD_JOB, 6, "done")
    kind = Studies()
    folder = store.folder(OLD_JOB, "cpu")
    spec = kind.read(folder.read_specification())
    results = folder.read_results([block.id for block in kind.plan(spec)])
    assert results == read_old(KEPT / "folder-of-files" / "studies" / OLD_JOB / "cpu").results
    assert folder.wishes.by() == {"anna"}
    assert ask(store, "SELECT version_num FROM alembic_version") == [(schema.HEAD,)]
    folder.write_result("new", {})
    assert folder.read_results(["new"]) == {"new": {}}


@pytest.mark.parametrize("version", sorted(path.stem[-4:] for path in KEPT.glob("store-*.json")))
def test_the_kept_database_of_a_schema_reads_as_it_did_when_it_was_made(
    tmp_path: Path, version: str
):
    """Studies, a map, a training, checks, whoever asked for them, rooms, answers and progress."""
    content = lzma.decompress((KEPT / f"store-{version}.db.xz").read_bytes())
    (tmp_path / "store.db").write_bytes(content)
    kept = json.loads((KEPT / f"store-{version}.json").read_text())
    store = Store(tmp_path)
    store.shelf.write(lambda rows, connection: None)
    assert ask(store, "SELECT version_num FROM alembic_version") == [(schema.HEAD,)]
    assert json.loads(json.dumps(readings(store, kept["codes"], kept["now"]))) == kept["read"]
    store.close()


def test_a_database_of_the_schema_of_today_is_kept_for_the_migration_after_it():
    assert (KEPT / f"store-{schema.HEAD}.db.xz").exists()


def test_migrations_lead_to_the_tables_of_today(tmp_path: Path, postgres: Postgres):
    scripts = ScriptDirectory(str(Path(schema.__file__).parent))
    assert scripts.get_heads() == [schema.HEAD]
    for url in (f"sqlite:///{tmp_path / 'x.db'}", postgres.database()):
        engine = create_engine(url)
        with engine.begin() as connection:
            schema.migrate(connection, None)
        with engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, SCHEMA) == []
            assert schema.version_of(connection) == schema.HEAD
        engine.dispose()


def test_a_migrated_file_and_a_new_one_are_made_alike(tmp_path: Path, folder: Folder):
    folder.write_result("a", {})
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with engine.begin() as connection:
        schema.migrate(connection, None)
    engine.dispose()
    names = "SELECT type, name, tbl_name FROM sqlite_master ORDER BY name"
    assert ask(f"sqlite:///{tmp_path / 'migrated.db'}", names) == ask(Store(tmp_path), names)


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path, folder: Folder):
    folder.write_result("a", {})
    ask(Store(tmp_path), "UPDATE alembic_version SET version_num = '9999'")
    fresh = Store(tmp_path).folder(JOB, "cpu")
    for call in (fresh.read_record, lambda: fresh.write_result("b", {})):
        with pytest.raises(StoreError, match="a newer one has written it"):
            call()
