"""Which jobs shall be stopped."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from moeviz.engine.database.statements import within
from moeviz.engine.database.tables import jobs
from moeviz.engine.name import Name
from moeviz.engine.rows import records, wishes


def ask(connection: Connection, name: Name) -> None:
    """Note that a job shall be stopped, whoever wants it."""
    records.know(connection, name)
    wishes.end(connection, name)
    connection.execute(update(jobs).where(within(jobs, name)).values(cancel=time.time()))


def asked(connection: Connection, name: Name) -> bool:
    """Return whether a job shall be stopped."""
    asked = select(jobs.c.cancel).where(within(jobs, name))
    return connection.execute(asked).scalar() is not None


def asked_of(connection: Connection, names: Sequence[Name]) -> set[Name]:
    """Return which of some jobs shall be stopped."""
    asked = select(jobs.c.kind, jobs.c.hash, jobs.c.device).where(
        jobs.c.kind.in_({name.kind for name in names}),
        jobs.c.hash.in_({name.hash for name in names}),
        jobs.c.cancel.is_not(None),
    )
    return {Name(*row) for row in connection.execute(asked)} & set(names)


def take(connection: Connection, name: Name) -> bool:
    """Take the note away, and return whether there was one."""
    noted = within(jobs, name) & jobs.c.cancel.is_not(None)
    return bool(connection.execute(update(jobs).where(noted).values(cancel=None)).rowcount)
