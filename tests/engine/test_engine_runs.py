"""Studies on a common cluster: submitted, watched, cancelled, gone on with, shared."""

from __future__ import annotations

import itertools
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import toy_study as toy
from databases import ask, spoil
from engine_helpers import Log, MakeEngine, Run, expected, numbers, until
from toy_drills import Drill, Drills

from moeviz.engine import Engine, EngineError, Snapshot, Store, UnknownJobError
from moeviz.engine.workers.futures import blamed

# --- A study from beginning to end.


def test_results_arrive_one_by_one_and_are_the_study_s(engine: Engine):
    spec = toy.Specification((0.05,) * 6, seed=1)
    seen: list[Snapshot] = []
    last = engine.wait(engine.submit(spec), on_change=seen.append)
    assert numbers(last) == expected(spec)
    assert seen[0].state == "waiting"
    assert {"running", "done"} <= {snapshot.state for snapshot in seen}
    assert [s.version for s in seen] == sorted({s.version for s in seen})
    assert len({s.done for s in seen}) >= 4, "blocks are seen as they end"
    assert all(a.fraction <= b.fraction for a, b in itertools.pairwise(seen))
    assert all(list(a.results) == sorted(a.results) for a in seen)
    assert any(s.seconds_left is not None for s in seen)
    partial = next(s for s in seen if 0 < s.done < s.total)
    assert not partial.result()["complete"]
    assert last.result()["complete"]
    assert last.seconds > 0
    assert last.device == "cpu"
    assert last.spec == spec


def test_blocks_run_in_the_study_s_order_and_studies_take_turns(engine: Engine, log: Log):
    long = toy.Specification((0.05,) * 40, seed=1, log=log.name)
    short = toy.Specification((0.05,) * 6, seed=2, log=log.name + "2")
    engine.submit(long, "somebody")
    until(lambda: engine.look(long.hash).done >= 4)
    assert engine.wait(engine.submit(short, "another"), timeout=60).state == "done"
    assert engine.look(long.hash).done < 30
    assert engine.wait(long.hash, timeout=60).state == "done"
    for each in (log, Log(Path(short.log))):
        order = [int(block.split("-")[1]) for block in each.blocks()]
        # Workers hold one block each in advance, so that neighbours may swap.
        assert all(abs(place - index) <= 3 for place, index in enumerate(order)), order


def test_a_short_study_begins_while_long_blocks_hold_all_workers(engine: Engine, log: Log):
    long = toy.Specification((30.0,) * 4, seed=1, log=log.name)
    short = toy.Specification((0.05,) * 6, seed=2)
    engine.submit(long, "somebody")
    log.wait_for(2)
    began = time.monotonic()
    job = engine.submit(short, "another")
    until(lambda: engine.look(job).done > 0, 2.0)
    assert numbers(engine.wait(job, timeout=10)) == expected(short)
    assert time.monotonic() - began < 10
    assert engine.look(long.hash).done == 0
    assert len(log.blocks()) == 2, "nothing was begun again"
    engine.cancel(long.hash)


def test_the_same_study_of_two_visitors_is_computed_once(engine: Engine, log: Log):
    spec = toy.Specification((0.05,) * 10, seed=3, log=log.name)
    jobs = {engine.submit(spec, visitor) for visitor in ("one", "another", "")}
    assert [numbers(engine.wait(job, timeout=60)) for job in jobs] == [expected(spec)]
    assert sorted(log.blocks()) == sorted(block.id for block in toy.split(spec))


def test_looking_is_quick_while_blocks_come_back(engine: Engine):
    job = engine.submit(toy.Specification((0.005,) * 100))
    looks = []
    while not looks or engine.look(job).active:
        began = time.perf_counter()
        engine.look(job)
        looks.append(time.perf_counter() - began)
        time.sleep(0.001)
    assert statistics.median(looks) < 0.02


def test_a_study_without_blocks_is_done(engine: Engine):
    snapshot = engine.look(engine.submit(toy.Specification(())))
    assert snapshot.state == "done"
    assert snapshot.fraction == 1.0


def test_two_kinds_of_job_share_the_workers(make_engine: MakeEngine):
    engine = make_engine(kinds=[Drills()])
    study, drill = toy.Specification((0.0,) * 3, seed=31), Drill(5)
    jobs = engine.submit(study), engine.submit(drill)
    assert numbers(engine.wait(jobs[0])) == expected(study)
    assert engine.wait(jobs[1]).result() == [0, 1, 2, 3, 4]
    engine.close()
    assert set(ask(engine.store, "SELECT kind FROM jobs")) == {("studies",), ("drills",)}
    later = make_engine(kinds=[Drills()], scheduler="tcp://127.0.0.1:1")
    assert later.look(jobs[1]).result() == later.look(drill).result() == [0, 1, 2, 3, 4]
    assert later.look(jobs[1]).spec == drill


# --- The same study again.


def test_a_running_study_is_not_started_again(engine: Engine, log: Log):
    spec = toy.Specification((0.2,) * 4, log=log.name)
    job = engine.submit(spec)
    log.wait_for(1)
    version = engine.look(job).version
    assert engine.submit(toy.Specification((0.2,) * 4, log=log.name)) == job == spec.hash
    assert engine.look(job).version >= version
    engine.wait(job)
    assert Counter(log.blocks()) == Counter(block.id for block in toy.split(spec))


def test_a_finished_study_is_not_computed_again(make_engine: MakeEngine, log: Log):
    spec = toy.Specification((0.0,) * 4, log=log.name)
    engine = make_engine()
    first = engine.wait(engine.submit(spec))
    again = engine.look(engine.submit(spec))
    engine.close()
    elsewhere = make_engine(scheduler="tcp://127.0.0.1:1")  # nobody there, nobody needed
    seen = elsewhere.look(spec.hash)
    later = elsewhere.look(elsewhere.submit(spec))
    assert numbers(first) == numbers(again) == numbers(seen) == numbers(later) == expected(spec)
    assert len(log.blocks()) == 4
    assert seen.seconds == pytest.approx(first.seconds, abs=0.5)
    assert again.version == later.version == first.version


def test_threads_that_submit_the_same_study_share_it(engine: Engine, log: Log):
    spec = toy.Specification((0.02,) * 10, log=log.name)
    start = threading.Barrier(8)
    jobs, states = [], []

    def submit() -> None:
        start.wait()
        jobs.append(engine.submit(spec))
        states.append(engine.wait(jobs[-1]).state)

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(jobs) == {spec.hash}
    assert states == ["done"] * 8
    assert len(log.blocks()) == 10


# --- Cancel, and go on.


def test_a_cancel_frees_the_workers_within_two_seconds(engine: Engine):
    job = engine.submit(toy.Specification((60.0,) * 6))
    until(lambda: engine.look(job).state == "running")
    time.sleep(0.3)
    began = time.monotonic()
    engine.cancel(job)
    assert engine.look(job).state == "cancelled"
    other = engine.submit(toy.Specification((0.0,) * 4, seed=5))
    assert engine.wait(other, timeout=60).state == "done"
    assert time.monotonic() - began < 2
    assert engine.look(job).state == "cancelled"


def test_a_cancelled_study_goes_on_where_it_stopped(make_engine: MakeEngine, log: Log):
    spec = toy.Specification((0.0,) * 3 + (0.6,) * 3, seed=3, log=log.name)
    engine = make_engine()
    job = engine.submit(spec)
    until(lambda: engine.look(job).done >= 3)
    engine.cancel(job)
    cancelled = engine.look(job)
    assert cancelled.state == "cancelled"
    assert not cancelled.result()["complete"]
    engine.close()

    engine = make_engine()
    seen = engine.look(job)
    assert (seen.state, seen.done) == ("cancelled", cancelled.done)
    assert seen.version >= cancelled.version
    engine.submit(spec)
    resumed = engine.look(job)
    assert resumed.active
    assert resumed.done >= 3
    assert resumed.version > seen.version
    last = engine.wait(job)
    assert numbers(last) == expected(spec)
    assert last.seconds > cancelled.seconds
    counts = Counter(log.blocks())
    assert all(counts[f"block-{i}"] == 1 for i in range(3)), "finished blocks were kept"


def test_cancel_and_submit_at_once_many_times(engine: Engine):
    spec = toy.Specification((0.01,) * 20, seed=9)
    for _ in range(10):
        engine.submit(spec)
        time.sleep(0.01)
        engine.cancel(spec.hash)
    assert numbers(engine.wait(engine.submit(spec), timeout=60)) == expected(spec)


def test_cancelling_what_has_ended_does_nothing(engine: Engine):
    job = engine.submit(toy.Specification((0.0,)))
    engine.wait(job)
    engine.cancel(job)
    assert engine.look(job).state == "done"


def test_a_waiting_study_is_cancelled_before_the_cluster_is_there(make_engine: MakeEngine):
    engine = make_engine(scheduler="tcp://127.0.0.1:1")
    job = engine.submit(toy.Specification((1.0,)))
    engine.cancel(job)
    assert engine.look(job).state == "cancelled"
    until(lambda: engine.store.folder(job, "cpu").read_record() is not None)
    assert engine.look(job).state == "cancelled"


def test_closing_interrupts_and_another_engine_goes_on(make_engine: MakeEngine, log: Log):
    spec = toy.Specification((0.0,) * 2 + (0.5,) * 4, seed=4, log=log.name)
    engine = make_engine()
    job = engine.submit(spec)
    until(lambda: engine.look(job).done >= 2)
    engine.close()
    assert engine.look(job).state == "interrupted"
    with pytest.raises(EngineError, match="closed"):
        engine.submit(spec)
    engine.close()

    engine = make_engine()
    assert engine.look(job).state == "interrupted"
    assert numbers(engine.wait(engine.submit(spec))) == expected(spec)
    counts = Counter(log.blocks())
    assert counts["block-0"] == counts["block-1"] == 1


# --- Blocks that fail.


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("known", "Expected good weather, but it rains; take an umbrella."),
        ("unknown", "Expected block block-2 to end, but it raised ZeroDivisionError (deep inside)"),
        ("json", "Expected block block-2 to return a JSON-able mapping"),
    ],
)
def test_a_failing_block_ends_the_study_and_keeps_the_rest(engine: Engine, how: str, message: str):
    spec = toy.Specification((0.0, 0.0, 0.3, 0.0), fail="block-2", how=how)
    job = engine.submit(spec)
    failed = engine.wait(job, timeout=60)
    assert failed.state == "failed"
    assert failed.message.startswith(message)
    assert "\n" not in failed.message
    assert "block-2" not in failed.results
    assert not failed.result()["complete"]
    other = engine.submit(toy.Specification((0.0,) * 3, seed=6))
    assert engine.wait(other, timeout=60).state == "done", "the engine goes on"
    assert engine.wait(engine.submit(spec), timeout=60).state == "failed", "it may be tried again"


def test_a_worker_killer_is_blamed_in_one_sentence():
    from distributed.scheduler import KilledWorker

    block = toy.Block("block-7", 1.0, 7)
    message = str(blamed(block, KilledWorker("key", None, 10)))
    assert message.startswith("Expected block block-7 to end, but the worker that ran it")


# --- A damaged store.


def test_a_damaged_block_is_computed_again_and_nothing_else(make_engine: MakeEngine, log: Log):
    spec = toy.Specification((0.0,) * 5, seed=7, log=log.name)
    engine = make_engine()
    job = engine.submit(spec)
    engine.wait(job)
    engine.close()
    spoil(engine.store, "block-3")
    ask(engine.store, "UPDATE jobs SET state = 'asleep'")
    log.path.unlink()

    engine = make_engine()
    assert engine.look(job).state == "interrupted"
    assert engine.look(job).done == 4
    assert numbers(engine.wait(engine.submit(spec))) == expected(spec)
    assert log.blocks() == ["block-3"]


@pytest.mark.parametrize("text", ["", "{}", '{"seconds": [0]}', "[]", "null"])
def test_a_damaged_specification_makes_a_job_unknown(make_engine: MakeEngine, text: str):
    spec = toy.Specification((0.0,) * 2)
    engine = make_engine()
    engine.wait(engine.submit(spec))
    engine.close()
    ask(engine.store, "UPDATE specifications SET content = :text", text=text)
    engine = make_engine()
    with pytest.raises(UnknownJobError, match="submit it"):
        engine.look(spec.hash)
    assert numbers(engine.look(engine.submit(spec))) == expected(spec)


def test_a_specification_under_another_name_is_refused(make_engine: MakeEngine):
    one, other = toy.Specification((0.0,)), toy.Specification((0.0,), seed=1)
    engine = make_engine()
    engine.wait(engine.submit(one))
    engine.close()
    ask(engine.store, "UPDATE specifications SET hash = :hash", hash=other.hash)
    with pytest.raises(UnknownJobError, match="that of job"):
        make_engine().look(other.hash)


def test_a_store_that_cannot_be_written_fails_the_study(make_engine: MakeEngine, tmp_path: Path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file in the way")
    engine = make_engine(store=blocked)
    failed = engine.wait(engine.submit(toy.Specification((0.0,))), timeout=60)
    assert failed.state == "failed"
    assert "MOEVIZ_HOME" in failed.message


def test_a_store_that_vanishes_is_made_again(engine: Engine):
    spec = toy.Specification((0.05,) * 10, seed=8)
    job = engine.submit(spec)
    until(lambda: engine.look(job).done >= 2)
    for path in engine.store.root.iterdir():
        path.unlink()
    assert numbers(engine.wait(job)) == expected(spec)


# --- Several engines and processes on one store.


def test_a_second_engine_follows_the_first(make_engine: MakeEngine, log: Log):
    spec = toy.Specification((0.1,) * 12, seed=10, log=log.name)
    first, second = make_engine(), make_engine()
    job = first.submit(spec)
    log.wait_for(1)
    assert second.submit(spec) == job
    end = time.monotonic() + 20.0
    while second.look(job).state == "waiting" and time.monotonic() < end:
        time.sleep(0.02)
    assert second.look(job).state == "running"
    seen: list[int] = []
    last = second.wait(job, timeout=60, on_change=lambda snapshot: seen.append(snapshot.done))
    assert numbers(last) == numbers(first.wait(job)) == expected(spec)
    assert len(log.blocks()) == 12, "nothing was computed twice"
    assert len(set(seen)) >= 3, "its partial results were seen"


def test_a_second_engine_cancels_the_first(make_engine: MakeEngine, log: Log):
    spec = toy.Specification((60.0,) * 3, log=log.name)
    first, second = make_engine(), make_engine()
    job = first.submit(spec)
    log.wait_for(1)
    second.cancel(job)
    assert until(lambda: first.look(job).state == "cancelled") < 2
    assert second.wait(job, timeout=2).state == "cancelled"


def test_a_follower_takes_over_when_the_first_ends(make_engine: MakeEngine, log: Log):
    spec = toy.Specification((0.3,) * 8, seed=11, log=log.name)
    first, second = make_engine(), make_engine()
    job = first.submit(spec)
    log.wait_for(3)
    second.submit(spec)
    until(lambda: second.look(job).done >= 1)
    done = second.look(job).done
    first.close()
    began = len(log.blocks())
    assert numbers(second.wait(job, timeout=60)) == expected(spec)
    assert len(log.blocks()) <= began + 8 - done, "nothing that was done is computed again"


APP = """
import sys
import toy_study as toy
from moeviz.engine import Engine
engine = Engine(sys.argv[1], scheduler=sys.argv[2], study=toy)
spec = toy.Specification(tuple(map(float, sys.argv[4].split(","))), seed=12, log=sys.argv[3])
job = engine.submit(spec)
snapshot = engine.wait(job)
print(snapshot.state, len(snapshot.results))
engine.close()
"""


def test_a_killed_process_leaves_an_interrupted_study(
    make_engine: MakeEngine, scheduler: str, log: Log, tmp_path: Path, run: Run
):
    spec = toy.Specification((0.0, 0.0, 60.0, 60.0), seed=12, log=log.name)
    app = run(APP, tmp_path / "home", scheduler, log.name, "0,0,60,60")
    log.wait_for(4)
    engine = make_engine()
    assert until(lambda: engine.look(spec.hash).done == 2) < 10
    assert engine.look(spec.hash).state == "running"
    app.send_signal(signal.SIGKILL)
    app.communicate()
    assert engine.look(spec.hash).state == "interrupted"
    assert engine.look(spec.hash).done == 2

    # The blocks that it has left on the scheduler stop by themselves: the workers are free.
    other = engine.submit(toy.Specification((0.0,) * 4, seed=13))
    assert engine.wait(other, timeout=60).state == "done"


def test_a_follower_takes_over_when_the_process_is_killed(
    make_engine: MakeEngine, scheduler: str, log: Log, tmp_path: Path, run: Run
):
    seconds = (0.0,) * 2 + (0.7,) * 4
    spec = toy.Specification(seconds, seed=12, log=log.name)
    app = run(APP, tmp_path / "home", scheduler, log.name, ",".join(map(str, seconds)))
    log.wait_for(4)
    engine = make_engine()
    until(lambda: engine.look(spec.hash).done >= 2)
    job = engine.submit(spec)
    app.send_signal(signal.SIGKILL)
    app.communicate()
    assert numbers(engine.wait(job, timeout=60)) == expected(spec)
    counts = Counter(log.blocks())
    assert counts["block-0"] == counts["block-1"] == 1


def test_processes_that_submit_the_same_study_share_it(
    scheduler: str, log: Log, tmp_path: Path, run: Run
):
    seconds = ",".join(["0.05"] * 20)
    apps = [run(APP, tmp_path / "home", scheduler, log.name, seconds) for _ in range(3)]
    answers = [app.communicate(timeout=60) for app in apps]
    assert [answer[0].strip() for answer in answers] == ["done 20"] * 3, answers
    assert [answer[1] for answer in answers] == [""] * 3
    assert len(log.blocks()) == len(set(log.blocks())) == 20
    store = Store(tmp_path / "home")
    assert ask(store, "SELECT state FROM jobs") == [("done",)]
    assert ask(store, "SELECT count(*) FROM blocks") == [(20,)]


# --- Clusters that are not as they should be, and devices.


def test_a_scheduler_that_is_not_there_is_named(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("moeviz.engine.workers.cluster.CONNECT_SECONDS", 0.5)
    engine = make_engine(scheduler="tcp://127.0.0.1:1")
    failed = engine.wait(engine.submit(toy.Specification((0.0,))), timeout=60)
    assert failed.state == "failed"
    assert "tcp://127.0.0.1:1" in failed.message
    assert "MOEVIZ_SCHEDULER" in failed.message


def test_the_scheduler_may_be_named_by_the_environment(
    make_engine: MakeEngine, scheduler: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MOEVIZ_SCHEDULER", scheduler)
    engine = make_engine(scheduler=None)
    assert engine.wait(engine.submit(toy.Specification((0.0,) * 2)), timeout=60).state == "done"
    hardware = engine.hardware()
    assert hardware["scheduler"] == scheduler
    assert hardware["ready"]
    assert (hardware["workers"], hardware["cores"], hardware["device"]) == (2, 2, "cpu")
    assert hardware["memory_gib"] > 0
    assert hardware["gpus"] == []


def test_cuda_without_a_gpu_is_refused(make_engine: MakeEngine):
    engine = make_engine(device="cuda")
    failed = engine.wait(engine.submit(toy.Specification((0.0,))), timeout=60)
    assert failed.state == "failed"
    assert "GPU" in failed.message


def test_gpu_workers_get_the_blocks_and_numbers_are_kept_apart(
    make_engine: MakeEngine, log: Log, tmp_path: Path
):
    # A scheduler of its own, with a worker that claims a GPU; the toy does not use it.
    from moeviz.engine.workers.cluster import announced_address, end_host, start_host

    host = start_host(1)
    try:
        address = announced_address(host)
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address]
        options = ["--no-nanny", "--no-dashboard", "--nthreads=1", "--resources", "GPU=1"]
        paths = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        with subprocess.Popen(
            command + options,
            env={**os.environ, **paths},
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
        ) as worker:
            try:
                check_gpu_routing(make_engine, address, log, worker.pid)
            finally:
                worker.kill()
    finally:
        end_host(host)


def check_gpu_routing(make_engine: MakeEngine, address: str, log: Log, gpu_pid: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    spec = toy.Specification((0.02,) * 6, log=log.name)
    auto = make_engine(scheduler=address)
    done = auto.wait(auto.submit(spec), timeout=60)
    assert (done.state, done.device) == ("done", "cuda")
    assert auto.hardware()["device"] == "cuda"
    assert {(int(pid), device) for _, pid, device in log.lines()} == {(gpu_pid, "cuda")}

    plain = make_engine(scheduler=address, device="cpu")
    done = plain.wait(plain.submit(spec), timeout=60)
    assert (done.state, done.device) == ("done", "cpu")
    assert len(log.lines()) == 12, "computed again, since digits may differ"
    assert {device for _, _, device in log.lines()[6:]} == {"cpu"}
    assert set(ask(plain.store, "SELECT device FROM jobs")) == {("cpu",), ("cuda",)}


# --- Wrong calls.


def test_a_job_that_nobody_knows(engine: Engine):
    for call in (engine.look, engine.cancel, engine.wait):
        with pytest.raises(UnknownJobError):
            call("f" * 16)
        with pytest.raises(UnknownJobError):
            call("../../etc/passwd")


def test_waiting_ends_after_a_while(engine: Engine):
    job = engine.submit(toy.Specification((30.0,)))
    began = time.monotonic()
    assert engine.wait(job, timeout=0.2).active
    assert time.monotonic() - began < 1
    engine.cancel(job)


@pytest.mark.parametrize("options", [{"device": "tpu"}, {"workers": 0}])
def test_wrong_options_are_refused(options: dict[str, object], tmp_path: Path):
    with pytest.raises(EngineError, match="Expected"):
        Engine(tmp_path, study=toy, **options)
