"""What the database says of one job: the rows behind a :class:`~moeviz.engine.folder.Folder`.

The module loads SQLAlchemy; the folder imports it when it is first read or written.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, and_, case, delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from moeviz.engine.database.tables import (
    OF_A_JOB,
    blocks,
    imported,
    jobs,
    owners,
    progress,
    specifications,
    states,
    visitors,
    wishes,
)
from moeviz.engine.endings import MESSAGES, By
from moeviz.engine.name import Name
from moeviz.engine.old import Old
from moeviz.engine.owner import SILENT_SECONDS
from moeviz.engine.record import Record
from moeviz.text import json_text

MANY = 500
"""Names in one question, at most."""


def within(table: Table, name: Name) -> ColumnElement[bool]:
    """Return what holds for the rows of a job in a table."""
    return and_(table.c.kind == name.kind, table.c.hash == name.hash, table.c.device == name.device)


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows, each in the place of the one with the same primary key, if there is one."""
    if not rows:
        return
    statement = _upsert(connection.dialect.name, table, tuple(rows[0]))
    if statement is not None:
        connection.execute(statement, rows[0] if len(rows) == 1 else rows)
        return
    keys = [column.name for column in table.primary_key]
    for row in rows:
        same = and_(*(table.c[name] == row[name] for name in keys))
        new = {name: value for name, value in row.items() if name not in keys}
        if not connection.execute(update(table).where(same).values(new)).rowcount:
            connection.execute(insert(table).values(**row))


@cache
def _upsert(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    """Return how rows are written or replaced in one statement; None where that is not known."""
    if dialect not in _UPSERTS:
        return None
    keys = [column.name for column in table.primary_key]
    statement = _UPSERTS[dialect](table)
    new = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=new)


_UPSERTS: dict[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


# --- The job itself.


def hold(connection: Connection, name: Name) -> None:
    """Keep everybody else from a job until the transaction ends.

    SQLite has one writer at a time, and needs no row for that.
    """
    if connection.dialect.name == "sqlite":
        return
    know(connection, name)
    connection.execute(select(jobs.c.hash).where(within(jobs, name)).with_for_update())


def know(connection: Connection, name: Name) -> None:
    """Make the row of a job unless it is there."""
    upsert = _UPSERTS.get(connection.dialect.name)
    if upsert is not None:
        row = upsert(jobs).values(name.columns(stamp=0))
        connection.execute(row.on_conflict_do_nothing())
    elif not connection.execute(select(jobs.c.hash).where(within(jobs, name))).first():
        connection.execute(insert(jobs).values(name.columns(stamp=0)))


def read_stamp(connection: Connection, name: Name) -> int:
    """Return the mark of the last write of a job's state, 0 where there is none."""
    return connection.execute(select(jobs.c.stamp).where(within(jobs, name))).scalar() or 0


def read_record(connection: Connection, name: Name) -> Any:
    """Return what a job's row says, for :meth:`Record.from_json`; None where it is silent."""
    row = connection.execute(
        select(jobs, owners.c.host, owners.c.pid, owners.c.started, owners.c.lease)
        .select_from(jobs.outerjoin(owners, jobs.c.owner == owners.c.name))
        .where(within(jobs, name))
    ).first()
    return None if row is None else _said(row)


def _said(row: Any) -> dict[str, Any] | None:
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


def write_record(connection: Connection, name: Name, record: Record) -> None:
    """Write a job's state, and that its owner is alive."""
    know(connection, name)
    owner = record.owner
    if owner is not None:
        row = {
            "name": owner.engine,
            "host": owner.host,
            "pid": owner.pid,
            "started": owner.started,
            "lease": record.beat + SILENT_SECONDS,
        }
        put(connection, owners, [row])
    stamp = max(read_stamp(connection, name) + 1, time.time_ns())
    connection.execute(
        update(jobs)
        .where(within(jobs, name))
        .values(
            state=record.state,
            message=record.message,
            seconds=record.seconds,
            version=record.version,
            owner=owner and owner.engine,
            beat=record.beat,
            stamp=stamp,
        )
    )


def forget_record(connection: Connection, name: Name) -> None:
    """Take a state away that cannot be read."""
    connection.execute(
        update(jobs).where(within(jobs, name)).values(state=None, stamp=time.time_ns())
    )


def ask_cancel(connection: Connection, name: Name, by: By) -> None:
    """Note that a job shall be stopped, whoever wants it."""
    know(connection, name)
    end_wishes(connection, name)
    noted = update(jobs).where(within(jobs, name)).values(cancel=time.time(), cancel_by=by)
    connection.execute(noted)


def cancel_asked(connection: Connection, name: Name) -> By | None:
    """Return by whose power a job shall be stopped; None where it shall not."""
    noted = within(jobs, name) & jobs.c.cancel.is_not(None)
    row = connection.execute(select(jobs.c.cancel_by).where(noted)).first()
    if row is None:
        return None
    return row.cancel_by if row.cancel_by in MESSAGES else "visitors"


def cancels_asked(connection: Connection, names: Sequence[Name]) -> set[Name]:
    """Return which of some jobs shall be stopped."""
    asked = select(jobs.c.kind, jobs.c.hash, jobs.c.device).where(
        jobs.c.kind.in_({name.kind for name in names}),
        jobs.c.hash.in_({name.hash for name in names}),
        jobs.c.cancel.is_not(None),
    )
    return {Name(*row) for row in connection.execute(asked)} & set(names)


def take_cancel(connection: Connection, name: Name) -> bool:
    """Take the note away, and return whether there was one."""
    noted = within(jobs, name) & jobs.c.cancel.is_not(None)
    taken = update(jobs).where(noted).values(cancel=None, cancel_by=None)
    return bool(connection.execute(taken).rowcount)


# --- The specification.


def read_specification(connection: Connection, name: Name) -> str | None:
    """Return the specification's text."""
    asked = select(specifications.c.content).where(within(specifications, name))
    return connection.execute(asked).scalar()


def write_specification(
    connection: Connection, name: Name, content: str, made: float | None = None
) -> None:
    """Write the specification."""
    know(connection, name)
    row = name.columns(content=content, made=time.time() if made is None else made)
    put(connection, specifications, [row])


# --- Blocks.


def seal(name: Name, block_id: str, content: str) -> str:
    """Return the checksum of a block's text under its name."""
    head = json_text([name.kind, name.hash, name.device, block_id])
    return hashlib.sha256(f"{head}\n{content}".encode()).hexdigest()


def read_blocks(
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
        for block_id, checksum, content in connection.execute(part):
            if block_id not in missing:
                continue
            if checksum == seal(name, block_id, content):
                found[block_id] = json.loads(content)
            else:
                damaged.append(block_id)
    return found, damaged


def write_blocks(
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


def remove_blocks(connection: Connection, name: Name, ids: Iterable[str]) -> None:
    """Delete blocks."""
    for block_id in ids:
        connection.execute(delete(blocks).where(within(blocks, name), blocks.c.block == block_id))


# --- What blocks left.


def note_state(
    connection: Connection, name: Name, block_id: str, host: str, values: dict[str, Any]
) -> None:
    """Note where on a host the file lies that a block left."""
    row = name.columns(block=block_id, host=host, written=time.time(), **values)
    put(connection, states, [row])


def forget_states(connection: Connection, name: Name, host: str, kept: Iterable[str]) -> None:
    """Forget the files of a host that are not there any more; `kept` are the blocks of the rest."""
    there = set(kept)
    asked = select(states.c.block).where(within(states, name), states.c.host == host)
    for block_id in connection.execute(asked).scalars().all():
        if block_id not in there:
            connection.execute(
                delete(states).where(
                    within(states, name), states.c.host == host, states.c.block == block_id
                )
            )


# --- Visitors.


def wish(connection: Connection, name: Name, visitor: str, over: bool = False) -> None:
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
        end_wishes(connection, name, {visitor})
    else:
        own = within(wishes, name) & (wishes.c.visitor == visitor)
        connection.execute(delete(wishes).where(own))


def end_wishes(connection: Connection, name: Name, of: Collection[str] | None = None) -> None:
    """Note that some visitors, or all, do not want a job any more."""
    going_on = within(wishes, name) & wishes.c.ended.is_(None)
    if of is not None:
        going_on &= wishes.c.visitor.in_(list(of))
    connection.execute(update(wishes).where(going_on).values(ended=time.time()))


def wished_by(connection: Connection, name: Name, since: float) -> set[str]:
    """Return who wants a job and has asked for it since a moment."""
    asked = select(wishes.c.visitor).where(
        within(wishes, name), wishes.c.ended.is_(None), wishes.c.since >= since
    )
    return set(connection.execute(asked).scalars())


def asked_by(connection: Connection, visitor: str, most: int) -> list[dict[str, Any]]:
    """Return what a visitor asked for, the latest first."""
    asked = (
        select(wishes, jobs.c.state, jobs.c.seconds, jobs.c.message)
        .select_from(wishes.outerjoin(jobs, _same(wishes, jobs)))
        .where(wishes.c.visitor == visitor)
        .order_by(wishes.c.since.desc())
        .limit(most)
    )
    return [dict(row) for row in connection.execute(asked).mappings()]


def latest_jobs(connection: Connection, active: Collection[str], most: int) -> list[dict[str, Any]]:
    """Return jobs of all visitors, those in an `active` state first, then the latest."""
    wanted = (
        select(func.count())
        .where(_same(wishes, jobs), wishes.c.ended.is_(None), wishes.c.visitor != "")
        .scalar_subquery()
    )
    rests = case((jobs.c.state.in_(list(active)), 0), else_=1)
    asked = (
        select(jobs, wanted.label("wanted"))
        .where(jobs.c.state.is_not(None))
        .order_by(rests, jobs.c.beat.desc())
        .limit(most)
    )
    return [dict(row) for row in connection.execute(asked).mappings()]


def forget_visitor(connection: Connection, visitor: str) -> int:
    """Delete what is known of a visitor, lessons too; return how many wishes that were."""
    connection.execute(delete(visitors).where(visitors.c.visitor == visitor))
    connection.execute(delete(progress).where(progress.c.person == visitor))
    return connection.execute(delete(wishes).where(wishes.c.visitor == visitor)).rowcount


def _same(one: Table, other: Table) -> ColumnElement[bool]:
    return and_(*(one.c[key] == other.c[key] for key in ("kind", "hash", "device")))


# --- Folders of files.


def was_taken_in(connection: Connection, host: str, place: str) -> bool:
    """Return whether a folder of files was taken in before."""
    asked = select(imported.c.at).where(imported.c.host == host, imported.c.place == place)
    return connection.execute(asked).first() is not None


def take_in(connection: Connection, name: Name, host: str, place: str, old: Old) -> bool:
    """Take in a folder of files, unless that was done; what is there already stays."""
    hold(connection, name)
    if was_taken_in(connection, host, place):
        return False
    if old.specification is not None and read_specification(connection, name) is None:
        content = json_text(old.specification)
        write_specification(connection, name, content, old.written)
    there, _ = read_blocks(connection, name, old.results, ())
    new = {key: value for key, value in old.results.items() if key not in there}
    texts = {key: json_text(value, compact=True) for key, value in new.items()}
    write_blocks(connection, name, texts, old.written)
    if old.record is not None and read_record(connection, name) is None:
        write_record(connection, name, old.record)
    values = {"blocks": len(old.results), "at": time.time()}
    connection.execute(insert(imported).values(host=host, place=place, **values))
    return True


# --- All of a job.


def remove(connection: Connection, name: Name) -> None:
    """Delete a job with all that is kept of it."""
    for table in OF_A_JOB:
        connection.execute(delete(table).where(within(table, name)))


# --- All jobs.


def list_jobs(connection: Connection) -> list[dict[str, Any]]:
    """Return what is kept of each job, without its blocks."""
    mine = (jobs.c.kind, jobs.c.hash, jobs.c.device)
    found = {}
    for row in connection.execute(
        select(jobs, owners.c.host, owners.c.pid, owners.c.started, owners.c.lease).select_from(
            jobs.outerjoin(owners, jobs.c.owner == owners.c.name)
        )
    ):
        name = Name(row.kind, row.hash, row.device)
        found[name] = {"name": name, "record": _said(row), "written": row.beat or 0.0}
    for table, count, size, last in (
        (blocks, "blocks", func.length(blocks.c.content), blocks.c.written),
        (states, "left", states.c.bytes, states.c.written),
        (wishes, "wishes", literal(0), wishes.c.since),
    ):
        columns = [table.c[column.name] for column in mine]
        counted: tuple[Any, ...] = (func.count(), func.sum(size), func.max(last))
        asked: Any = select(*columns, *counted).group_by(*columns)
        if table is wishes:
            asked = asked.where(wishes.c.ended.is_(None), wishes.c.visitor != "")
        for row in connection.execute(asked):
            kind, job, device, number, total, latest = tuple(row)
            name = Name(kind, job, device)
            known = found.setdefault(name, {"name": name, "record": None, "written": 0.0})
            known[count] = number
            known[f"{count}_bytes"] = int(total)
            known["written"] = max(known["written"], latest)
    for row in connection.execute(select(specifications)):
        name = Name(row.kind, row.hash, row.device)
        known = found.setdefault(name, {"name": name, "record": None, "written": 0.0})
        known["content"] = row.content
        known["written"] = max(known["written"], row.made)
    return list(found.values())
