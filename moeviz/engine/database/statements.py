"""What several questions to the tables share: rows of one job, rows written or replaced."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from moeviz.engine.database.watch import ALLOWED, LONG_SECONDS
from moeviz.engine.name import Name

_INSERTS: dict[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


LONG = {ALLOWED: LONG_SECONDS}
"""Options of a statement that goes through much, so that it is not taken for one without answer."""


def within(table: Table, name: Name) -> ColumnElement[bool]:
    """Return what holds for the rows of a job in a table."""
    return and_(table.c.kind == name.kind, table.c.hash == name.hash, table.c.device == name.device)


def name_of(table: Table) -> tuple[Column[str], Column[str], Column[str]]:
    """Return the columns of a table that make a :class:`~moeviz.engine.name.Name`."""
    return table.c.kind, table.c.hash, table.c.device


def among(table: Table, names: Collection[Name]) -> ColumnElement[bool]:
    """Return what holds for the rows of some jobs in a table, and for few of others.

    The primary key finds them; who reads them leaves out those of others.
    """
    return and_(
        table.c.kind.in_({name.kind for name in names}),
        table.c.hash.in_({name.hash for name in names}),
    )


def those_of(
    connection: Connection, table: Table, names: Collection[Name], holds: ColumnElement[bool]
) -> set[Name]:
    """Return those of some jobs that have a row in a table for which something holds."""
    asked = select(*name_of(table)).where(among(table, names), holds)
    return {Name(*row) for row in connection.execute(asked)} & set(names)


def same_job(one: Table, other: Table) -> ColumnElement[bool]:
    """Return what holds where rows of two tables are of one job."""
    return and_(*(a == b for a, b in zip(name_of(one), name_of(other), strict=True)))


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows, each in the place of the one with the same primary key, if there is one."""
    if not rows:
        return
    statement = _upsert(connection.dialect.name, table, tuple(rows[0]))
    if statement is not None and len(rows) == 1:
        connection.execute(statement, rows[0])
        return
    if statement is not None:
        connection.execute(statement, rows, execution_options=LONG)
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
    if dialect not in _INSERTS:
        return None
    keys = [column.name for column in table.primary_key]
    statement = _INSERTS[dialect](table)
    new = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=new)


def put_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Write a row unless one with the same primary key is there."""
    upsert = _INSERTS.get(connection.dialect.name)
    if upsert is not None:
        connection.execute(upsert(table).values(row).on_conflict_do_nothing())
        return
    same = and_(*(column == row[column.name] for column in table.primary_key))
    if not connection.execute(select(*table.primary_key).where(same)).first():
        connection.execute(insert(table).values(row))
