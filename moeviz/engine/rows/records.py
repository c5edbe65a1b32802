"""A job's own row: its state, and who computes it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, select, update

from moeviz.engine.database.statements import put, put_new, those_of, within
from moeviz.engine.database.tables import jobs, owners
from moeviz.engine.name import Name
from moeviz.engine.owner import SILENT_SECONDS, Owner
from moeviz.engine.record import Record


def hold(connection: Connection, name: Name) -> None:
    """Keep everybody else from a job until the transaction ends.

    SQLite has one writer at a time, and needs no row for that.
    """
    if connection.dialect.name == "sqlite":
        return
    asked = select(jobs.c.hash).where(within(jobs, name)).with_for_update()
    if connection.execute(asked).first() is None:
        know(connection, name)
        connection.execute(asked)


def know(connection: Connection, name: Name) -> None:
    """Make the row of a job unless it is there."""
    put_new(connection, jobs, name.columns(stamp=0))


def stamp(connection: Connection, name: Name) -> int:
    """Return the mark of the last write of a job's state, 0 where there is none."""
    return connection.execute(select(jobs.c.stamp).where(within(jobs, name))).scalar() or 0


def read(connection: Connection, name: Name) -> Any:
    """Return what a job's row says, for :meth:`Record.from_json`; None where it is silent."""
    row = connection.execute(of_jobs().where(within(jobs, name))).first()
    return None if row is None else said(row)


def of_jobs() -> Select[Any]:
    """Return what asks for the states of all jobs, each with its owner; :func:`said` reads one."""
    return select(jobs, owners.c.host, owners.c.pid, owners.c.started, owners.c.lease).select_from(
        jobs.outerjoin(owners, jobs.c.owner == owners.c.name)
    )


def said(row: Any) -> dict[str, Any] | None:
    """Return what a row says of a job's state; nothing where it has none."""
    if row.state is None:
        return None
    owner = None
    if row.host is not None:
        owner = {"host": row.host, "pid": row.pid, "started": row.started, "engine": row.owner}
    return {
        "state": row.state,
        "message": row.message,
        "seconds": row.seconds,
        "version": row.version,
        "owner": owner,
        "beat": row.beat,
        "lease": row.lease or 0.0,
    }


def write(connection: Connection, name: Name, record: Record) -> None:
    """Write a job's state, and that its owner is alive."""
    owner = record.owner
    new = {**_stands(record), "owner": owner and owner.engine, "stamp": _LATER}
    written, now = update(jobs).where(within(jobs, name)).values(new), {"now": time.time_ns()}
    if not connection.execute(written, now).rowcount:
        know(connection, name)
        connection.execute(written, now)
    if owner is not None:
        _lengthen(connection, owner, record.beat)


def go_on(connection: Connection, name: Name, record: Record) -> bool:
    """Write a job's state as :func:`write` does if it is its owner's still; return whether it is.

    Everybody else is kept from it until the transaction ends then.
    """
    owner = record.owner
    if owner is None or not connection.execute(_AGAIN, _again(name, record, owner)).rowcount:
        return False
    _lengthen(connection, owner, record.beat)
    return True


def beat(connection: Connection, owner: Owner, records: Mapping[Name, Record]) -> set[Name]:
    """Write that an owner is alive, and how those of some jobs stand that are its own still.

    However many there are, this takes a few questions and not a few for each.

    Returns
    -------
    set of Name
        The jobs that are its own.
    """
    _lengthen(connection, owner, max(record.beat for record in records.values()))
    names = sorted(records, key=str)  # so that no two wait for one another
    connection.execute(_AGAIN, [_again(name, records[name], owner) for name in names])
    return those_of(connection, jobs, names, jobs.c.owner == owner.engine)


def forget(connection: Connection, name: Name) -> None:
    """Take a state away that cannot be read."""
    gone = update(jobs).where(within(jobs, name)).values(state=None, stamp=_LATER)
    connection.execute(gone, {"now": time.time_ns()})


def _lengthen(connection: Connection, owner: Owner, beat: float) -> None:
    row = {
        "name": owner.engine,
        "host": owner.host,
        "pid": owner.pid,
        "started": owner.started,
        "lease": beat + SILENT_SECONDS,
    }
    put(connection, owners, [row])


def _again(name: Name, record: Record, owner: Owner) -> dict[str, Any]:
    whose = name.columns(owner=owner.engine)
    mine = {f"its_{key}": value for key, value in whose.items()}
    return {**mine, **_stands(record), "now": time.time_ns()}


def _stands(record: Record) -> dict[str, Any]:
    return {
        "state": record.state,
        "message": record.message,
        "seconds": record.seconds,
        "version": record.version,
        "beat": record.beat,
    }


_NOW = bindparam("now", type_=jobs.c.stamp.type)
_LATER = case((jobs.c.stamp >= _NOW, jobs.c.stamp + 1), else_=_NOW)
"""A mark that differs from the one before, also where a clock was put back."""

_AGAIN = (
    update(jobs)
    .where(*(jobs.c[key] == bindparam(f"its_{key}") for key in ("kind", "hash", "device", "owner")))
    .values(
        state=bindparam("state"),
        message=bindparam("message"),
        seconds=bindparam("seconds"),
        version=bindparam("version"),
        beat=bindparam("beat"),
        stamp=_LATER,
    )
)
"""Writes how a job stands, unless it has another owner by now."""
