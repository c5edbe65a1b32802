"""Workers at a scheduler elsewhere, each a process by our own command; GPUs are claimed here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import toy_study as toy
from databases import ask
from engine_helpers import Log, MakeEngine, expected, numbers, until

from moeviz.engine import Engine, aside, executor
from moeviz.engine.studies.studies import Studies
from moeviz.engine.workers import open as opened
from moeviz.engine.workers.versions import made

HERE = Path(__file__).parent

PRETEND = """
import asyncio, sys
from moeviz.engine.studies import remote
from moeviz.engine.studies.remote import Crew, serve_workers
remote.gpus_of = lambda asked: ["0"]
remote.Studies = lambda: __import__("moeviz.engine.studies.studies").engine.studies.studies.Studies(
    __import__("toy_study"))
if __name__ == "__main__":
    gpu, memory = sys.argv[2] == "gpu", float(sys.argv[3])
    asyncio.run(serve_workers(Crew(sys.argv[1], 1, gpu=gpu, memory=memory)))
"""
"""A worker whose host claims a GPU; the toy does not use it."""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A function that starts a program of moeviz's; it is ended at the end."""
    began: list[subprocess.Popen[str]] = []
    paths = os.pathsep.join([str(HERE.parents[1]), str(HERE)])

    def run(*words: str, **environment: str) -> subprocess.Popen[str]:
        began.append(
            subprocess.Popen(
                [sys.executable, *words],
                env={**os.environ, "PYTHONPATH": paths, **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=tmp_path,
            )
        )
        return began[-1]

    yield run
    for program in began:
        program.terminate()
    for program in began:
        try:
            program.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.communicate()


@pytest.fixture
def address(start: Start) -> str:
    """A scheduler by our own command."""
    return announced(start("-m", "moeviz", "scheduler", "--port", "0"))


def announced(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def crew(start: Start, address: str, kind: str, memory: float = 4e9) -> subprocess.Popen[str]:
    return start("-c", PRETEND, address, kind, str(memory))


def killed(program: subprocess.Popen[str]) -> None:
    """End a program and its workers at once, as a host that goes away does."""
    import psutil

    family = psutil.Process(program.pid).children(recursive=True)
    for process in [psutil.Process(program.pid), *family]:
        process.kill()
    program.wait()


def seen(engine: Engine) -> int:
    return len([row for row in engine.observe().rows if not row.strange])


def test_gpus_come_and_go_and_no_job_mixes_devices(
    start: Start,
    address: str,
    make_engine: MakeEngine,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(opened, "COUNT_SECONDS", 0.2)
    monkeypatch.setattr(opened, "GONE_SECONDS", 1.0)
    monkeypatch.setattr(executor, "GONE_SECONDS", 1.0)
    monkeypatch.setattr(aside, "HANDED_SECONDS", 1.0)
    crew(start, address, "cpu")
    engine = make_engine(scheduler=address)
    first = toy.Specification((0.01,) * 4, seed=1, log=log.name)
    done = engine.wait(engine.submit(first), timeout=90)
    assert (done.state, done.device) == ("done", "cpu"), done.message

    # A GPU that joins later is used, for what begins from then on.
    gpu = crew(start, address, "gpu")
    until(lambda: engine.hardware()["device"] == "cuda", 60)
    second = toy.Specification((0.01,) * 4 + (0.4,) * 8, seed=2, log=log.name)
    job = engine.submit(second)
    until(lambda: engine.look(job).done >= 4)
    assert engine.look(job).device == "cuda"
    assert {words[2] for words in log.lines()[4:]} == {"cuda"}

    # Beside it what does not gain from one is computed on processors.
    monkeypatch.setattr(Studies, "gains", lambda self, spec: False)
    third = toy.Specification((0.01,) * 3, seed=3)
    done = engine.wait(engine.submit(third), timeout=30)
    assert (done.state, done.device) == ("done", "cpu")
    assert engine.look(job).active

    # It goes away: said, waited for, and handed on from the beginning.
    killed(gpu)
    until(lambda: "No worker with a GPU" in engine.look(job).message, 30)
    assert engine.look(job).state == "waiting"
    done = engine.wait(job, timeout=60)
    assert (done.state, done.device) == ("done", "cpu"), done.message
    assert numbers(done) == expected(second)
    after = [words for words in log.lines() if words[2] == "cpu"][4:]
    assert sorted(words[0] for words in after) == sorted(f"block-{i}" for i in range(12))
    states = ask(engine.store, "SELECT device, state FROM jobs ORDER BY device")
    assert ("cuda", "interrupted") in states

    # Who asked for GPUs and nothing else is told.
    assert [line.what for line in engine.observe().news] == ["came", "left"]


def test_a_worker_with_another_moeviz_or_too_little_memory_is_given_nothing_and_that_is_said(
    start: Start,
    address: str,
    make_engine: MakeEngine,
    tmp_path: Path,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
):
    other = tmp_path / "other"
    shutil.copytree(
        HERE.parents[1] / "moeviz", other / "moeviz", ignore=shutil.ignore_patterns("__pycache__")
    )
    versions = other / "moeviz" / "study" / "versions.py"
    text = versions.read_text()
    versions.write_text(text.replace("NUMBERS_VERSION = 3", "NUMBERS_VERSION = 4"))
    strange = start("-c", PRETEND, address, "cpu", "1e9", PYTHONPATH=f"{other}{os.pathsep}{HERE}")
    engine = make_engine(scheduler=address)
    spec = toy.Specification((0.0,) * 2, log=log.name)
    failed = engine.wait(engine.submit(spec), timeout=90)
    assert failed.state == "failed"
    assert f"numbers 4, and this server {made().version} with numbers 3" in failed.message
    assert log.lines() == []

    crew(start, address, "cpu")
    until(lambda: json.loads(listed(address))["workers"] == 2, 60)
    done = engine.wait(engine.submit(spec), timeout=90)
    assert done.state == "done", done.message
    assert seen(engine) == 1
    (row,) = [row for row in engine.observe().rows if row.strange]
    assert "numbers 4" in row.strange

    monkeypatch.setattr(Studies, "memory", lambda self, spec, block: 1e9)
    done = engine.wait(engine.submit(toy.Specification((0.0,), seed=8)), timeout=90)
    assert done.state == "done", done.message
    monkeypatch.setattr(Studies, "memory", lambda self, spec, block: 5e9)
    failed = engine.wait(engine.submit(toy.Specification((0.0,), seed=9)), timeout=30)
    assert failed.state == "failed"
    assert "Expected a worker with 5,000 MB for block block-0" in failed.message
    assert strange.poll() is None, "it is another server's"


def listed(address: str) -> str:
    from moeviz.engine.workers.view import look_at

    return json.dumps({"workers": len(look_at(address))})


CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
    "-subj /CN=moeviz -keyout key.pem -out cert.pem"
)


@pytest.mark.crowd  # what is Dask's own
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_over_tls_the_same_is_computed_and_a_stranger_is_refused(
    start: Start, make_engine: MakeEngine, tmp_path: Path
):
    subprocess.run(CERTIFICATE.split(), cwd=tmp_path, check=True, capture_output=True)
    files = {"CA_FILE": "cert.pem"}
    for who in ("SCHEDULER", "WORKER", "CLIENT"):
        files |= {f"{who}__KEY": "key.pem", f"{who}__CERT": "cert.pem"}
    where = {f"DASK_DISTRIBUTED__COMM__TLS__{key}": str(tmp_path / f) for key, f in files.items()}
    address = announced(start("-m", "moeviz", "scheduler", "--port", "0", "--tls", **where))
    assert address.startswith("tls://")
    start("-c", PRETEND, address, "cpu", "1e9", **where)

    import dask

    client = {"cert": "cert.pem", "key": "key.pem"}
    tls = {f"distributed.comm.tls.client.{key}": str(tmp_path / f) for key, f in client.items()}
    tls["distributed.comm.tls.ca-file"] = str(tmp_path / "cert.pem")
    spec = toy.Specification((0.0,) * 2, seed=11)
    stranger = make_engine(scheduler=address)
    failed = stranger.wait(stranger.submit(spec), timeout=60)
    assert failed.state == "failed"
    assert address in failed.message
    with dask.config.set(tls):
        engine = make_engine(scheduler=address)
        done = engine.wait(engine.submit(spec), timeout=90)
        assert numbers(done) == expected(spec)


@pytest.mark.parametrize(
    "words",
    [
        ["workers", "tcp://127.0.0.1:1"],
        ["worker", "tcp://127.0.0.1:1", "--workers", "0"],
        ["worker", "tcp://127.0.0.1:1", "--memory", "much"],
        ["worker", "tcp://127.0.0.1:1", "--gpu"],
        ["scheduler", "--port", "70000"],
    ],
)
def test_our_commands_say_what_is_wrong(words: list[str], capsys: pytest.CaptureFixture[str]):
    from moeviz.cli.program import main

    assert main(words) == 2
    assert capsys.readouterr().err.startswith("moeviz: Expected")
