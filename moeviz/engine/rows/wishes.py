"""Who wants a job."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from moeviz.engine.database.statements import among, name_of, put, within
from moeviz.engine.database.tables import visitors, wishes
from moeviz.engine.name import Name


def add(connection: Connection, name: Name, visitor: str, over: bool = False) -> None:
    """Note that a visitor asked for a job, which may be over already."""
    now = time.time()
    if visitor:
        seen = update(visitors).where(visitors.c.visitor == visitor).values(last=now)
        if not connection.execute(seen).rowcount:
            connection.execute(insert(visitors).values(visitor=visitor, first=now, last=now))
    row = name.columns(visitor=visitor, since=now, ended=now if over else None)
    put(connection, wishes, [row])


def withdraw(connection: Connection, name: Name, visitor: str, keep: bool) -> None:
    """Note that a visitor does not want a job any more, or forget that they ever did."""
    if keep:
        end(connection, name, {visitor})
    else:
        own = within(wishes, name) & (wishes.c.visitor == visitor)
        connection.execute(delete(wishes).where(own))


def end(connection: Connection, name: Name, of: Collection[str] | None = None) -> None:
    """Note that some visitors, or all, do not want a job any more."""
    going_on = within(wishes, name) & wishes.c.ended.is_(None)
    if of is not None:
        going_on &= wishes.c.visitor.in_(list(of))
    connection.execute(update(wishes).where(going_on).values(ended=time.time()))


def by(connection: Connection, name: Name, since: float) -> set[str]:
    """Return who wants a job and has asked for it since a moment."""
    return by_job(connection, [name], since)[name]


def by_job(connection: Connection, names: Sequence[Name], since: float) -> dict[Name, set[str]]:
    """Return who wants each of some jobs and has asked for it since a moment."""
    asked = select(*name_of(wishes), wishes.c.visitor).where(
        among(wishes, names), wishes.c.ended.is_(None), wishes.c.since >= since
    )
    found: dict[Name, set[str]] = {name: set() for name in names}
    for kind, digest, device, visitor in connection.execute(asked):
        found.get(Name(kind, digest, device), set()).add(visitor)
    return found
