"""Folders of files, in which finished work was kept before there was a database.

::

    <root>/<kind>/<hash>/<cpu|cuda>/spec.json          the specification
                                    state.json         where the computing stood
                                    blocks/<id>.json   one finished block each, with a checksum

They are read once, and never changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from moeviz.engine import files
from moeviz.engine.errors import DamagedFileError
from moeviz.engine.jobs import MESSAGES
from moeviz.engine.record import Record
from moeviz.engine.snapshot import ACTIVE


@dataclass(frozen=True)
class Old:
    """What a folder of files holds, as far as it is whole.

    Attributes
    ----------
    specification : JSON-able or None
    record : Record or None
        Where the computing stood. One that went on is ``interrupted`` here: who computes it there
        does not write here.
    results : dict
        Finished blocks by id.
    written : float
        When the last of it was written, in seconds since the epoch.
    """

    specification: Any
    record: Record | None
    results: dict[str, dict[str, Any]]
    written: float


def is_old(path: Path) -> bool:
    """Return whether a job was kept in a folder of files."""
    return (path / "blocks").is_dir() or (path / "spec.json").is_file()


def read_old(path: Path) -> Old:
    """Read what is whole in a folder of files.

    Parameters
    ----------
    path : Path
        Folder of one job on one kind of device.
    """
    specification, record = None, None
    with suppress(FileNotFoundError, DamagedFileError):
        specification = files.read_json(path / "spec.json")
    with suppress(FileNotFoundError, DamagedFileError):
        record = Record.from_json(files.read_json(path / "state.json"), path / "state.json")
        if record.state in ACTIVE:
            record = replace(record, state="interrupted", message=MESSAGES["interrupted"])
        record = replace(record, owner=None)
    return Old(specification, record, dict(_blocks(path / "blocks")), _written(path))


def _written(path: Path) -> float:
    latest = 0.0
    for place in (path / "blocks", path / "spec.json", path / "state.json"):
        with suppress(OSError):
            latest = max(latest, place.stat().st_mtime)
    return latest


def _blocks(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in sorted(files.names(folder)):
        if not name.endswith(".json"):
            continue
        path = folder / name
        with suppress(FileNotFoundError, DamagedFileError):
            content = files.unseal(files.read_json(path), path)
            block_id = unquote(path.stem)
            if isinstance(content, dict) and content.get("block") == block_id:
                yield block_id, content["result"]
