"""One job as one file: its specification, its blocks, where and with what they were computed.

A block holds estimates' losses, statuses and whatever else its kind says of it. The file is JSON
with a checksum over everything. It is read strictly, and refused whole where anything is not as it
was written. Who wrote it, it cannot say: blocks are believed as they are, so a file is taken in
from whom one trusts.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import moeviz
from moeviz.engine import files
from moeviz.engine.errors import DamagedFileError, EngineError, UnknownJobError
from moeviz.engine.kind import Kind
from moeviz.engine.kinds import kind_named
from moeviz.engine.listing import Kept
from moeviz.engine.store import DEVICES, Store
from moeviz.errors import MoevizError
from moeviz.text import json_text

FORMAT = 1
"""Version of the file."""

WHAT = "moeviz job"
"""What the file says that it is."""

MOST_BYTES = 256 * 2**20
"""Largest file that is read."""

MOST_SECONDS = 1e9
"""Longest time of computing that a file may say, on all workers together."""


@dataclass(frozen=True)
class Export:
    """What a file holds, read and checked.

    Attributes
    ----------
    kind : Kind
    spec : Specification
    device : str
        On what kind of device it was computed.
    seconds : float
        How long that took.
    results : dict
        Blocks by id.
    total : int
        Blocks that the whole job has.
    versions : dict
        What it was written with.
    """

    kind: Kind
    spec: Any
    device: str
    seconds: float
    results: Mapping[str, dict[str, Any]]
    total: int
    versions: Mapping[str, Any]


def export_job(store: Store, job: Kept) -> bytes:
    """Return the file of a job.

    Parameters
    ----------
    store : Store
    job : Kept
        What is to be written, as the store lists it.

    Raises
    ------
    UnknownJobError
        If its specification cannot be read.
    StoreError
        If the store cannot be read.
    EngineError
        If the file would be too large to be read again.
    """
    kind = kind_named(job.name.kind)
    folder = store.folder(job.name.hash, job.name.device, kind)
    spec = _specification(kind, folder.read_specification(), job.name.hash)
    data = spec.to_json()
    fields = data.get("fields")
    seed = fields.get("seed") if isinstance(fields, Mapping) else None
    content = {
        "kind": job.name.kind,
        "hash": job.name.hash,
        "device": job.name.device,
        "state": job.state,
        "seconds": job.record.seconds if job.record else 0.0,
        "seed": seed,
        "versions": {
            "moeviz": moeviz.__version__,
            "numbers": data.get("numbers", data.get("training")),
            "fields": data.get("schema"),
            "python": platform.python_version(),
        },
        "specification": data,
        "blocks": folder.read_results([block.id for block in kind.plan(spec)]),
    }
    sealed = files.seal(content)
    text = json_text({"what": WHAT, "format": FORMAT, **sealed}, compact=True).encode()
    if len(text) > MOST_BYTES:
        raise EngineError(
            f"Expected a job whose file has at most {MOST_BYTES:,} bytes, but this one has "
            f"{len(text):,}; copy the store instead."
        )
    return text


def read_export(content: bytes) -> Export:
    """Return what a file holds; refuse it whole where anything in it is not as it was written.

    Parameters
    ----------
    content : bytes

    Raises
    ------
    MoevizError
        If it is too large, damaged, of a newer format, or does not fit together.
    """
    from moeviz.study.document import read_document
    from moeviz.study.reader import ObjectReader

    if len(content) > MOST_BYTES:
        raise EngineError(
            f"Expected a file of at most {MOST_BYTES:,} bytes, but got {len(content):,}; choose a "
            "file that `jobs export` wrote."
        )
    outer = ObjectReader(read_document(content, MOST_BYTES), "the file")
    if "what" not in outer or outer.text("what") != WHAT:
        raise EngineError(
            "Expected the file of a job, but this says that it is something else; choose a file "
            "that `jobs export` wrote."
        )
    if outer.whole("format") != FORMAT:
        raise EngineError(
            f"Expected a file of format {FORMAT}, but got {outer.whole('format')}; update the "
            "laboratory."
        )
    inner = outer.record("content")
    sealed = {"sha256": outer.text("sha256"), "content": inner.data}
    try:
        files.unseal(sealed, None)
    except DamagedFileError:
        raise EngineError(
            "Expected the file to be as it was written, but its checksum does not fit; nothing of "
            "it was taken in. Have it sent again."
        ) from None
    kind = kind_named(inner.text("kind"))
    device = inner.text("device")
    if device not in DEVICES:
        raise EngineError(
            f"Expected device {' or '.join(DEVICES)}, but got '{device[:20]}'; choose a file that "
            "`jobs export` wrote."
        )
    spec = _specification(kind, inner.record("specification").data, inner.text("hash"))
    planned = {block.id for block in kind.plan(spec)}
    results: dict[str, dict[str, Any]] = {}
    blocks = inner.record("blocks")
    for block_id in blocks.data:
        if block_id not in planned:
            raise EngineError(
                f"Expected blocks of the job alone, but it has none called '{block_id[:60]}'; "
                "nothing was taken in."
            )
        results[block_id] = dict(blocks.record(block_id).data)
    seconds = inner.number("seconds")
    if not 0.0 <= seconds <= MOST_SECONDS:
        raise EngineError(
            f"Expected a job that took at most {MOST_SECONDS:,.0f} s, but got {seconds:g}; choose "
            "a file that `jobs export` wrote."
        )
    _assembled(kind, spec, results, seconds, device)
    versions = dict(inner.record("versions").data)
    return Export(kind, spec, device, seconds, results, len(planned), versions)


def _specification(kind: Kind, data: Any, job_id: str) -> Any:
    try:
        spec = kind.read(data)
        if spec.hash == job_id:
            return spec
        reason = f"it is that of job {spec.hash}"
    except MoevizError as error:
        reason = str(error)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"it cannot be read ({type(error).__name__})"
    raise UnknownJobError(
        f"Expected the specification of job {job_id[:16]} to be whole, but {reason}"
    )


def _assembled(
    kind: Kind, spec: Any, results: Mapping[str, dict[str, Any]], seconds: float, device: str
) -> None:
    """Refuse blocks that cannot be put together; later nobody would know why."""
    try:
        kind.assemble(spec, results, seconds, device)
    except Exception as error:
        raise EngineError(
            f"Expected blocks that can be put together, but trying gave {type(error).__name__}; "
            "nothing was taken in."
        ) from error
