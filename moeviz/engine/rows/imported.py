"""Folders of files that were taken in."""

from __future__ import annotations

import time

from sqlalchemy import Connection, insert, select

from moeviz.engine.database.tables import imported
from moeviz.engine.name import Name
from moeviz.engine.old import Old
from moeviz.engine.rows import blocks, records, specifications
from moeviz.text import json_text


def was_taken_in(connection: Connection, host: str, place: str) -> bool:
    """Return whether a folder of files was taken in before."""
    asked = select(imported.c.at).where(imported.c.host == host, imported.c.place == place)
    return connection.execute(asked).first() is not None


def take_in(connection: Connection, name: Name, host: str, place: str, old: Old) -> bool:
    """Take in a folder of files, unless that was done; what is there already stays."""
    records.hold(connection, name)
    if was_taken_in(connection, host, place):
        return False
    if old.specification is not None and specifications.read(connection, name) is None:
        content = json_text(old.specification)
        specifications.write(connection, name, content, old.written)
    there, _ = blocks.read(connection, name, old.results, ())
    new = {key: value for key, value in old.results.items() if key not in there}
    texts = {key: json_text(value, compact=True) for key, value in new.items()}
    blocks.write(connection, name, texts, old.written)
    if old.record is not None and records.read(connection, name) is None:
        records.write(connection, name, old.record)
    values = {"blocks": len(old.results), "at": time.time()}
    connection.execute(insert(imported).values(host=host, place=place, **values))
    return True
