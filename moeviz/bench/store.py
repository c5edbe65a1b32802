"""Finished blocks in the store's database, and the same blocks as files.

Blocks are as large as a laboratory's were: :data:`SIZES` cut the 10,038 blocks of 23 studies, from
the smallest to the largest, into twenty equal parts, and take the middle one of each. Each is
written as soon as it is there, so every write is a transaction of its own. Seconds are the clock's,
the best of a few runs, since what is measured is the way to the disk; the processor's are beside
them.

With a database of PostgreSQL's in ``MOEVIZ_STORE`` that is measured too; the blocks go into a job
of their own there, which is deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from moeviz.bench.work import Row, row
from moeviz.engine import Store, files
from moeviz.engine.listing import forget, kept_jobs
from moeviz.text import json_text

BLOCKS = 2000

SIZES = (
    417, 418, 419, 420, 423, 474, 476, 480, 498, 576, 696, 1125, 1592, 2229, 3005, 3911, 4411, 4456,
    7899, 19703,
)  # fmt: skip
"""Bytes of a block as text."""

TRIES = 3

JOB = "be" * 8

Blocks = Mapping[str, dict[str, Any]]


class Clocked:
    """The clock's and the processor's seconds of something, the least of several runs."""

    def __init__(self) -> None:
        self.seconds = self.processor = float("inf")

    def run(self, work: Callable[[], object]) -> None:
        """Do it once more."""
        began, used = time.perf_counter(), time.process_time()
        work()
        self.seconds = min(self.seconds, time.perf_counter() - began)
        self.processor = min(self.processor, time.process_time() - used)


def store_benchmark(blocks: int = BLOCKS, tries: int = TRIES) -> list[Row]:
    """Write and read blocks, one transaction each, as rows and as files.

    Parameters
    ----------
    blocks : int
    tries : int
        Runs of each, the best of which counts.

    Returns
    -------
    list of dict
        A row for writing and one for reading, beside each other way to keep them.
    """
    found = _blocks(blocks)
    clocks: dict[str, tuple[Clocked, Clocked]] = {}
    for _ in range(tries):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            ways = {OURS: _rows(Store(place / "home")), FILES: _files(place), FULL: _full(place)}
            url = os.environ.get("MOEVIZ_STORE", "")
            if url.startswith("postgresql"):
                ways[POSTGRES] = _rows(Store(place / "other", url))
            for name, (write, read, end) in ways.items():
                writing, reading = clocks.setdefault(name, (Clocked(), Clocked()))
                writing.run(lambda write=write: write(found))  # type: ignore[misc]
                reading.run(lambda read=read: _same(read(found), found))  # type: ignore[misc]
                end()
    rows = []
    for place_, verb in enumerate(("written", "read")):
        ours = clocks[OURS][place_]
        for name in list(clocks)[1:]:
            peer = clocks[name][place_]
            work = f"{blocks:,} blocks {verb}, SQLite's log, one transaction each"
            more = {
                "processor_seconds": ours.processor, "peer_processor_seconds": peer.processor,
            }  # fmt: skip
            rows.append(row("store", work, ours.seconds, name, peer.seconds, **more))
    return rows


OURS = "the store"
FILES = "a file each, as before"
FULL = "SQLite's log, waiting for the disk each time"
POSTGRES = "PostgreSQL on the same machine"

Way = tuple[Callable[[Blocks], None], Callable[[Blocks], Blocks], Callable[[], None]]
"""How blocks are written, read, and done away with."""


def _blocks(count: int) -> Blocks:
    """Return blocks with random numbers in a random order of sizes."""
    rng = random.Random(0)
    sizes = [SIZES[number % len(SIZES)] for number in range(count)]
    rng.shuffle(sizes)
    return {
        f"fit{number % 7}-n1000-r{number}-{number + 1}": {
            "losses": [rng.random() for _ in range(max(1, (size - 100) // 20))],
            "kind": "fit",
        }
        for number, size in enumerate(sizes)
    }


def _same(read: Blocks, written: Blocks) -> None:
    assert read == written


def _rows(store: Store) -> Way:
    folder = store.folder(JOB, "cpu")

    def write(blocks: Blocks) -> None:
        for block_id, result in blocks.items():
            folder.write_result(block_id, result)

    def end() -> None:
        for job in kept_jobs(store):
            if job.name == folder.name:
                forget(store, job)
        store.close()

    folder.write_specification({})  # opens the store before a clock runs
    return write, lambda blocks: folder.read_results(blocks), end


def _files(place: Path) -> Way:
    def path(block_id: str) -> Path:
        return place / "blocks" / f"{block_id}.json"

    def write(blocks: Blocks) -> None:
        for block_id, result in blocks.items():
            content = json.loads(json_text(result))
            files.write_json(path(block_id), files.seal({"block": block_id, "result": content}))

    def read(blocks: Blocks) -> Blocks:
        return {
            block_id: files.unseal(files.read_json(path(block_id)), path(block_id))["result"]
            for block_id in blocks
        }

    return write, read, lambda: None


def _full(place: Path) -> Way:
    """SQLite as plainly as can be, but so that a write survives a power failure."""
    connection = sqlite3.connect(place / "full.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE blocks (block TEXT PRIMARY KEY, sha256 TEXT, content TEXT)")

    def write(blocks: Blocks) -> None:
        for block_id, result in blocks.items():
            text = json_text(result, compact=True)
            checksum = hashlib.sha256(text.encode()).hexdigest()
            connection.execute("INSERT INTO blocks VALUES (?, ?, ?)", (block_id, checksum, text))

    def read(blocks: Blocks) -> Blocks:
        found = {}
        with closing(connection.execute("SELECT * FROM blocks")) as rows:
            for block_id, checksum, text in rows:
                assert checksum == hashlib.sha256(text.encode()).hexdigest()
                found[block_id] = json.loads(text)
        return found

    return write, read, connection.close
