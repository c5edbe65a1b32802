"""Rows of persons' progress in lessons; loads SQLAlchemy."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from moeviz.engine.database.statements import put
from moeviz.engine.database.tables import progress


def read(connection: Connection, person: str) -> list[tuple[str, str]]:
    """Return a person's lessons, the latest first, each with its content."""
    asked = (
        select(progress.c.lesson, progress.c.content)
        .where(progress.c.person == person)
        .order_by(progress.c.changed.desc(), progress.c.lesson)
    )
    return [(row.lesson, row.content) for row in connection.execute(asked)]


def write(
    connection: Connection, person: str, lesson: str, content: str, changed: float, most: int
) -> bool:
    """Write a lesson's content unless it would be one lesson too many; return whether it was."""
    others = (progress.c.person == person) & (progress.c.lesson != lesson)
    count = connection.execute(select(func.count()).select_from(progress).where(others)).scalar()
    if (count or 0) >= most:
        return False
    row = {"person": person, "lesson": lesson, "content": content, "changed": changed}
    put(connection, progress, [row])
    return True


def remove(connection: Connection, person: str, lesson: str | None) -> int:
    """Delete one lesson of a person or all of them, and return how many."""
    gone = progress.c.person == person
    if lesson is not None:
        gone &= progress.c.lesson == lesson
    return connection.execute(delete(progress).where(gone)).rowcount
