"""How a job that is kept is printed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from moeviz.cli.sizes import size_in_words

if TYPE_CHECKING:
    from moeviz.engine.listing import Kept


def plain(job: Kept) -> dict[str, Any]:
    """Return what is known of a job as plain data."""
    owner = job.record.owner if job.record else None
    return {
        "kind": job.name.kind, "hash": job.name.hash, "device": job.name.device,
        "label": job.label, "state": job.state, "message": job.message,
        "version": job.record.version if job.record else 0,
        "seconds": job.record.seconds if job.record else 0.0,
        "blocks": job.blocks, "bytes": job.size, "states_bytes": job.left,
        "wishes": job.wishes, "written": job.written,
        "owner": None if owner is None else {"host": owner.host, "pid": owner.pid},
    }  # fmt: skip


def line(job: Kept) -> str:
    """Return one line about a job."""
    when = datetime.fromtimestamp(job.written).strftime("%Y-%m-%d %H:%M")
    return (
        f"{job.name.hash}  {job.name.kind:9s} {job.name.device:4s} {job.state:11s} {when}  "
        f"{job.blocks:5d} blocks {size_in_words(size_of(job)):>9s}  {job.label}"
    ).rstrip()


def number_of(count: int) -> str:
    """Return how many jobs there are, in words."""
    return f"{count} job{'' if count == 1 else 's'}"


def size_of(job: Kept) -> int:
    """Return the bytes of a job, with those that its blocks left."""
    return job.size + job.left
