"""What the tests of the engine share."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import toy_study as toy

from moeviz.engine import Engine, Snapshot
from moeviz.text import json_text

Run = Callable[..., subprocess.Popen[str]]
MakeEngine = Callable[..., Engine]


def expected(spec: toy.Specification) -> str:
    """The numbers of a study, computed here and now, as text; null for what is none."""
    spec_now = toy.Specification((0.0,) * len(spec.seconds), seed=spec.seed)
    results = {block.id: toy.run_block(spec_now, block) for block in toy.split(spec_now)}
    return json_text(toy.assemble(spec_now, results, 0, "cpu")["values"])


def numbers(snapshot: Snapshot) -> str:
    assert snapshot.state == "done", snapshot.message
    return json.dumps(snapshot.result()["values"])


class Log:
    """The lines that toy blocks leave when they begin."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)

    def lines(self) -> list[list[str]]:
        text = self.path.read_text() if self.path.exists() else ""
        return [line.split() for line in text.splitlines()]

    def blocks(self) -> list[str]:
        return [line[0] for line in self.lines()]

    def pids(self) -> list[int]:
        return [int(line[1]) for line in self.lines()]

    def wait_for(self, count: int, seconds: float = 60.0) -> None:
        until(lambda: len(self.lines()) >= count, seconds)


def until(holds: Callable[[], bool], seconds: float = 60.0) -> float:
    """Wait until something holds; return the seconds that it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"waited {seconds} s in vain"
        time.sleep(0.02)
    return time.monotonic() - began
