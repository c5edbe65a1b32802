"""Room in the store: of what blocks left, only so much is kept."""

from __future__ import annotations

from contextlib import suppress

from moeviz.engine.errors import StoreError
from moeviz.engine.kind import Kind
from moeviz.engine.store import Store

MOST_KEPT = 4 * 2**30
"""Bytes that the states of one kind of job may take in the store."""


def make_room(store: Store, kind: Kind, most: int = MOST_KEPT) -> None:
    """Delete states where there are too many, those of the jobs that rested longest first.

    Results stay. A job whose states are gone and that is not done begins its chains anew when it
    is submitted. What an engine computes at this moment is left alone, and so is what cannot be
    deleted.

    Parameters
    ----------
    store : Store
    kind : Kind
        The kind of job.
    most : int
        Bytes that may stay.
    """
    found = []
    for path in (store.root / kind.name).glob("*/*/states"):
        with suppress(OSError):  # another engine may be deleting as well
            status = [file.stat() for file in path.iterdir()]
            if status:
                newest = max(one.st_mtime for one in status)
                found.append((newest, sum(one.st_size for one in status), path.parent))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= most:
            return
        with suppress(StoreError):
            folder = store.folder(path.parent.name, path.name, kind)
            record = folder.read_record()
            if record is None or not record.taken:
                folder.states.clear()
                total -= size
