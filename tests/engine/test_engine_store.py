"""The store keeps what was written, whole, or nothing."""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from moeviz.engine import Store, StoreError, UnknownJobError
from moeviz.engine.errors import EngineError
from moeviz.engine.folder import Folder
from moeviz.engine.owner import EngineToken, Owner
from moeviz.engine.record import Record

JOB = "0123456789abcdef"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Store(tmp_path).folder(JOB, "cpu")


def block_file(folder: Folder, name: str = "a") -> Path:
    return folder.path / "blocks" / f"{name}.json"


def test_results_come_back_bit_for_bit(folder: Folder):
    numbers = [0.1 + 0.2, 1 / 3, 5e-324, -0.0, 1e308]
    written = folder.write_result("a", {"x": numbers, "t": (1, None, "β", True)})
    read = folder.read_results(["a", "b"])["a"]
    assert [x.hex() for x in read["x"]] == [x.hex() for x in numbers]
    assert read["t"] == written["t"] == [1, None, "β", True]


def test_what_is_no_finite_number_is_kept_as_null(folder: Folder):
    written = folder.write_result("a", {"x": [math.inf, -math.inf, 1.0], "n": math.nan})
    assert written == folder.read_results(["a"])["a"] == {"x": [None, None, 1.0], "n": None}
    (path,) = (folder.path / "blocks").iterdir()
    assert not {"NaN", "Infinity"} & set(path.read_text().replace(",", " ").split())


def test_a_block_that_an_earlier_version_kept_with_nan_is_computed_again(folder: Folder):
    """Its seal was made over a text that no longer is one of this store."""
    folder.write_result("a", {"x": 1.0})
    (path,) = (folder.path / "blocks").iterdir()
    content = {"block": "a", "result": {"x": math.nan}}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    seal = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps({"sha256": seal, "content": content}))
    assert folder.read_results(["a"], repair=True) == {}


def test_block_names_need_not_be_file_names(folder: Folder):
    names = ["fit0-n1000-r0-40", "../../escape", "a/b", ".", "..", "größe 1", "x%2Fy"]
    for index, name in enumerate(names):
        folder.write_result(name, {"index": index})
    assert folder.read_results(names) == {name: {"index": i} for i, name in enumerate(names)}
    assert len(list((folder.path / "blocks").iterdir())) == len(names)


def test_known_blocks_are_not_read_again(folder: Folder):
    folder.write_result("a", {"x": 1})
    folder.write_result("b", {"x": 2})
    assert folder.read_results(["a", "b"], known=["a"]) == {"b": {"x": 2}}


DAMAGES = {
    "cut off": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "one digit changed": lambda text: text.replace("0.25", "0.26"),
    "not JSON": lambda text: "\x00\x01",
    "not a mapping": lambda text: "[1, 2]",
    "without checksum": lambda text: json.dumps({"content": json.loads(text)["content"]}),
    "too deep": lambda text: "[" * 200_000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_block_counts_as_absent(folder: Folder, damage: str):
    folder.write_result("a", {"x": 0.25})
    folder.write_result("b", {"x": 0.5})
    path = block_file(folder)
    path.write_text(DAMAGES[damage](path.read_text()))

    assert folder.read_results(["a", "b"]) == {"b": {"x": 0.5}}
    assert path.exists(), "a mere reader leaves the file alone"
    assert folder.read_results(["a", "b"], repair=True) == {"b": {"x": 0.5}}
    assert not path.exists()
    assert len(list(path.parent.glob("a.json.damaged-*"))) == 1


def test_a_block_under_another_name_counts_as_absent(folder: Folder):
    folder.write_result("a", {"x": 1})
    os.replace(block_file(folder, "a"), block_file(folder, "b"))
    assert folder.read_results(["a", "b"], repair=True) == {}


def test_a_state_comes_back(folder: Folder):
    record = Record("running", "Computing.", 1.5, 7, Owner.here(EngineToken()), 12.0)
    folder.write_record(record)
    assert folder.read_record() == record


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"state": "running"}', '{"state": "asleep", "message": ""}'],
)
def test_a_damaged_state_counts_as_absent(folder: Folder, text: str):
    folder.write_record(Record("done"))
    (folder.path / "state.json").write_text(text)
    assert folder.read_record(repair=True) is None
    assert not (folder.path / "state.json").exists()


def test_a_result_that_json_cannot_hold_is_refused(folder: Folder):
    with pytest.raises(EngineError, match="JSON-able"):
        folder.write_result("a", {"x": object()})
    with pytest.raises(EngineError, match="returned list"):
        folder.write_result("a", [1])


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "studies").write_text("a file in the way")
    folder = Store(tmp_path).folder(JOB, "cpu")
    with pytest.raises(StoreError, match="MOEVIZ_HOME"):
        folder.write_result("a", {"x": 1})
    with pytest.raises(StoreError, match="MOEVIZ_HOME"), folder.locked():
        pass
    assert folder.read_results(["a"]) == {}
    assert folder.read_record() is None


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../../etc/passwd", JOB + "/", JOB.upper(), "x" * 16, JOB + "\n", "a" * 99],
)
def test_only_a_hash_names_a_job(tmp_path: Path, name: str):
    with pytest.raises(UnknownJobError, match="16 hexadecimal digits"):
        Store(tmp_path).folder(name, "cpu")


def test_where_the_store_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path / "elsewhere"))
    assert Store().root == tmp_path / "elsewhere"
    monkeypatch.delenv("MOEVIZ_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Store().root == tmp_path / ".cache" / "moeviz"
    assert Store("~/mine").root == tmp_path / "mine"
    assert list(tmp_path.iterdir()) == [], "nothing is made before something is written"


WRITER = """
import sys
from moeviz.engine import Store
folder = Store(sys.argv[1]).folder("0123456789abcdef", "cpu")
for turn in range(60):
    folder.write_result("a", {"x": [turn] * 5000})
"""


def test_readers_never_see_a_part_of_a_file(tmp_path: Path, folder: Folder):
    folder.write_result("a", {"x": [0] * 5000})
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], env=environment)
        for _ in range(2)
    ]
    reads = 0
    while any(writer.poll() is None for writer in writers):
        (result,) = folder.read_results(["a"]).values()
        assert len(set(result["x"])) == 1
        reads += 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert reads > 10
    assert sorted(os.listdir(folder.path / "blocks")) == ["a.json"], "no leftovers"


def test_the_lock_is_held_by_one_thread_at_a_time(folder: Folder):
    inside, most = [], []

    def enter() -> None:
        for _ in range(100):
            with folder.locked():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


def test_leftovers_of_a_dead_writer_are_swept(folder: Folder):
    folder.write_result("a", {"x": 1})
    leftover = folder.path / "blocks" / "b.json.999-0.partial"
    leftover.write_text("half")
    folder.sweep()
    assert not leftover.exists()
    assert block_file(folder).exists()


def test_a_cancel_is_asked_for_once(folder: Folder):
    assert not folder.take_cancel()
    folder.ask_cancel()
    assert folder.take_cancel()
    assert not folder.take_cancel()
