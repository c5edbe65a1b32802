"""What a store keeps: one line for each job, without its blocks."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from moeviz.engine.errors import DamagedFileError
from moeviz.engine.folder import Folder
from moeviz.engine.jobs import MESSAGES
from moeviz.engine.name import Name
from moeviz.engine.record import Record
from moeviz.engine.snapshot import ACTIVE
from moeviz.engine.store import Store


@dataclass(frozen=True)
class Kept:
    """What is kept of one job.

    Attributes
    ----------
    name : Name
        What it is called.
    record : Record or None
        Where its computing stands; None where nothing readable is said.
    blocks : int
        Finished ones.
    size : int
        Bytes of its blocks.
    left : int
        Bytes that its blocks left for others, on all hosts.
    wishes : int
        Visitors who want it.
    written : float
        When something was last written for it, in seconds since the epoch.
    label : str
        What it is about, in a word: the preset that it began as, or the claim.
    """

    name: Name
    record: Record | None
    blocks: int
    size: int
    left: int
    wishes: int
    written: float
    label: str = ""

    @property
    def taken(self) -> bool:
        """Whether a living engine is computing it."""
        return self.record is not None and self.record.taken

    @property
    def state(self) -> str:
        """Where it stands; one that nobody alive stands for is ``interrupted``."""
        if self.record is None or (self.record.state in ACTIVE and not self.taken):
            return "interrupted"
        return self.record.state

    @property
    def message(self) -> str:
        """What is said of it."""
        if self.record is None or self.record.state != self.state:
            return MESSAGES["interrupted"]
        return self.record.message


def kept_jobs(store: Store) -> list[Kept]:
    """Return what is kept of each job, the latest first.

    Parameters
    ----------
    store : Store

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    nothing: list[dict[str, Any]] = []
    found = store.shelf.read(lambda rows, c: rows.kept.list_all(c), nothing)
    kept = [
        Kept(
            name=row["name"],
            record=_record(row),
            blocks=row.get("blocks", 0),
            size=row.get("blocks_bytes", 0),
            left=row.get("left_bytes", 0),
            wishes=row.get("wishes", 0),
            written=row["written"],
            label=_label(row.get("content")),
        )
        for row in found
        if row["record"] is not None or row.get("blocks") or row.get("content") is not None
    ]
    return sorted(kept, key=lambda job: (-job.written, str(job.name)))


def forget(store: Store, job: Kept) -> bool:
    """Delete all that is kept of a job, unless somebody computes it; return whether it was deleted.

    Parameters
    ----------
    store : Store
    job : Kept

    Raises
    ------
    StoreError
        If the store cannot be written to.
    """
    folder = Folder(job.name, store.root, store.shelf)

    def remove() -> bool:
        record = folder.read_record()
        if record is not None and record.taken:
            return False
        store.shelf.write(lambda rows, c: rows.kept.remove(c, job.name))
        return True

    if not folder.alone(remove):
        return False
    shutil.rmtree(folder.path / "states", ignore_errors=True)
    return True


def _label(content: str | None) -> str:
    data = None
    with suppress(ValueError, RecursionError):
        data = json.loads(content or "")
    if not isinstance(data, dict):
        return ""
    found = data.get("preset") or data.get("claim") or ("composed" if "compose" in data else "")
    return str(found)[:60]


def _record(row: dict[str, Any]) -> Record | None:
    if row["record"] is None:
        return None
    try:
        return Record.from_json(row["record"], str(row["name"]))
    except DamagedFileError:
        return None
