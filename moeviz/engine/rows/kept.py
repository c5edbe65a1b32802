"""All that is kept, job by job."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, literal, select

from moeviz.engine.database.statements import LONG, name_of, within
from moeviz.engine.database.tables import (
    OF_A_JOB,
    blocks,
    specifications,
    states,
    wishes,
)
from moeviz.engine.name import Name
from moeviz.engine.rows.records import of_jobs, said


def list_all(connection: Connection) -> list[dict[str, Any]]:
    """Return what is kept of each job, without its blocks."""
    found = {}
    # PostgreSQL knows how many bytes a text has without reading it; it would count characters.
    size_of = func.octet_length if connection.dialect.name == "postgresql" else func.length
    for row in connection.execute(of_jobs(), execution_options=LONG):
        name = Name(row.kind, row.hash, row.device)
        found[name] = {"name": name, "record": said(row), "written": row.beat or 0.0}
    for table, count, size, last in (
        (blocks, "blocks", size_of(blocks.c.content), blocks.c.written),
        (states, "left", states.c.bytes, states.c.written),
        (wishes, "wishes", literal(0), wishes.c.since),
    ):
        columns = name_of(table)
        counted: tuple[Any, ...] = (func.count(), func.sum(size), func.max(last))
        asked: Any = select(*columns, *counted).group_by(*columns)
        if table is wishes:
            asked = asked.where(wishes.c.ended.is_(None), wishes.c.visitor != "")
        for row in connection.execute(asked, execution_options=LONG):
            kind, job, device, number, total, latest = tuple(row)
            name = Name(kind, job, device)
            known = found.setdefault(name, {"name": name, "record": None, "written": 0.0})
            known[count] = number
            known[f"{count}_bytes"] = int(total)
            known["written"] = max(known["written"], latest)
    for row in connection.execute(select(specifications), execution_options=LONG):
        name = Name(row.kind, row.hash, row.device)
        known = found.setdefault(name, {"name": name, "record": None, "written": 0.0})
        known["content"] = row.content
        known["written"] = max(known["written"], row.made)
    return list(found.values())


def remove(connection: Connection, name: Name) -> None:
    """Delete a job with all that is kept of it."""
    for table in OF_A_JOB:
        connection.execute(delete(table).where(within(table, name)), execution_options=LONG)
