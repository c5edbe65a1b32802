"""What every store keeps to, whatever database it is on: whole or nothing, and only once."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from databases import REQUIRED, Postgres, address, ask, need_postgres, spoil
from engine_helpers import until

from moeviz.engine import Store, UnknownJobError
from moeviz.engine.asked import asked_for, forget_visitor, latest
from moeviz.engine.errors import EngineError
from moeviz.engine.folder import Folder
from moeviz.engine.owner import SILENT_SECONDS, EngineToken, Owner
from moeviz.engine.progress import Progress
from moeviz.engine.record import Record

JOB = "0123456789abcdef"
MakeStore = Callable[[], Store]


@pytest.fixture
def folder(store: Store) -> Folder:
    return store.folder(JOB, "cpu")


# --- Blocks.


def test_results_come_back_bit_for_bit(folder: Folder):
    numbers = [0.1 + 0.2, 1 / 3, 5e-324, -0.0, 1e308]
    written = folder.write_result("a", {"x": numbers, "t": (1, None, "β\0", True)})
    read = folder.read_results(["a", "b"])["a"]
    assert [x.hex() for x in read["x"]] == [x.hex() for x in numbers]
    assert read["t"] == written["t"] == [1, None, "β\0", True]


def test_what_is_no_finite_number_is_kept_as_null(store: Store, folder: Folder):
    written = folder.write_result("a", {"x": [math.inf, -math.inf, 1.0], "n": math.nan})
    assert written == folder.read_results(["a"])["a"] == {"x": [None, None, 1.0], "n": None}
    ((content,),) = ask(store, "SELECT content FROM blocks")
    assert not {"NaN", "Infinity"} & set(content.replace(",", " ").split())


def test_block_names_are_any_text(folder: Folder):
    names = ["fit0-n1000-r0-40", "../../escape", "a/b", ".", "..", "größe 1", "x%2Fy", "'; --"]
    for index, name in enumerate(names):
        folder.write_result(name, {"index": index})
    assert folder.read_results(names) == {name: {"index": i} for i, name in enumerate(names)}


def test_blocks_come_in_the_order_asked_for_and_known_ones_not_again(folder: Folder):
    for name in "cab":
        folder.write_result(name, {"x": name})
    assert list(folder.read_results(["b", "c", "a"])) == ["b", "c", "a"]
    assert folder.read_results(["a", "b"], known=["a"]) == {"b": {"x": "b"}}


def test_six_hundred_blocks_are_read_together(folder: Folder):
    names = [f"block-{index}" for index in range(600)]
    folder.alone(lambda: [folder.write_result(name, {"name": name}) for name in names])
    assert folder.read_results(names) == {name: {"name": name} for name in names}
    assert set(folder.read_results(names, known=names[:590])) == set(names[590:])


def test_a_block_written_again_is_the_last_one(folder: Folder):
    for turn in range(3):
        folder.write_result("a", {"turn": turn})
    assert folder.read_results(["a"]) == {"a": {"turn": 2}}


def test_jobs_devices_and_kinds_are_kept_apart(store: Store, folder: Folder):
    folder.write_result("a", {"x": 1})
    for other in (store.folder("f" * 16, "cpu"), store.folder(JOB, "cuda")):
        assert other.read_results(["a"]) == {}
        other.write_result("a", {"x": 2})
    assert folder.read_results(["a"]) == {"a": {"x": 1}}


def test_a_result_that_json_cannot_hold_is_refused(folder: Folder):
    with pytest.raises(EngineError, match="JSON-able"):
        folder.write_result("a", {"x": object()})
    with pytest.raises(EngineError, match="returned list"):
        folder.write_result("a", [1])


# --- Damage.

DAMAGES = {
    "cut off": lambda text: text[: len(text) // 2],
    "empty": lambda text: "",
    "one digit changed": lambda text: text.replace("0.25", "0.26"),
    "not JSON": lambda text: "\x01",
    "not a mapping": lambda text: "[1, 2]",
    "too deep": lambda text: "[" * 200_000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_block_counts_as_absent(store: Store, folder: Folder, damage: str):
    folder.write_result("a", {"x": 0.25})
    folder.write_result("b", {"x": 0.5})
    spoil(store, "a", DAMAGES[damage]('{"x":0.25}'))
    count = "SELECT count(*) FROM blocks WHERE block = 'a'"

    assert folder.read_results(["a", "b"]) == {"b": {"x": 0.5}}
    assert ask(store, count) == [(1,)], "a mere reader leaves it alone"
    assert folder.read_results(["a", "b"], repair=True) == {"b": {"x": 0.5}}
    assert ask(store, count) == [(0,)]
    folder.write_result("a", {"x": 0.25})
    assert folder.read_results(["a"]) == {"a": {"x": 0.25}}


@pytest.mark.parametrize("column", ["block = 'b'", "device = 'cuda'", f"hash = '{'f' * 16}'"])
def test_a_block_under_another_name_counts_as_absent(store: Store, folder: Folder, column: str):
    folder.write_result("a", {"x": 1})
    ask(store, f"UPDATE blocks SET {column}")
    for other in (folder, store.folder(JOB, "cuda"), store.folder("f" * 16, "cpu")):
        assert other.read_results(["a", "b"]) == {}


@pytest.mark.parametrize("column", ["state = 'asleep'", "seconds = NULL", "version = NULL"])
def test_a_damaged_state_counts_as_absent(store: Store, folder: Folder, column: str):
    folder.write_record(Record("done"))
    ask(store, f"UPDATE jobs SET {column}")
    assert folder.read_record() is None
    assert folder.read_record(repair=True) is None
    assert ask(store, "SELECT state FROM jobs") == [(None,)]
    folder.write_record(Record("done"))
    assert folder.read_record() == Record("done")


@pytest.mark.parametrize("content", ["", "{", "[" * 200_000])
def test_a_damaged_specification_counts_as_absent(store: Store, folder: Folder, content: str):
    folder.write_specification({"n": 1})
    ask(store, "UPDATE specifications SET content = :content", content=content)
    assert folder.read_specification() is None
    folder.write_specification({"n": 1})
    assert folder.read_specification() == {"n": 1}


# --- States of jobs, and their owners.


def test_a_state_comes_back(folder: Folder):
    token = EngineToken()
    record = Record("running", "Computing.", 1.5, 7, Owner.here(token), 12.0)
    folder.write_record(record)
    assert folder.read_record() == record
    folder.restore_record(None)
    assert folder.read_record() is None
    folder.restore_record(record)
    assert folder.read_record() == record


def test_every_write_of_a_state_has_another_stamp(make_store: MakeStore):
    one, other = (make_store().folder(JOB, "cpu") for _ in range(2))
    seen = {one.stamp()}
    assert seen == {0}
    for number, folder in enumerate([one, other, one, other]):
        folder.write_record(Record("running", version=number))
        assert one.stamp() == other.stamp()
        seen.add(one.stamp())
    assert len(seen) == 5


def test_a_lease_is_made_longer_by_every_write_of_an_owner(store: Store):
    """Of another host, where nobody can look whether it lives."""
    owner = replace(Owner.here(EngineToken()), host="elsewhere.invalid")
    past = time.time() - SILENT_SECONDS - 5
    first, second = store.folder(JOB, "cpu"), store.folder("f" * 16, "cpu")
    first.write_record(Record("running", owner=owner, beat=past))
    record = first.read_record()
    assert record is not None
    assert not record.taken
    second.write_record(Record("running", owner=owner, beat=time.time()))
    record = first.read_record()
    assert record is not None
    assert record.taken
    assert record.beat == past


def test_a_cancel_is_asked_for_once(make_store: MakeStore):
    asking, asked = (make_store().folder(JOB, "cpu") for _ in range(2))
    assert not asked.take_cancel()
    asking.ask_cancel()
    assert asked.take_cancel() == "visitors"
    assert not asked.take_cancel()
    asking.ask_cancel("lecturer")
    assert asked.take_cancel() == "lecturer"


def test_one_look_says_which_of_many_jobs_shall_stop(make_store: MakeStore):
    store = make_store()
    folders = [store.folder(f"{number:016x}", "cpu") for number in range(4)]
    names = [folder.name for folder in folders]
    assert store.cancels_asked(names) == set()
    for folder in folders[1:]:
        folder.ask_cancel()
    assert store.cancels_asked(names[:3]) == {names[1], names[2]}
    assert store.cancels_asked([]) == set()


def test_visitors_want_a_job_until_they_do_not(store: Store, folder: Folder):
    for visitor in ("anna", "bert", "anna"):
        folder.wishes.add(visitor)
    assert folder.wishes.by() == {"anna", "bert"}
    assert store.folder("f" * 16, "cpu").wishes.by() == set()
    assert folder.wishes.withdraw("anna") == {"bert"}
    assert folder.wishes.withdraw("nobody") == {"bert"}
    assert folder.wishes.by() == {"bert"}
    assert folder.wishes.by(since=time.time() + 60) == set(), "a wish counts for a while only"
    assert sorted(ask(store, "SELECT visitor FROM visitors")) == [("anna",), ("bert",)]


def test_a_wish_that_has_ended_is_remembered_unless_nobody_shall_know(store: Store, folder: Folder):
    for visitor in ("anna", "bert", "carl", ""):
        folder.wishes.add(visitor)
    folder.wishes.add("dora", over=True)
    assert folder.wishes.withdraw("anna", keep=False) == {"bert", "carl", ""}
    folder.wishes.end("bert", "dora")
    assert folder.wishes.by() == {"carl", ""}
    folder.ask_cancel()
    assert folder.wishes.by() == set(), "who has it cancelled does so for all"
    known = "SELECT visitor FROM wishes WHERE ended IS NOT NULL ORDER BY visitor"
    assert ask(store, known) == [("",), ("bert",), ("carl",), ("dora",)]
    folder.wishes.add("bert")
    assert folder.wishes.by() == {"bert"}


def test_of_two_who_withdraw_at_once_one_is_the_last(make_store: MakeStore):
    folders = {name: make_store().folder(JOB, "cpu") for name in ("anna", "bert")}
    left: dict[str, set[str]] = {}
    for _ in range(10):
        for name, folder in folders.items():
            folder.wishes.add(name)
        start = threading.Barrier(2)

        def withdraw(name: str, start: threading.Barrier) -> None:
            start.wait()
            left[name] = folders[name].wishes.withdraw(name)

        threads = [threading.Thread(target=withdraw, args=(name, start)) for name in folders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(len, left.values())) == [0, 1]


def test_what_a_visitor_asked_for_is_listed_and_can_be_forgotten(store: Store, folder: Folder):
    for visitor in ("anna", "bert"):
        folder.wishes.add(visitor)
    store.folder("f" * 16, "cpu").wishes.add("anna")
    folder.write_record(Record("running"))
    listed = asked_for(store, "anna")
    assert [(one.name.hash, one.wanted) for one in listed] == [("f" * 16, True), (JOB, True)]
    assert [one.state for one in listed] == [None, "running"]
    assert [(one.name.hash, one.wishes) for one in latest(store)] == [(JOB, 2)]
    for visitor in ("anna", "bert"):
        Progress(store).save(visitor, "gates", {"step": 2})
    assert forget_visitor(store, "anna") == 2
    assert asked_for(store, "anna") == []
    assert ask(store, "SELECT visitor FROM visitors") == [("bert",)]
    assert folder.wishes.by() == {"bert"}
    assert ask(store, "SELECT person FROM progress") == [("bert",)]


def test_places_of_what_blocks_left_are_noted(store: Store, folder: Folder):
    folder.states.write("a", b"weights")
    folder.states.write("b", b"more weights")
    sizes = "SELECT block, bytes FROM states ORDER BY block"
    assert ask(store, sizes) == [("a", 7), ("b", 12)]
    folder.states.remove(["a"])
    assert ask(store, sizes) == [("b", 12)]
    ((place,),) = ask(store, "SELECT place FROM states")
    Path(place).unlink()
    folder.sweep()
    assert ask(store, sizes) == []


# --- Names.


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../../etc/passwd", JOB + "/", JOB.upper(), "x" * 16, JOB + "\n", "a" * 99],
)
def test_only_a_hash_names_a_job(store: Store, name: str):
    with pytest.raises(UnknownJobError, match="16 hexadecimal digits"):
        store.folder(name, "cpu")


def test_a_job_is_found_on_either_device(store: Store):
    assert store.find(JOB, "cpu") is None
    store.folder(JOB, "cuda").write_specification({"n": 1})
    found = store.find(JOB, "cpu")
    assert found is not None
    assert found.device == "cuda"
    store.folder(JOB, "cpu").write_specification({"n": 1})
    found = store.find(JOB, "cpu")
    assert found is not None
    assert found.device == "cpu"


# --- Several at once.


def test_one_at_a_time_is_alone_with_a_job(make_store: MakeStore):
    inside, most = [], []
    make_store().folder(JOB, "cpu").write_record(Record("running", version=0))

    def count(folder: Folder) -> None:
        inside.append(1)
        most.append(len(inside))
        record = folder.read_record()
        assert record is not None
        folder.write_record(replace(record, version=record.version + 1))
        inside.pop()

    def enter() -> None:
        folder = make_store().folder(JOB, "cpu")
        for _ in range(25):
            folder.alone(lambda: count(folder))

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    record = make_store().folder(JOB, "cpu").read_record()
    assert record is not None
    assert record.version == 100, "no write was lost"


def test_what_is_done_alone_is_kept_whole_or_not_at_all(store: Store, folder: Folder):
    folder.write_record(Record("running", version=1))

    def fail() -> None:
        folder.write_result("a", {"x": 1})
        folder.write_record(Record("running", version=2))
        raise EngineError("Expected more; none came.")

    with pytest.raises(EngineError, match="more"):
        folder.alone(fail)
    assert folder.read_results(["a"]) == {}
    assert folder.read_record() == Record("running", version=1)


def test_readers_do_not_wait_for_a_writer(make_store: MakeStore):
    writing, reading = (make_store().folder(JOB, "cpu") for _ in range(2))
    writing.write_result("a", {"x": 1})

    def work() -> float:
        writing.write_result("a", {"x": 2})
        began = time.perf_counter()
        found = []
        thread = threading.Thread(target=lambda: found.append(reading.read_results(["a"])))
        thread.start()
        thread.join(20)
        assert found == [{"a": {"x": 1}}], "what was committed"
        return time.perf_counter() - began

    assert writing.alone(work) < 5
    assert reading.read_results(["a"]) == {"a": {"x": 2}}


WRITER = """
import sys
from moeviz.engine import Store
root, url, name = sys.argv[1:]
folder = Store(root, url).folder("0123456789abcdef", "cpu")
print("ready", flush=True)
sys.stdin.readline()
for turn in range(int(name), 10**9, 2):
    folder.write_result("a", {"x": [turn] * 5000})
    folder.write_result(f"{name}-{turn}", {"turn": turn})
    print(turn, flush=True)
"""


def start_writer(store: Store, name: int) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    words = [sys.executable, "-c", WRITER, str(store.root), address(store), str(name)]
    writer = subprocess.Popen(
        words,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdin is not None
    assert writer.stdout.readline() == "ready\n"
    return writer


def said(writer: subprocess.Popen[str]) -> list[int]:
    """The turns that a writer said to be written, whole lines alone."""
    text, _ = writer.communicate()
    return [int(line) for line in text.split("\n")[:-1]]


@pytest.mark.parametrize(
    "turns", [2, *(pytest.param(20 + n, marks=pytest.mark.crowd) for n in range(20))]
)
def test_what_two_writers_said_is_there_after_both_were_killed(make_store: MakeStore, turns: int):
    store = make_store()
    folder = store.folder(JOB, "cpu")
    folder.write_result("a", {"x": [0] * 5000})
    writers = [start_writer(store, name) for name in range(2)]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    count = "SELECT count(*) FROM blocks WHERE block LIKE '{}-%'"
    until(lambda: all(ask(store, count.format(name)) >= [(turns,)] for name in range(2)))
    (seen,) = folder.read_results(["a"]).values()
    assert len(set(seen["x"])) == 1, "never a part"
    for writer in writers:
        writer.kill()
    written = [said(writer) for writer in writers]
    assert all(written)
    fresh = make_store().folder(JOB, "cpu")
    names = [f"{name}-{turn}" for name, turns in enumerate(written) for turn in turns]
    assert fresh.read_results(names).keys() == set(names)
    (last,) = fresh.read_results(["a"]).values()
    assert len(set(last["x"])) == 1
    fresh.write_result("a", {"x": []})
    assert fresh.read_results(["a"]) == {"a": {"x": []}}, "nobody holds a lock any more"


def test_processes_that_open_a_new_store_together_make_one(tmp_path: Path, make_store: MakeStore):
    folders = [make_store().folder(JOB, "cpu") for _ in range(6)]
    start = threading.Barrier(len(folders))

    def write(number: int) -> None:
        start.wait()
        folders[number].write_result(f"{number}", {"x": number})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(len(folders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [str(number) for number in range(len(folders))]
    assert list(folders[0].read_results(names)) == names


def test_the_same_block_from_two_writers_at_once_is_one(make_store: MakeStore):
    folders = [make_store().folder(JOB, "cpu") for _ in range(4)]
    folders[0].write_specification({})
    start = threading.Barrier(len(folders))
    errors: list[Exception] = []

    def write(folder: Folder) -> None:
        for turn in range(20):
            start.wait()
            try:
                folder.write_result(f"{turn}", {"x": turn})
                folder.write_record(Record("running", owner=Owner.here(EngineToken())))
                folder.wishes.add("anna")
            except Exception as error:  # told below, in the test's own thread
                errors.append(error)

    threads = [threading.Thread(target=write, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(folders[0].read_results([str(turn) for turn in range(20)])) == 20


# --- A server that is not there, or goes and comes.


def test_tests_without_postgresql_are_left_out_or_where_it_is_required_fail(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("databases.program", lambda name: None)
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match="not installed"):
        need_postgres()
    monkeypatch.setenv(REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match="not installed"):
        need_postgres()


def test_a_write_waits_for_a_server_that_is_started_again(postgres: Postgres, tmp_path: Path):
    store = Store(tmp_path, postgres.database())
    folder = store.folder(JOB, "cpu")
    folder.write_result("a", {"x": 1})
    postgres.stop()
    thread = threading.Timer(1.0, postgres.start)
    thread.start()
    folder.write_result("b", {"x": 2})
    thread.join()
    assert folder.read_results(["a", "b"]) == {"a": {"x": 1}, "b": {"x": 2}}
    for how in ("immediate", "fast"):
        postgres.stop(how)
        postgres.start()
        assert folder.read_results(["a"]) == {"a": {"x": 1}}, "a lost connection is made anew"
        assert json.loads(json.dumps(folder.write_result("c", {}))) == {}
    store.close()


def test_a_connection_that_comes_back_after_all_were_closed_is_closed_too(
    store: Store, folder: Folder
):
    """Else the server would hold it, and its memory, until a collection of garbage."""
    folder.write_result("a", {"x": 1})
    pools = []

    def work() -> None:
        database = store.shelf._database
        pools.append(database._engine.pool)
        store.close()

    folder.alone(work)
    assert pools[0].checkedin() == 0
    assert pools[0].checkedout() <= 0
    assert folder.read_results(["a"]) == {"a": {"x": 1}}
