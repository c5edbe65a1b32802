"""Finished blocks, each with a checksum."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from moeviz.engine.database.statements import LONG, put, within
from moeviz.engine.database.tables import blocks
from moeviz.engine.name import Name
from moeviz.text import json_text

MANY = 500
"""Names in one question, at most."""


def seal(name: Name, block_id: str, content: str) -> str:
    """Return the checksum of a block's text under its name."""
    head = json_text([name.kind, name.hash, name.device, block_id])
    return hashlib.sha256(f"{head}\n{content}".encode()).hexdigest()


def read(
    connection: Connection, name: Name, wanted: Iterable[str], known: Iterable[str]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return the blocks that are there, by id, and the ids of those that are damaged."""
    missing = set(wanted) - set(known)
    columns = (blocks.c.block, blocks.c.sha256, blocks.c.content)
    asked = select(*columns).where(within(blocks, name))
    found: dict[str, dict[str, Any]] = {}
    damaged = []
    names = sorted(missing)
    # Few are asked for by name; of many, all that are there are looked at.
    parts = [asked]
    if len(names) <= MANY:
        parts = [asked.where(blocks.c.block.in_(names))] if names else []
    for part in parts:
        for block_id, checksum, content in connection.execute(part, execution_options=LONG):
            if block_id not in missing:
                continue
            if checksum == seal(name, block_id, content):
                found[block_id] = json.loads(content)
            else:
                damaged.append(block_id)
    return found, damaged


def write(
    connection: Connection, name: Name, results: Mapping[str, str], written: float | None = None
) -> None:
    """Write finished blocks, each as JSON."""
    now = time.time() if written is None else written
    rows = [
        name.columns(
            block=block_id, sha256=seal(name, block_id, content), content=content, written=now
        )
        for block_id, content in results.items()
    ]
    put(connection, blocks, rows)


def remove(connection: Connection, name: Name, ids: Iterable[str]) -> None:
    """Delete blocks."""
    for block_id in ids:
        connection.execute(delete(blocks).where(within(blocks, name), blocks.c.block == block_id))
