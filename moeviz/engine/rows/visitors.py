"""What a visitor asked for, and what all did."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, case, delete, func, select

from moeviz.engine.database.statements import same_job
from moeviz.engine.database.tables import jobs, progress, visitors, wishes


def asked_by(connection: Connection, visitor: str, most: int) -> list[dict[str, Any]]:
    """Return what a visitor asked for, the latest first."""
    asked = (
        select(wishes, jobs.c.state, jobs.c.seconds, jobs.c.message)
        .select_from(wishes.outerjoin(jobs, same_job(wishes, jobs)))
        .where(wishes.c.visitor == visitor)
        .order_by(wishes.c.since.desc())
        .limit(most)
    )
    return [dict(row) for row in connection.execute(asked).mappings()]


def latest_jobs(connection: Connection, active: Collection[str], most: int) -> list[dict[str, Any]]:
    """Return jobs of all visitors, those in an `active` state first, then the latest."""
    wanted = (
        select(func.count())
        .where(same_job(wishes, jobs), wishes.c.ended.is_(None), wishes.c.visitor != "")
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


def forget(connection: Connection, visitor: str) -> int:
    """Delete what is known of a visitor, lessons too; return how many wishes that were."""
    connection.execute(delete(visitors).where(visitors.c.visitor == visitor))
    connection.execute(delete(progress).where(progress.c.person == visitor))
    return connection.execute(delete(wishes).where(wishes.c.visitor == visitor)).rowcount
