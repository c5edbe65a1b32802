"""The specification of a job."""

from __future__ import annotations

import time

from sqlalchemy import Connection, select

from moeviz.engine.database.statements import put, within
from moeviz.engine.database.tables import specifications
from moeviz.engine.name import Name
from moeviz.engine.rows import records


def read(connection: Connection, name: Name) -> str | None:
    """Return the specification's text."""
    asked = select(specifications.c.content).where(within(specifications, name))
    return connection.execute(asked).scalar()


def write(connection: Connection, name: Name, content: str, made: float | None = None) -> None:
    """Write the specification."""
    records.know(connection, name)
    row = name.columns(content=content, made=time.time() if made is None else made)
    put(connection, specifications, [row])
