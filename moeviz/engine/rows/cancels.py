"""Which jobs shall be stopped."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from moeviz.engine.database.statements import those_of, within
from moeviz.engine.database.tables import jobs
from moeviz.engine.ended_by import MESSAGES, By
from moeviz.engine.name import Name
from moeviz.engine.rows import records, wishes


def ask(connection: Connection, name: Name, by: By) -> None:
    """Note that a job shall be stopped, whoever wants it."""
    records.know(connection, name)
    wishes.end(connection, name)
    noted = update(jobs).where(within(jobs, name)).values(cancel=time.time(), cancel_by=by)
    connection.execute(noted)


def asked(connection: Connection, name: Name) -> By | None:
    """Return by whose power a job shall be stopped; None where it shall not."""
    noted = within(jobs, name) & jobs.c.cancel.is_not(None)
    row = connection.execute(select(jobs.c.cancel_by).where(noted)).first()
    if row is None:
        return None
    return row.cancel_by if row.cancel_by in MESSAGES else "visitors"


def asked_of(connection: Connection, names: Sequence[Name]) -> set[Name]:
    """Return which of some jobs shall be stopped."""
    return those_of(connection, jobs, names, jobs.c.cancel.is_not(None))


def take(connection: Connection, name: Name) -> bool:
    """Take the note away, and return whether there was one."""
    noted = within(jobs, name) & jobs.c.cancel.is_not(None)
    taken = update(jobs).where(noted).values(cancel=None, cancel_by=None)
    return bool(connection.execute(taken).rowcount)
