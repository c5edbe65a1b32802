"""Checks run in processes of their own: late, killed, cancelled, kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from moeviz.engine import EngineError, Store
from moeviz.engine.checks import process as check_process
from moeviz.engine.checks.check import key_of
from moeviz.engine.checks.checker import Checker
from moeviz.engine.checks.decider import answer_to
from moeviz.errors import FormulaError

TOY = """
import os, sys, time
sys.path.insert(0, {root!r})
from moeviz.engine.checks.decider import serve

def run(request, limit):
    what = request.get("claim", "")
    open({log!r}, "a").write(what + "\\n")
    if what == "slow":
        time.sleep(60)
    if what == "gives up":
        return {{"id": what, "tests": [{{"name": "time limit"}}]}}
    if what == "dies":
        os.kill(os.getpid(), 9)
    if what == "breaks":
        raise ValueError("two\\nlines")
    return {{"id": what, "verdict": "holds", "seconds": 0.25, "tests": [], "pid": os.getpid()}}

def say(text):
    sys.stdout.write(text + "\\n")
    sys.stdout.flush()

serve(iter(sys.stdin.readline, ""), say, run)
"""

ROOT = str(Path(__file__).parents[2])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "asked"


@pytest.fixture
def make(tmp_path: Path, log: Path) -> Iterator[Callable[..., Checker]]:
    """A function that makes checkers whose processes run a toy."""
    made: list[Checker] = []
    command = (sys.executable, "-c", TOY.format(root=ROOT, log=str(log)))

    def start(**options: Any) -> Checker:
        settings = {"store": Store(tmp_path / "home"), "processes": 1, "command": command}
        made.append(Checker(**{**settings, **options}))
        return made[-1]

    yield start
    for checker in made:
        checker.close()


def toys() -> list[psutil.Process]:
    """The toy processes that this one has started and that have not ended."""
    children = psutil.Process().children()
    return [c for c in children if any("decider" in part for part in c.cmdline())]


def asked(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


def test_a_verdict_is_computed_once(make, log):
    checker = make()
    assert checker.look({"claim": "S1"}) is None
    assert checker.submit({"claim": "S1"}).active
    done = checker.wait({"claim": "S1"}, 30)
    assert done.state == "done"
    assert done.verdict["id"] == "S1"
    assert checker.submit({"claim": "S1"}).verdict == done.verdict
    other = make()
    assert other.look({"claim": "S1"}).verdict == done.verdict
    assert other.submit({"claim": "S1"}).state == "done"
    assert asked(log) == ["S1"]


def test_a_damaged_file_is_computed_again(make, log, tmp_path):
    checker = make()
    checker.submit({"claim": "S1"})
    checker.wait({"claim": "S1"}, 30)
    (path,) = (tmp_path / "home" / "checks").glob("*.json")
    path.write_text(path.read_text().replace("holds", "fails"))
    other = make()
    assert other.look({"claim": "S1"}) is None
    other.submit({"claim": "S1"})
    assert other.wait({"claim": "S1"}, 30).verdict["verdict"] == "holds"
    assert asked(log) == ["S1", "S1"]


def test_one_process_serves_check_after_check(make):
    checker = make()
    pids = set()
    for name in ("S1", "S2", "S3"):
        checker.submit({"claim": name})
        pids.add(checker.wait({"claim": name}, 30).verdict["pid"])
    assert len(pids) == 1


def test_a_late_check_is_ended_and_the_next_one_runs(make, monkeypatch):
    monkeypatch.setattr(check_process, "GRACE_SECONDS", 0.0)
    checker = make(limits=(0.5, 30.0))
    checker.submit({"claim": "slow"})
    late = checker.wait({"claim": "slow"}, 30)
    assert late.state == "failed"
    assert "within 0.5 s" in late.message
    assert 0.5 <= late.seconds < 2.0
    checker.submit({"claim": "S1"})
    assert checker.wait({"claim": "S1"}, 30).state == "done"


def test_a_verdict_for_want_of_time_is_not_kept(make, log):
    checker = make()
    for _ in range(2):
        checker.submit({"claim": "gives up"})
        assert not checker.wait({"claim": "gives up"}, 30).final
    assert asked(log) == ["gives", "up"] * 2
    assert make().look({"claim": "gives up"}) is None


def test_a_composed_check_may_take_longer(make):
    checker = make(limits=(0.5, 7.0))
    assert checker.submit({"compose": {"router": "linear"}}).limit == 7.0
    assert checker.submit({"claim": "S1"}).limit == 0.5


def test_a_killed_process_is_explained_and_can_be_asked_again(make):
    checker = make()
    checker.submit({"claim": "dies"})
    failed = checker.wait({"claim": "dies"}, 30)
    assert failed.state == "failed"
    assert "status -9" in failed.message
    assert "press Check again" in failed.message
    assert checker.submit({"claim": "dies"}).active
    checker.submit({"claim": "S1"})
    assert checker.wait({"claim": "S1"}, 30).state == "done"


def test_a_process_that_ended_while_idle_is_replaced(make):
    checker = make()
    checker.submit({"claim": "S1"})
    first = checker.wait({"claim": "S1"}, 30).verdict["pid"]
    os.kill(first, signal.SIGKILL)
    while psutil.Process(first).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    checker.submit({"claim": "S2"})
    assert checker.wait({"claim": "S2"}, 30).verdict["pid"] != first


def test_a_cancelled_check_ends_within_two_seconds(make, log):
    checker = make()
    checker.submit({"claim": "slow"})
    while not asked(log):
        time.sleep(0.02)
    children = toys()
    began = time.monotonic()
    checker.cancel({"claim": "slow"})
    assert checker.look({"claim": "slow"}).state == "cancelled"
    _, alive = psutil.wait_procs(children, timeout=2)
    assert not alive
    assert time.monotonic() - began < 2
    assert checker.submit({"claim": "slow"}).active


def test_a_check_that_waits_can_be_cancelled(make, log):
    checker = make()
    checker.submit({"claim": "slow"})
    checker.submit({"claim": "S1"})
    checker.cancel({"claim": "S1"})
    checker.cancel({"claim": "slow"})
    checker.submit({"claim": "S2"})
    assert checker.wait({"claim": "S2"}, 30).state == "done"
    assert "S1" not in asked(log)


def test_an_error_is_one_sentence_and_is_not_kept(make, tmp_path):
    checker = make()
    checker.submit({"claim": "breaks"})
    failed = checker.wait({"claim": "breaks"}, 30)
    assert failed.state == "failed"
    assert "ValueError (two lines)" in failed.message
    assert not list((tmp_path / "home" / "checks").glob("*.json"))


def test_errors_of_moeviz_are_said_as_they_are():
    def refuse(request, limit):
        raise FormulaError("Expected a formula, but got nothing; type one.")

    assert answer_to({}, 1.0, refuse) == {"error": "Expected a formula, but got nothing; type one."}


def test_a_closed_checker_leaves_no_process(make):
    checker = make()
    checker.submit({"claim": "slow"})
    checker.wait({"claim": "slow"}, 0.5)
    children = toys()
    assert children
    checker.close()
    assert not toys()
    assert checker.look({"claim": "slow"}).state == "cancelled"
    with pytest.raises(EngineError, match="closed"):
        checker.submit({"claim": "S1"})


def test_a_process_ends_with_the_one_who_asks(tmp_path):
    script = tmp_path / "asks.py"
    script.write_text(
        "import sys, time\n"
        "from moeviz.engine.checks.process import CheckProcess\n"
        "process = CheckProcess()\n"
        "process.wait_until_ready(lambda: False)\n"
        "print(process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": ROOT}
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment
    ) as asking:
        assert asking.stdout is not None
        child = psutil.Process(int(asking.stdout.readline()))
        asking.send_signal(signal.SIGKILL)
        child.wait(timeout=5)


def test_the_same_request_has_one_name():
    assert key_of({"compose": {"a": 1, "b": 2}}) == key_of({"compose": {"b": 2, "a": 1}})
    assert key_of({"claim": "S1"}) != key_of({"claim": "S2"})


def test_the_real_process_decides_claims_and_refuses_formulas(tmp_path):
    checker = Checker(Store(tmp_path), processes=1)
    try:
        claim, own = (
            {"claim": "C1.d2"},
            {"compose": {"router": "custom", "score_formula": "x1.__x"}},
        )
        checker.submit(claim)
        checker.submit(own)
        verdict = checker.wait(claim, 60).verdict
        assert verdict["verdict"] == "holds"
        assert all(abs(s["residual"]) < 1e-8 for s in verdict["tests"][0]["certificate"]["spot"])
        refused = checker.wait(own, 60)
        assert refused.state == "failed"
        assert refused.message.startswith("Expected")
    finally:
        checker.close()
