"""Room in the store: of what blocks left, only so much is kept."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from moeviz.engine.errors import StoreError
from moeviz.engine.folder import Folder

MOST_KEPT = 4 * 2**30
"""Bytes that the states of one kind of job may take in the store."""


def make_room(kind: Path, most: int = MOST_KEPT) -> None:
    """Delete states where there are too many, those of the jobs that rested longest first.

    Results stay. A job whose states are gone and that is not done begins its chains anew when it
    is submitted. What an engine computes at this moment is left alone, and so is what cannot be
    deleted.

    Parameters
    ----------
    kind : Path
        The folder of one kind of job.
    most : int
        Bytes that may stay.
    """
    found = []
    for path in kind.glob("*/*/states"):
        with suppress(OSError):  # another engine may be deleting as well
            status = [file.stat() for file in path.iterdir()]
            if status:
                newest = max(one.st_mtime for one in status)
                found.append((newest, sum(one.st_size for one in status), path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most:
            return
        folder = Folder(path.parent, path.parent.name)
        record = folder.read_record()
        if record is not None and record.taken:
            continue
        with suppress(StoreError):
            folder.states.clear()
            total -= size
