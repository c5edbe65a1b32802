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
import toy_study as toy
from databases import ask
from engine_helpers import until

from moeviz.engine import Check, Checker, EngineError, Snapshot, Store, UnknownJobError, files
from moeviz.engine.checks import check as checks
from moeviz.engine.checks import checker as checker_module
from moeviz.engine.checks import process
from moeviz.engine.checks.check import Checks
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
    if what == "takes a moment":
        time.sleep(1)
    if what == "gives up":
        return {{"verdict": {{"id": what}}, "final": False}}
    if what == "dies":
        os.kill(os.getpid(), 9)
    if what == "breaks":
        raise ValueError("two\\nlines")
    verdict = {{"id": what, "verdict": "holds", "seconds": 0.25, "pid": os.getpid()}}
    return {{"verdict": verdict, "final": True}}

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


def claim(name: str) -> Check:
    return Check({"claim": name})


def done(checker: Checker, name: str) -> dict[str, Any]:
    """The verdict on a claim, which is asked for."""
    snapshot = checker.wait(checker.submit(claim(name)), 30)
    assert snapshot.state == "done", snapshot.message
    verdict: dict[str, Any] = snapshot.result()
    return verdict


def ended(checker: Checker, name: str) -> Snapshot:
    """A check that was asked for, as it ended."""
    return checker.wait(checker.submit(claim(name)), 30)


def toys() -> list[psutil.Process]:
    """The toy processes that this one has started and that have not ended."""
    children = psutil.Process().children()
    return [c for c in children if any("decider" in part for part in c.cmdline())]


def asked(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


def test_a_verdict_is_computed_once(make, log):
    checker = make()
    with pytest.raises(UnknownJobError):
        checker.look(claim("S1"))
    name = checker.submit(claim("S1"))
    assert name == claim("S1").hash
    assert checker.look(name).active
    verdict = checker.wait(name, 30).result()
    assert verdict["id"] == "S1"
    assert checker.look(checker.submit(claim("S1"))).result() == verdict
    other = make()
    assert other.look(claim("S1")).result() == other.look(name).result() == verdict
    assert other.look(other.submit(claim("S1"))).state == "done"
    assert asked(log) == ["S1"]


def test_a_damaged_file_is_computed_again(make, log, tmp_path):
    done(make(), "S1")
    changed = "UPDATE blocks SET content = replace(content, 'holds', 'fails')"
    assert ask(Store(tmp_path / "home"), changed) == [(1,)]
    other = make()
    assert not other.look(claim("S1")).results
    assert done(other, "S1")["verdict"] == "holds"
    assert asked(log) == ["S1", "S1"]


def test_a_verdict_that_an_earlier_version_kept_is_found(make, log, tmp_path):
    path = tmp_path / "home" / "checks" / f"{claim('S1').hash}.json"
    verdict = {"id": "S1", "verdict": "fails", "seconds": 2.0, "tests": []}
    files.write_json(path, files.seal(verdict))
    checker = make()
    assert checker.look(claim("S1")).state == "done"
    assert done(checker, "S1") == verdict
    assert asked(log) == []
    path.write_text(path.read_text().replace("fails", "holds"))
    with pytest.raises(UnknownJobError):
        make().look(claim("S1"))


def test_a_check_in_another_process_is_followed_and_not_run_twice(make, log):
    first, second = make(), make()
    name = first.submit(claim("takes a moment"))
    until(lambda: bool(asked(log)))
    assert second.look(second.submit(claim("takes a moment"))).active
    assert second.wait(name, 30).result() == first.wait(name, 30).result()
    assert asked(log) == ["takes", "a", "moment"]


def test_one_process_serves_check_after_check(make):
    checker = make()
    assert len({done(checker, name)["pid"] for name in ("S1", "S2", "S3")}) == 1


def test_a_late_check_is_ended_and_the_next_one_runs(make, monkeypatch):
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(checks, "CLAIM_SECONDS", 0.5)
    checker = make()
    late = ended(checker, "slow")
    assert late.state == "failed"
    assert "within 0.5 s" in late.message
    assert 0.5 <= late.seconds < 2.0
    monkeypatch.undo()
    assert done(checker, "S1")["verdict"] == "holds"


def test_a_verdict_for_want_of_time_is_not_kept(make, log, tmp_path):
    checker = make()
    for _ in range(2):
        assert done(checker, "gives up") == {"id": "gives up"}
        assert checker.look(claim("gives up")).state == "done"
    assert asked(log) == ["gives", "up"] * 2
    assert ask(Store(tmp_path / "home"), "SELECT count(*) FROM blocks") == [(0,)]
    other = make()  # the state is written a moment after whoever waits has heard of it
    until(lambda: other.look(claim("gives up")).state == "interrupted")
    assert other.look(claim("gives up")).result() is None


def test_a_composed_check_may_take_longer():
    assert Check({"compose": {"router": "linear"}}).limit == 30.0
    assert claim("S1").limit == 10.0
    assert Checks().plan(claim("S1"))[0].cost == 10.0


def test_the_time_of_a_check_that_was_given_up_is_not_counted(make, log):
    checker = make()
    checker.submit(claim("slow"))
    until(lambda: len(asked(log)) == 1)
    time.sleep(0.4)
    checker.cancel(claim("slow"))
    assert checker.look(claim("slow")).seconds >= 0.4
    checker.submit(claim("slow"))
    until(lambda: len(asked(log)) == 2)
    assert checker.look(claim("slow")).seconds < 0.4


def test_a_killed_process_is_explained_and_can_be_asked_again(make):
    checker = make()
    failed = ended(checker, "dies")
    assert failed.state == "failed"
    assert "status -9" in failed.message
    assert "ask again" in failed.message
    assert checker.look(checker.submit(claim("dies"))).active
    assert done(checker, "S1")["verdict"] == "holds"


def test_a_process_that_ended_while_idle_is_replaced(make):
    checker = make()
    first = done(checker, "S1")["pid"]
    os.kill(first, signal.SIGKILL)
    until(lambda: psutil.Process(first).status() == psutil.STATUS_ZOMBIE)
    assert done(checker, "S2")["pid"] != first


def test_a_cancelled_check_ends_within_two_seconds(make, log):
    checker = make()
    checker.submit(claim("slow"))
    until(lambda: bool(asked(log)))
    children = toys()
    began = time.monotonic()
    checker.cancel(claim("slow"))
    assert checker.look(claim("slow")).state == "cancelled"
    _, alive = psutil.wait_procs(children, timeout=2)
    assert not alive
    assert time.monotonic() - began < 2
    assert checker.look(checker.submit(claim("slow"))).active


def test_a_check_that_waits_can_be_cancelled(make, log):
    checker = make()
    checker.submit(claim("slow"))
    checker.submit(claim("S1"))
    checker.cancel(claim("S1"))
    checker.cancel(claim("slow"))
    assert done(checker, "S2")["verdict"] == "holds"
    assert "S1" not in asked(log)


def test_two_processes_run_two_checks_at_once(make, log):
    checker = make(processes=2)
    checker.submit(claim("slow"))
    until(lambda: bool(asked(log)))
    assert done(checker, "S1")["verdict"] == "holds"
    assert checker.look(claim("slow")).state == "running"


def test_too_many_checks_are_refused(make, monkeypatch):
    monkeypatch.setattr(checker_module, "MOST_WAITING", 2)
    checker = make()
    for name in ("slow", "S1", "S2"):
        checker.submit(claim(name))
        until(lambda: checker.look(claim("slow")).state == "running")
    with pytest.raises(EngineError, match="at most 2 checks to wait"):
        checker.submit(claim("S3"))
    assert checker.look(checker.submit(claim("S1"))).state == "waiting"


def test_an_error_is_one_sentence_and_is_not_kept(make, tmp_path):
    failed = ended(make(), "breaks")
    assert failed.state == "failed"
    assert "ValueError (two lines)" in failed.message
    assert ask(Store(tmp_path / "home"), "SELECT count(*) FROM blocks") == [(0,)]


def test_errors_of_moeviz_are_said_as_they_are():
    def refuse(request, limit):
        raise FormulaError("Expected a formula, but got nothing; type one.")

    assert answer_to({}, 1.0, refuse) == {"error": "Expected a formula, but got nothing; type one."}


def test_a_process_that_cannot_be_started_is_explained(make):
    failed = ended(make(command=("/no/such/program",)), "S1")
    assert failed.state == "failed"
    assert failed.message.startswith("Expected a process for the check to start")
    assert "/no/such" not in failed.message


def test_what_is_no_check_is_refused(make):
    with pytest.raises(EngineError, match="Expected a job of checks"):
        make().submit(toy.Specification((0.0,)))


def test_a_folder_that_cannot_be_written_costs_no_verdict(make, tmp_path):
    (tmp_path / "home").write_text("in the way")
    checker = make()
    verdict = done(checker, "S1")
    assert verdict["verdict"] == "holds"
    assert checker.look(claim("S1")).result() == verdict


def test_a_closed_checker_leaves_no_process(make, log):
    checker = make()
    checker.submit(claim("slow"))
    until(lambda: bool(asked(log)))
    children = toys()
    assert children
    checker.close()
    assert not toys()
    assert checker.look(claim("slow")).state == "interrupted"
    with pytest.raises(EngineError, match="closed"):
        checker.submit(claim("S1"))


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
    assert Check({"compose": {"a": 1, "b": 2}}).hash == Check({"compose": {"b": 2, "a": 1}}).hash
    assert claim("S1").hash != claim("S2").hash
    check = Check({"compose": {"a": 1, "b": 2}})
    assert Checks().read(check.to_json()) == check


def test_the_program_is_named_by_what_decides_and_not_by_the_verdicts_that_ship(monkeypatch):
    read: list[Path] = []
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or b"")
    checks.fingerprint.__wrapped__()
    assert {"cone.py", "exceptions.json", "scores.py"} <= {path.name for path in read}
    assert not [path for path in read if "verdicts" in path.parts]


def test_the_real_process_decides_claims_and_refuses_formulas(tmp_path):
    own = Check({"compose": {"router": "custom", "score_formula": "x1.__x"}})
    with Checker(tmp_path, processes=1) as checker:
        checker.submit(claim("C1.d2"))
        checker.submit(own)
        verdict = checker.wait(claim("C1.d2"), 60).result()
        assert verdict["verdict"] == "holds"
        assert all(abs(s["residual"]) < 1e-8 for s in verdict["tests"][0]["certificate"]["spot"])
        refused = checker.wait(own, 60)
        assert refused.state == "failed"
        assert refused.message.startswith("Expected")
