"""A study that something happens to: what was committed, what was computed, what is to come out."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from databases import ask, tell_commits
from engine_helpers import until

from moeviz import study
from moeviz.engine import Store
from moeviz.text import json_text

SIZES = (3000, 4000, 5000, 6000, 7000, 8000, 9000)
MINUTE = 60.0

APP = """
import json, sys
from logged_study import Logged
from moeviz import study
from moeviz.engine import Engine, Store
root, url, scheduler, log, spec = sys.argv[1:]
kept = Store(root, url or None)
with Engine(kept, scheduler=scheduler or None, workers=2, study=Logged(log)) as engine:
    last = engine.wait(engine.submit(study.Specification.from_json(json.loads(spec))))
    print(last.state, last.message, flush=True)
"""


@cache
def specification() -> study.Specification:
    """A study of 16 blocks, each a tenth of a second or more."""
    settings = {"sizes": SIZES, "replicates": 60, "seed": 16, "window_from": SIZES[0]}
    return study.PRESETS["cosine-exact"].build(settings)


def blocks() -> list[str]:
    return [block.id for block in study.split(specification())]


@cache
def undisturbed() -> dict[str, Any]:
    """What the blocks find one after another in a process of their own."""
    spec = specification()
    return {
        block.id: numbers(json.loads(json_text(study.run_block(spec, block))))
        for block in study.split(spec)
    }


def numbers(result: dict[str, Any]) -> dict[str, Any]:
    """All but the time that it took."""
    return {key: value for key, value in result.items() if key != "seconds"}


class Case:
    """One study on one store, and what is known of it from outside.

    Parameters
    ----------
    store : Store
        Where it is kept.
    log : Path
        Where its blocks leave lines.
    """

    def __init__(self, store: Store, log: Path) -> None:
        self.store = store
        self.log = log
        self.job = specification().hash
        tell_commits(store)

    def words(self, scheduler: str = "", url: str | None = None) -> tuple[object, ...]:
        """What :data:`APP` is started with."""
        spec = json.dumps(specification().to_json())
        where = (self.store.shelf.url or "") if url is None else url
        return (self.store.root, where, scheduler, self.log, spec)

    def begun(self) -> list[tuple[str, int, float]]:
        """Block, process and moment of each computation of a block that began."""
        text = self.log.read_text() if self.log.exists() else ""
        lines = [line.split() for line in text.splitlines()]
        return [(block, int(pid), float(at)) for job, block, pid, at in lines if job == self.job]

    def committed(self) -> list[tuple[str, float]]:
        """Block and moment of each write of a block that was committed."""
        told = ask(self.store, "SELECT block, at FROM told ORDER BY at")
        return [(str(block), float(at)) for block, at in told]

    def wait_for_an_app(self, app: subprocess.Popen[str], seconds: float = 240.0) -> None:
        """Wait until a block has begun that an app has sent."""
        until(lambda: bool(self.begun()) or app.poll() is not None, seconds)
        assert self.begun(), app.communicate()

    def wait_for(self, count: int, seconds: float = 120.0) -> None:
        until(lambda: len(self.committed()) >= count, seconds)

    def recovery(self, struck: float) -> float:
        """Seconds from a moment to the first commit of a block that began after it."""
        after = {block for block, _, at in self.begun() if at > struck}
        first = min(at for block, at in self.committed() if block in after)
        return first - struck

    def check(self) -> None:
        """Hold what was kept to an undisturbed run, and that nothing kept was computed again."""
        rows = ask(self.store, "SELECT block, content FROM blocks")
        found = {block: numbers(json.loads(content)) for block, content in rows}
        assert found == undisturbed()
        committed = self.committed()
        assert sorted(block for block, _ in committed) == sorted(blocks()), "each was kept once"
        moments = dict(committed)
        late = [(block, at) for block, _, at in self.begun() if at > moments[block]]
        assert late == [], "nothing that was kept was computed again"
        until(lambda: ask(self.store, "SELECT state FROM jobs") == [("done",)])


def family_of(app: int) -> list[psutil.Process]:
    """An app and all that it has started."""
    process = psutil.Process(app)
    return [process, *process.children(recursive=True)]
