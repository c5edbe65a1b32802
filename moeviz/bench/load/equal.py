"""Whether a class saw what the command line computes: the same numbers, the same pictures."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from moeviz.charts.palette import theme_named
from moeviz.charts.screen import study_screen
from moeviz.engine import Engine, Store
from moeviz.engine.database.statements import within
from moeviz.engine.database.tables import blocks
from moeviz.engine.listing import kept_jobs
from moeviz.engine.name import Name
from moeviz.study import Result, Specification, split
from moeviz.text import json_text

COMMAND_SECONDS = 90.0
END_SECONDS = 20.0
PART = 24
"""Blocks of a study that is too long to be computed twice."""

NOT_NUMBERS = ("seconds",)
"""What of a block differs from run to run."""


@dataclass(frozen=True)
class Kept:
    """What a store has of a study.

    Attributes
    ----------
    spec : Specification
    results : dict
        Its finished blocks, by id.
    written : list of (float, float)
        When each was kept, and how much work it was as planned.
    """

    spec: Specification
    results: dict[str, dict[str, Any]]
    written: list[tuple[float, float]]

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return len(self.results) == len(split(self.spec))

    def numbers(self) -> dict[str, str]:
        """Return a digest of each block's numbers."""
        return {name: digest(result) for name, result in self.results.items()}


def digest(block: Mapping[str, Any]) -> str:
    """Return a name of a block's numbers, the same for the same, bit for bit.

    Parameters
    ----------
    block : mapping
        As :func:`moeviz.study.blocks.run_block` returns it.
    """
    said = {name: value for name, value in block.items() if name not in NOT_NUMBERS}
    return hashlib.sha256(json_text(said, compact=True).encode()).hexdigest()[:16]


def kept_studies(store: Store) -> dict[str, Kept]:
    """Return what a store has of all its studies, by their names.

    Parameters
    ----------
    store : Store
    """
    found = {}
    for job in kept_jobs(store):
        if job.name.kind == "studies":
            folder = store.folder(job.name.hash, job.name.device)
            spec = Specification.from_json(folder.read_specification())
            costs = {block.id: block.cost for block in split(spec)}
            written = [(at, costs[block]) for block, at in _written(store, job.name)]
            found[spec.hash] = Kept(spec, folder.read_results(costs), written)
    return found


def _written(store: Store, name: Name) -> list[tuple[str, float]]:
    """Return a job's blocks, each with the moment at which it was kept."""

    def read(_: Any, connection: Any) -> list[tuple[str, float]]:
        asked = select(blocks.c.block, blocks.c.written).where(within(blocks, name))
        return [(row.block, row.written) for row in connection.execute(asked)]

    nothing: list[tuple[str, float]] = []
    return store.shelf.read(read, nothing)


def by_engine(specs: list[Specification], home: Path) -> dict[str, Result]:
    """Compute studies as the command line does, in a store of their own.

    Parameters
    ----------
    specs : list of Specification
    home : Path
        An empty folder.

    Returns
    -------
    dict of str to Result
        By the studies' names.
    """
    found = {}
    with Engine(home, device="cpu") as engine:
        jobs = [engine.submit(spec) for spec in specs]
        for job in jobs:
            found[job] = engine.wait(job).result()
    return found


def by_command(spec: Specification, home: Path, most: int) -> dict[str, str]:
    """Have ``python -m moeviz study`` compute a study, and return digests of its blocks.

    Parameters
    ----------
    spec : Specification
    home : Path
        A folder for its store.
    most : int
        When so many blocks are there it is interrupted, as by Ctrl-C.
    """
    home.mkdir()
    asked = home / "asked.json"
    asked.write_text(json_text(spec.to_json()), encoding="utf-8")
    words = ["study", "--spec", str(asked), "--store", str(home), "--device", "cpu", "--json"]
    command = subprocess.Popen(
        [sys.executable, "-m", "moeviz", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + COMMAND_SECONDS
    while command.poll() is None and time.monotonic() < end and len(_numbers(spec, home)) < most:
        time.sleep(0.5)
    command.send_signal(signal.SIGINT)  # Of a command that has ended nothing comes of it.
    try:
        command.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        command.kill()
        command.wait()
    return _numbers(spec, home)


def _numbers(spec: Specification, home: Path) -> dict[str, str]:
    """Return digests of what a folder has of a study."""
    store = Store(home)
    try:
        found = kept_studies(store).get(spec.hash)
        return found.numbers() if found is not None else {}
    finally:
        store.close()


def screen_digest(result: Result, spec: Specification) -> str:
    """Return the name of a study's picture, as those who watch it are told it.

    Parameters
    ----------
    result : Result
    spec : Specification
    """
    made = json_text(study_screen(result, spec["sizes"], theme_named("light")), compact=True)
    return hashlib.sha256(made.encode()).hexdigest()[:16]


def unlike(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """Return the names of the blocks of both whose numbers are not the same.

    Parameters
    ----------
    ours, theirs : mapping of str to str
        Digests by block.
    """
    return [name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name]]
