"""The cluster of this machine: how it starts, what it survives, and that nothing is left of it."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import toy_study as toy
from databases import ask
from engine_helpers import Log, Run, expected, numbers, until
from toy_chains import Relays

from moeviz.engine import Engine, Snapshot, Store
from moeviz.engine.children import SILENT
from moeviz.engine.workers.worker import POLITE


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def local(home: Path) -> Iterator[Engine]:
    """An engine with two workers of its own."""
    began = time.monotonic()
    kinds = [Relays(str(home / "rehearsals.log"))]
    with Engine(home, workers=2, study=toy, kinds=kinds) as engine:
        assert time.monotonic() - began < 1, "the workers start in the background"
        yield engine


def host_of(worker: int) -> psutil.Process:
    """Return the process of the cluster that a worker belongs to."""
    above = psutil.Process(worker).parents()
    (host,) = [process for process in above if "moeviz.engine.workers.host" in process.cmdline()]
    return host


def gone(*pids: int) -> bool:
    return not any(psutil.pid_exists(pid) for pid in pids)


# --- How it starts.


def test_a_study_that_is_submitted_at_once_waits_for_the_workers(local: Engine):
    spec = toy.Specification((0.02,) * 4)
    began = time.monotonic()
    job = local.submit(spec)
    first = local.look(job)
    assert time.monotonic() - began < 0.5
    assert (first.state, first.total) == ("waiting", 4)
    assert numbers(local.wait(job, timeout=60)) == expected(spec)


def test_what_it_computes_on(local: Engine):
    local.wait(local.submit(toy.Specification((0.0,))))
    hardware = local.hardware()
    assert hardware["ready"]
    assert hardware["workers"] == 2
    assert hardware["scheduler"] == "local"
    assert hardware["device"] == "cpu"
    assert hardware["cores"] >= 1
    assert hardware["memory_gib"] > 0.1
    assert hardware["torch"][0].isdigit()
    json.dumps(hardware)


def test_the_workers_are_polite(local: Engine, log: Log):
    local.wait(local.submit(toy.Specification((0.2,) * 4, seed=21, log=log.name)))
    assert len(set(log.pids())) == 2, "a process per worker"
    assert os.getpid() not in log.pids()
    mine = psutil.Process().nice()
    assert [psutil.Process(pid).nice() for pid in set(log.pids())] == [max(mine, POLITE)] * 2


def test_the_workers_get_warm_for_further_kinds_in_a_quiet_moment(local: Engine, home: Path):
    local.wait(local.submit(toy.Specification((0.0,))))
    rehearsals = Log(home / "rehearsals.log")
    rehearsals.wait_for(3)
    assert set(rehearsals.blocks()) == {"0/0"}, "only what begins a chain"
    assert len(set(rehearsals.pids())) == 3, "each of them, and the one beside them"


IMPORT = """
import sys, threading, time
began = threading.active_count()
import moeviz.engine
heavy = {"torch", "distributed", "moeviz.study"}
print(sorted(heavy & set(sys.modules)), threading.active_count() - began)
with moeviz.engine.Engine(sys.argv[1], workers=1) as engine:
    while not engine.hardware()["ready"]:
        time.sleep(0.02)
    print(sorted(heavy & set(sys.modules)))
"""


def test_importing_the_engine_starts_nothing(run: Run, tmp_path: Path):
    out, err = run(IMPORT, tmp_path).communicate(timeout=60)
    assert (out.splitlines(), err) == (["[] 0", "['distributed']"], ""), "torch is for the workers"


# --- What it survives.


def test_a_killed_worker_changes_nothing(local: Engine, log: Log):
    spec = toy.Specification((0.15,) * 16, seed=22, log=log.name)
    job = local.submit(spec)
    until(lambda: local.look(job).done >= 3)
    victim = log.pids()[-1]
    os.kill(victim, signal.SIGKILL)
    assert numbers(local.wait(job, timeout=60)) == expected(spec)
    counts = Counter(log.blocks())
    assert 16 < sum(counts.values()) <= 18, "only what the victim held was computed again"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with two workers of its own, whose silence is noticed after some seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SILENT, "2")
        with Engine(tmp_path_factory.mktemp("hasty"), workers=2, study=toy) as engine:
            yield engine


def test_a_worker_that_hangs_is_replaced_and_its_block_given_to_another(hasty: Engine, log: Log):
    spec = toy.Specification((0.3,) * 12, seed=26, log=log.name)
    messages: list[str] = []
    job = hasty.submit(spec)
    log.wait_for(3)
    victim = log.pids()[-1]
    os.kill(victim, signal.SIGSTOP)
    last = hasty.wait(job, timeout=60, on_change=lambda s: messages.append(s.message))
    assert numbers(last) == expected(spec)
    assert any("stopped answering" in message for message in messages)
    assert gone(victim)
    counts = Counter(log.blocks())
    assert sum(counts.values()) <= 12 + 2, "only what the victim held was computed again"
    seeds = itertools.count(100)

    def another() -> bool:
        again = toy.Specification((0.1,) * 8, seed=next(seeds), log=log.name)
        assert numbers(hasty.wait(hasty.submit(again), timeout=60)) == expected(again)
        return len(set(log.pids()[-8:])) >= 2

    until(another, 60)


@pytest.mark.crowd
@pytest.mark.parametrize("seed", range(20))
def test_workers_that_hang_at_any_moment_change_nothing(hasty: Engine, log: Log, seed: int):
    rng = random.Random(seed)
    spec = toy.Specification((0.2,) * 20, seed=200 + seed, log=log.name)
    kept: list[list[str]] = []
    job = hasty.submit(spec)
    log.wait_for(1)
    time.sleep(rng.uniform(0.0, 1.5))
    os.kill(rng.choice(log.pids()), signal.SIGSTOP)
    last = hasty.wait(job, timeout=90, on_change=lambda s: kept.append(list(s.results)))
    assert numbers(last) == expected(spec)
    assert all(set(a) <= set(b) for a, b in itertools.pairwise(kept))
    assert len(log.blocks()) <= 20 + 2, "nothing that was kept was computed again"


@pytest.mark.timing
def test_a_worker_that_hangs_is_noticed_within_a_minute(local: Engine, log: Log):
    spec = toy.Specification((0.5,) * 12, seed=28, log=log.name)
    job = local.submit(spec)
    log.wait_for(3)
    os.kill(log.pids()[-1], signal.SIGSTOP)
    began = time.monotonic()
    assert numbers(local.wait(job, timeout=120)) == expected(spec)
    assert time.monotonic() - began < 60


def test_a_killed_cluster_is_started_again(local: Engine, log: Log):
    spec = toy.Specification((0.15,) * 12, seed=23, log=log.name)
    job = local.submit(spec)
    until(lambda: local.look(job).done >= 3)
    before = local.look(job)
    messages: list[Snapshot] = []
    workers = set(log.pids())
    host_of(log.pids()[0]).kill()
    last = local.wait(job, timeout=60, on_change=messages.append)
    assert numbers(last) == expected(spec)
    assert any("lost" in snapshot.message for snapshot in messages)
    counts = Counter(log.blocks())
    assert all(counts[block] == 1 for block in before.results), "finished blocks were kept"
    assert last.version > before.version
    until(lambda: gone(*workers), 10)


def test_a_cluster_that_died_while_idle_is_there_when_needed(local: Engine, log: Log):
    local.wait(local.submit(toy.Specification((0.0,), log=log.name)))
    host_of(log.pids()[0]).kill()
    spec = toy.Specification((0.0,) * 3, seed=24)
    assert numbers(local.wait(local.submit(spec), timeout=60)) == expected(spec)


def test_one_worker_and_two_find_the_same(local: Engine, tmp_path: Path, log: Log):
    spec = toy.Specification((0.01,) * 8, seed=25, log=log.name)
    two = local.wait(local.submit(spec), timeout=60)
    with Engine(tmp_path, workers=1, study=toy) as engine:
        one = engine.wait(engine.submit(spec), timeout=60)
        assert engine.hardware()["workers"] == 1
        pid = log.pids()[-1]
        host = host_of(pid).pid
    assert gone(pid, host), "closing ends the cluster"
    assert numbers(one) == numbers(two) == expected(spec)


# --- That nothing is left of it.

SCRIPT = """
import sys, time
import toy_study as toy
from moeviz.engine import Engine
engine = Engine(sys.argv[1], workers=1, study=toy)
job = engine.submit(toy.Specification((0.0, 0.0, 60.0), log=sys.argv[2]))
"""


def test_a_script_ends_quietly_although_it_does_not_close(tmp_path: Path, log: Log, run: Run):
    # Its main module has no guard either, like the pages that a Streamlit server runs: a worker
    # must not run it again.
    path = tmp_path / "script.py"
    end = "while engine.look(job).done < 2:\n    time.sleep(0.02)\n"
    path.write_text("print('began', flush=True)\n" + SCRIPT + end)
    app = run(path, tmp_path / "home", log.name)
    out, err = app.communicate(timeout=60)
    assert (app.returncode, out, err) == (0, "began\n", "")
    until(lambda: gone(*log.pids()))
    assert ask(Store(tmp_path / "home"), "SELECT state FROM jobs") == [("interrupted",)]


def test_control_c_ends_it_without_noise_from_the_workers(tmp_path: Path, log: Log, run: Run):
    script = SCRIPT + (
        "try:\n    engine.wait(job)\nexcept KeyboardInterrupt:\n    print('stopped')\n"
    )
    app = run(script, tmp_path / "home", log.name, start_new_session=True)
    log.wait_for(3)
    os.killpg(app.pid, signal.SIGINT)  # as a terminal does
    out, err = app.communicate(timeout=60)
    assert (app.returncode, out, err) == (0, "stopped\n", "")
    until(lambda: gone(*log.pids()))


@pytest.mark.parametrize(
    "number",
    [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.crowd)],  # neither tells Python
)
def test_workers_do_not_outlive_an_app_that_is_killed(
    tmp_path: Path, log: Log, number: signal.Signals, run: Run
):
    app = run(SCRIPT + "engine.wait(job)\n", tmp_path / "home", log.name)
    log.wait_for(3)
    family = [psutil.Process(app.pid), *psutil.Process(app.pid).children(recursive=True)]
    assert len(family) >= 3
    app.send_signal(number)
    app.communicate(timeout=60)
    _, alive = psutil.wait_procs(family[1:], timeout=60)
    assert not alive
