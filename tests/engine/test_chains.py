"""Blocks that go on from one another: each in its time, and one result whatever happens."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import toy_study
from databases import ask, spoil
from engine_helpers import Log, MakeEngine, Run, expected, numbers, until
from inline import Inline
from toy_chains import Relay, Relays, undisturbed

from moeviz.engine import EngineError, Store, StoreError, UnknownJobError
from moeviz.engine.chains import outdated
from moeviz.engine.job_engine import JobEngine
from moeviz.engine.owner import Owner
from moeviz.engine.record import Record
from moeviz.engine.room import make_room
from moeviz.engine.states import States
from moeviz.engine.workers import worker
from moeviz.engine.workers.packing import pack

FOUR = Relay(teams=2, runners=4)


class Place:
    """A store, and engines on it one after another, each of which computes in this process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.engine, self.runner = self._open()

    def _open(self) -> tuple[JobEngine, Inline]:
        runner = Inline()
        return JobEngine([Relays()], self.root, runner, "cpu"), runner

    def again(self) -> None:
        self.engine.close()
        self.engine, self.runner = self._open()

    def states(self, spec: Relay) -> list[str]:
        folder = self.folder(spec) / "states"
        return sorted(path.name.replace("%2F", "/") for path in folder.iterdir())

    def folder(self, spec: Relay) -> Path:
        return self.root / "relays" / spec.hash / "cpu"

    def finish(self, spec: Relay) -> None:
        last = self.engine.wait(self.engine.submit(spec), timeout=30)
        assert last.state == "done", last.message
        assert last.result() == undisturbed(spec)
        assert self.states(spec) == [f"{team}/{spec.runners - 1}.bin" for team in range(spec.teams)]

    def interrupt(self, spec: Relay, block_id: str) -> None:
        """Run until a block begins, and close the engine then."""
        reached, go_on = threading.Event(), threading.Event()

        def pause(name: str) -> None:
            if name == block_id:
                reached.set()
                assert go_on.wait(30)

        self.runner.pause = pause
        self.engine.submit(spec)
        assert reached.wait(30)
        until(lambda: self.engine.look(spec).done == len(self.runner.ran))
        self.engine.cancel(spec)
        go_on.set()
        self.again()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.engine.close()


# --- What is sent, and when.


def test_a_block_is_sent_when_the_one_before_it_has_ended(place: Place):
    place.finish(FOUR)
    sent = [name for name, _ in place.runner.sent]
    assert sent[:2] == ["0/0", "1/0"], "nothing else can begin"
    assert sorted(sent) == sorted(leg.id for leg in Relays().plan(FOUR))
    for name, size in place.runner.sent:
        team, runner = name.split("/")
        assert (size > 0) == (runner != "0")
        assert runner == "0" or sent.index(f"{team}/{int(runner) - 1}") < sent.index(name)


def test_states_under_way_are_bounded(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("moeviz.engine.chains.MOST_UNDER_WAY", 1)
    many = Relay(teams=5, runners=3)
    place.finish(many)
    sizes = [size for _, size in place.runner.sent]
    assert len([size for size in sizes if size]) == 10
    assert [name for name, size in place.runner.sent if not size] == [f"{t}/0" for t in range(5)]


def test_what_is_useful_is_what_missing_blocks_go_on_from():
    kind, plan = Relays(), Relays().plan(Relay(teams=1, runners=5))

    def useless(done: int, there: set[int]) -> set[str]:
        ended = [f"0/{n}" for n in range(done)]
        return outdated(kind, plan, ended, {f"0/{n}" for n in there})

    assert useless(5, {4}) == set()
    assert useless(5, {1, 3, 4}) == {"0/1", "0/3"}
    assert useless(3, {2}) == useless(3, {1}) == useless(3, set()) == set()
    assert useless(3, {1, 2}) == {"0/1"}
    assert useless(3, {2, 3}) == set(), "the result after it may still be on its way"
    assert useless(4, {0, 1}) == {"0/0"}


# --- Interrupted, and gone on with.


@pytest.mark.parametrize("at", ["0/0", "1/1", "0/2", "1/3"])
def test_gone_on_with_is_undisturbed(place: Place, at: str):
    place.interrupt(FOUR, at)
    done = set(place.engine.look(FOUR).results)
    place.finish(FOUR)
    assert {name for name, _ in place.runner.sent}.isdisjoint(done)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda content: content[:-3],
    "empty": lambda content: b"",
    "one bit": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "no head": lambda content: content.split(b"\n", 1)[1],
    "not text": lambda content: b"\xff\x00\n" + content,
    "too deep": lambda content: b"[" * 5000 + content,
    "another's": lambda content: content.replace(b'"0/1"', b'"0/2"'),
}


@pytest.mark.parametrize("damage", [*DAMAGES, "gone"])
def test_a_run_whose_state_is_damaged_begins_again_and_nothing_else(place: Place, damage: str):
    place.interrupt(FOUR, "0/2")
    assert place.states(FOUR) == ["0/1.bin", "1/1.bin"]
    file = place.folder(FOUR) / "states" / "0%2F1.bin"
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(DAMAGES[damage](file.read_bytes()))
    assert place.engine.state(FOUR, "0/1") is None
    place.finish(FOUR)
    sent = Counter(name for name, _ in place.runner.sent)
    assert sorted(sent) == ["0/0", "0/1", "0/2", "0/3", "1/2", "1/3"]
    assert set(sent.values()) == {1}


def test_a_run_goes_on_from_its_last_whole_state(place: Place):
    place.interrupt(FOUR, "0/3")
    place.finish(FOUR)
    store = place.engine.store
    assert ask(store, "DELETE FROM blocks WHERE block IN ('0/2', '0/3')") == [(2,)]
    (place.folder(FOUR) / "states" / "0%2F3.bin").unlink()
    kind, legs = Relays(), {leg.id: leg for leg in Relays().plan(FOUR)}
    _, state = kind.go_on(FOUR, legs["0/0"], None, "cpu")
    store.folder(FOUR.hash, "cpu", kind).states.write("0/0", state)
    place.again()
    place.finish(FOUR)
    assert [name for name, _ in place.runner.sent] == ["0/1", "0/2", "0/3"]


def test_a_damaged_result_in_the_middle_is_computed_again(place: Place):
    place.finish(FOUR)
    spoil(place.engine.store, "0/1")
    place.again()
    place.finish(FOUR)
    assert [name for name, _ in place.runner.sent] == ["0/0", "0/1"]


def test_a_state_that_vanishes_while_its_run_goes_on(place: Place, monkeypatch: pytest.MonkeyPatch):
    real, lost = States.read, []

    def read(states: States, block_id: str, repair: bool = False) -> bytes | None:
        if block_id == "0/2" and not lost:
            lost.append(block_id)
            states.remove([block_id])
        return real(states, block_id, repair)

    monkeypatch.setattr(States, "read", read)
    place.finish(FOUR)
    counts = Counter(place.runner.ran)
    assert [counts[f"0/{n}"] for n in range(4)] == [2, 2, 2, 1]
    assert [counts[f"1/{n}"] for n in range(4)] == [1, 1, 1, 1]


def test_what_always_vanishes_is_said(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(States, "write", lambda *_: None)
    last = place.engine.wait(place.engine.submit(FOUR), timeout=30)
    assert last.state == "failed"
    assert last.message.startswith("Expected what block")
    assert len(place.runner.ran) < 20


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_state_that_cannot_be_written_ends_the_job_in_plain_words(
    place: Place, monkeypatch: pytest.MonkeyPatch, number: int
):
    real = Path.open

    def refusing(path: Path, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if mode == "wb" and "1%2F2.bin" in path.name:
            raise OSError(number, os.strerror(number), str(path))
        return real(path, mode, *rest, **options)

    monkeypatch.setattr(Path, "open", refusing)
    last = place.engine.wait(place.engine.submit(FOUR), timeout=30)
    assert last.state == "failed"
    assert "MOEVIZ_HOME" in last.message
    assert "1/2" not in last.results
    monkeypatch.undo()
    place.finish(FOUR)


# --- A state can be asked for.


def test_the_newest_state_of_a_run_can_be_read(place: Place):
    place.finish(FOUR)
    state = place.engine.state(FOUR.hash, "1/3")
    assert state is not None
    assert state.hex().startswith(undisturbed(FOUR)["1/3"])
    assert place.engine.state(FOUR, "1/2") is None
    assert place.engine.state(FOUR, "../../x") is None
    with pytest.raises(UnknownJobError):
        place.engine.state("f" * 16, "1/3")


def test_of_too_many_states_those_that_rested_longest_go(place: Place):
    specs = [Relay(teams=1, runners=2, size=100 * n) for n in range(1, 4)]
    for age, spec in enumerate(specs):
        place.finish(spec)
        file = place.folder(spec) / "states" / "0%2F1.bin"
        os.utime(file, (1000 + age, 1000 + age))
    resting, other, newest = specs
    record = place.engine.look(resting)
    assert record.state == "done"
    size = sum(file.stat().st_size for file in place.root.glob("relays/*/*/states/*"))
    store = place.engine.store
    make_room(store, Relays(), size)
    assert [bool(place.states(spec)) for spec in specs] == [True, True, True]
    make_room(store, Relays(), size - 1)
    assert [bool(place.states(spec)) for spec in specs] == [False, True, True]
    saved = store.folder(newest.hash, "cpu", Relays())
    until(lambda: getattr(saved.read_record(), "state", "") == "done")
    owner = Owner.here(place.engine._monitor._token)
    running = Record("running", owner=owner, beat=time.time())
    store.folder(other.hash, "cpu", Relays()).write_record(running)
    make_room(store, Relays(), 0)
    assert [bool(place.states(spec)) for spec in specs] == [False, True, False]
    place.again()
    assert place.engine.look(newest).state == "done"
    assert place.engine.state(newest, "0/1") is None


def test_few_jobs_of_a_heavy_kind_stay_in_memory(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Relays, "remembered", 2)
    specs = [Relay(teams=1, runners=1, size=100 * n) for n in range(1, 5)]
    for spec in specs:
        place.finish(spec)
    place.again()
    assert [place.engine.look(spec).state for spec in specs] == ["done"] * 4
    assert list(place.engine._ledger._jobs) == [spec.hash for spec in specs[2:]]


def test_block_names_need_not_be_file_names(tmp_path: Path):
    folder = Store(tmp_path).folder("0" * 16, "cpu")
    states, path = folder.states, folder.path / "states"
    names = ["m0-s1-d0-003", "../../escape", "a/b", "..", "größe 1", "x%2Fy", "line\nbreak"]
    for name in names:
        states.write(name, name.encode() * 3)
    assert [states.read(name) for name in names] == [name.encode() * 3 for name in names]
    assert states.among([*names, "other"]) == set(names)
    states.remove(names[1:])
    assert [file.name for file in path.iterdir()] == ["m0-s1-d0-003.bin"]
    (path / "b.bin.1-2.partial").write_text("half")
    states.sweep()
    assert states.among(names) == {names[0]}
    assert len(list(path.iterdir())) == 1


def test_a_folder_of_states_that_is_a_file_is_named(tmp_path: Path):
    folder = Store(tmp_path).folder("0" * 16, "cpu")
    folder.path.mkdir(parents=True)
    (folder.path / "states").write_text("in the way")
    states = folder.states
    assert states.among(["a"]) == set()
    assert states.read("a") is None
    with pytest.raises(StoreError, match="a file stands in its place"):
        states.write("a", b"")


# --- On workers.


def test_large_states_travel_and_only_last_ones_stay(make_engine: MakeEngine, log: Log):
    spec = Relay(teams=2, runners=2, size=12_000_000, log=log.name)
    engine = make_engine(kinds=[Relays()])
    last = engine.wait(engine.submit(spec), timeout=60)
    assert last.state == "done", last.message
    assert last.result() == undisturbed(spec)
    assert set(Counter(log.blocks()).values()) == {1}
    folder = engine.store.root / "relays" / spec.hash / "cpu" / "states"
    assert sorted(path.name for path in folder.iterdir()) == ["0%2F1.bin", "1%2F1.bin"]


def test_a_state_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch):
    spec = Relay(teams=1, runners=2, size=5 * 2**20)
    what, block = pack(Relays(), spec), pack(Relays().plan(spec)[0])
    monkeypatch.setattr(worker, "_StopCheck", lambda: SimpleNamespace(task="a task"))
    monkeypatch.setattr(worker, "get_worker", lambda: SimpleNamespace(address="here"))
    done = worker.run_on_worker(what, block, None, "cpu")
    assert done is not None
    assert done[0]["digest"] == undisturbed(spec)["0/0"]
    monkeypatch.setattr(worker, "MOST_STATE", 4 * 2**20)
    with pytest.raises(
        EngineError, match=r"Expected block 0/0 to leave at most 4 MB .* leaves 5 MB"
    ):
        worker.run_on_worker(what, block, None, "cpu")


def test_a_killed_worker_costs_the_block_that_it_had(make_engine: MakeEngine, log: Log):
    spec = Relay(teams=2, runners=4, nap=0.25, log=log.name)
    engine = make_engine(kinds=[Relays()])
    job = engine.submit(spec)
    log.wait_for(3)
    os.kill(log.pids()[-1], signal.SIGKILL)
    last = engine.wait(job, timeout=60)
    assert last.state == "done", last.message
    assert last.result() == undisturbed(spec)
    assert len(log.blocks()) <= 8 + 2


def test_cancel_and_submit_at_once_many_times(make_engine: MakeEngine):
    spec = Relay(teams=2, runners=12, nap=0.01)
    engine = make_engine(kinds=[Relays()])
    for _ in range(10):
        engine.submit(spec)
        time.sleep(0.03)
        engine.cancel(spec)
    last = engine.wait(engine.submit(spec), timeout=60)
    assert last.state == "done", last.message
    assert last.result() == undisturbed(spec)


def test_studies_beside_chains_keep_their_turn(make_engine: MakeEngine):
    engine = make_engine(kinds=[Relays()])
    relay, study = Relay(teams=1, runners=8, nap=0.05), toy_study.Specification((0.05,) * 10)
    first, second = engine.submit(relay), engine.submit(study)
    assert numbers(engine.wait(second, timeout=60)) == expected(study)
    last = engine.wait(first, timeout=60)
    assert last.result() == undisturbed(relay)


APP = """
import distributed, os, signal, sys
import toy_study
from toy_chains import Relay, Relays
from moeviz.engine import Engine
from moeviz.engine.keeper import Keeper
from moeviz.engine.states import States
from moeviz.engine.workers import worker
from moeviz.engine.workers.packing import pack

root, scheduler, *cases = sys.argv[1:]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def dying(owner, name, here, after):
    real = getattr(owner, name)
    def call(*arguments):
        hit = here(arguments)
        if hit and not after:
            die()
        answer = real(*arguments)
        if hit:
            die()
        return answer
    setattr(owner, name, call)

def block(arguments):
    return arguments[1] == "0/2"

def run(moment, log, size, nap):
    if moment == "before the state":
        dying(States, "write", block, after=False)
    elif moment == "in the state":
        dying(os, "replace", lambda a: "0%2F2.bin" in str(a[1]), after=False)
    elif moment == "after the state":
        dying(States, "write", block, after=True)
    elif moment == "after the result":
        dying(Keeper, "keep", lambda a: a[2] == "0/2", after=True)
    elif moment == "after the end":
        dying(States, "remove", lambda a: "0/1" in a[1], after=True)
    engine = Engine(root, scheduler=scheduler, study=toy_study, kinds=[Relays()])
    engine.wait(engine.submit(Relay(1, 5, float(nap), int(size), log)), timeout=60)

# One process for each case, which need not import everything anew.
children = []
for case in cases:
    child = os.fork()
    if child == 0:
        run(*case.split("|"))
        os._exit(0)
    children.append(child)
print(*[-os.WTERMSIG(os.waitpid(child, 0)[1]) for child in children])
"""

MOMENTS = {
    "before the state": 2,
    "in the state": 2,
    "after the state": 2,
    "after the result": 1,
    "after the end": 1,
}
"""Where a process is killed around the end of a block, and how often that is computed in all."""


def test_a_process_killed_at_any_moment_leaves_what_its_runs_go_on_from(
    make_engine: MakeEngine, scheduler: str, tmp_path: Path, run: Run
):
    home = tmp_path / "home"
    logs = [Log(tmp_path / f"{n}.log") for n in range(len(MOMENTS))]
    specs = [Relay(1, 5, size=100 * n, log=log.name) for n, log in enumerate(logs, 1)]
    cases = [
        f"{moment}|{spec.log}|{spec.size}|0" for moment, spec in zip(MOMENTS, specs, strict=True)
    ]
    said, _ = run(APP, home, scheduler, *cases).communicate(timeout=60)
    assert said.split() == [str(-signal.SIGKILL)] * len(cases)
    engine = make_engine(kinds=[Relays()])
    for spec, log, count in zip(specs, logs, MOMENTS.values(), strict=True):
        last = engine.wait(engine.submit(spec), timeout=60)
        assert last.state == "done", last.message
        assert last.result() == undisturbed(spec)
        counts = Counter(log.blocks())
        assert counts.pop("0/2") == count
        assert set(counts.values()) == {1}
        states = home / "relays" / spec.hash / "cpu" / "states"
        assert [path.name for path in states.iterdir()] == ["0%2F4.bin"]
    assert len({undisturbed(replace(spec, log=""))["0/4"] for spec in specs}) == len(specs)


def test_a_follower_goes_on_with_the_runs_of_a_killed_process(
    make_engine: MakeEngine, scheduler: str, log: Log, tmp_path: Path, run: Run
):
    spec = Relay(1, 5, size=700, nap=0.1, log=log.name)
    app = run(APP, tmp_path / "home", scheduler, f"after the state|{log.name}|{spec.size}|0.1")
    engine = make_engine(kinds=[Relays()])
    log.wait_for(1)
    job = engine.submit(spec)
    app.communicate(timeout=60)
    last = engine.wait(job, timeout=60)
    assert last.state == "done", last.message
    assert last.result() == undisturbed(spec)
