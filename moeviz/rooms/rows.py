"""Rooms, members and answers as rows of the store's database; loads SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from moeviz.engine.database.statements import put
from moeviz.engine.database.tables import answers, members, rooms
from moeviz.text import json_text

Mark = tuple[int, float, int, int]
"""What tells two states of a room apart: version, last answer, number of answers and members."""


def add(connection: Connection, values: dict[str, Any]) -> bool:
    """Write a new room; return False where there is one of that code."""
    code = values["code"]
    if connection.execute(select(rooms.c.code).where(rooms.c.code == code)).first():
        return False
    connection.execute(insert(rooms).values(**values))
    return True


def read(connection: Connection, code: str) -> dict[str, Any] | None:
    """Return a room with its members and answers; None where there is none."""
    row = connection.execute(select(rooms).where(rooms.c.code == code)).first()
    if row is None:
        return None
    return {
        **row._asdict(),
        "members": [
            row._asdict()
            for row in connection.execute(select(members).where(members.c.room == code))
        ],
        "answers": [
            {**row._asdict(), "content": json.loads(row.content)}
            for row in connection.execute(
                select(answers).where(answers.c.room == code).order_by(answers.c.written)
            )
        ],
    }


def of_key(connection: Connection, digest: str) -> str | None:
    """Return the room whose lecturer's key has a digest; None where there is none."""
    return connection.execute(select(rooms.c.code).where(rooms.c.key == digest)).scalar()


def of_token(connection: Connection, digest: str) -> str | None:
    """Return the room of the member whose key has a digest; None where there is none."""
    return connection.execute(select(members.c.room).where(members.c.token == digest)).scalar()


def mark(connection: Connection, code: str) -> Mark | None:
    """Return what tells whether another process has changed a room; None where there is none."""
    version = connection.execute(select(rooms.c.version).where(rooms.c.code == code)).scalar()
    if version is None:
        return None
    of_answers = (func.count(answers.c.member), func.max(answers.c.written))
    said = connection.execute(select(*of_answers).where(answers.c.room == code)).one()
    joined = select(func.count(members.c.member)).where(members.c.room == code)
    count = connection.execute(joined).scalar() or 0
    return int(version), float(said[1] or 0.0), int(said[0]), int(count)


def held(connection: Connection, code: str) -> int | None:
    """Return a room's version, which nobody changes until the transaction ends; None for none."""
    asked = select(rooms.c.version).where(rooms.c.code == code).with_for_update()
    return connection.execute(asked).scalar()


def change(connection: Connection, code: str, version: int, values: dict[str, Any]) -> bool:
    """Change a room unless it has another version by now; return whether it was changed."""
    same = (rooms.c.code == code) & (rooms.c.version == version)
    new = {**values, "version": version + 1}
    return bool(connection.execute(update(rooms).where(same).values(**new)).rowcount)


def saw(connection: Connection, code: str, seen: float) -> None:
    """Note when the lecturer was there; no change that anybody else must know of."""
    connection.execute(update(rooms).where(rooms.c.code == code).values(seen=seen))


def join(connection: Connection, code: str, token: str, nickname: str, joined: float) -> int:
    """Write a new member, and return their number."""
    asked = select(func.max(members.c.member)).where(members.c.room == code)
    number = (connection.execute(asked).scalar() or 0) + 1
    values = {"token": token, "nickname": nickname, "joined": joined}
    connection.execute(insert(members).values(room=code, member=number, **values))
    return number


def rename(connection: Connection, code: str, member: int, nickname: str) -> None:
    """Change a member's nickname."""
    one = (members.c.room == code) & (members.c.member == member)
    connection.execute(update(members).where(one).values(nickname=nickname))


def leave(connection: Connection, code: str, gone: Iterable[int]) -> None:
    """Delete members."""
    for member in gone:
        one = (members.c.room == code) & (members.c.member == member)
        connection.execute(delete(members).where(one))


def answer(
    connection: Connection,
    code: str,
    step: str,
    member: int,
    content: Any,
    turn: int,
    written: float,
) -> None:
    """Write an answer, in the place of the one before."""
    row = {
        "room": code, "step": step, "member": member,
        "content": json_text(content, compact=True), "turn": turn, "written": written,
    }  # fmt: skip
    put(connection, answers, [row])


def close(connection: Connection, code: str) -> None:
    """Forget the nicknames of a room that has ended."""
    connection.execute(update(members).where(members.c.room == code).values(nickname=""))


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Return all rooms, the latest first, with how many joined and answered."""
    found = [
        row._asdict() for row in connection.execute(select(rooms).order_by(rooms.c.opened.desc()))
    ]
    for name, table in (("members", members), ("answers", answers)):
        asked = select(table.c.room, func.count()).group_by(table.c.room)
        counts = {row[0]: int(row[1]) for row in connection.execute(asked)}
        for room in found:
            room[name] = counts.get(room["code"], 0)
    return found


def forget(connection: Connection, before: float) -> int:
    """Delete rooms that ended before a time, with all that was said in them; return how many."""
    old = (rooms.c.ended.is_not(None)) & (rooms.c.ended < before)
    codes = list(connection.execute(select(rooms.c.code).where(old)).scalars())
    for code in codes:
        for table in (members, answers):
            connection.execute(delete(table).where(table.c.room == code))
        connection.execute(delete(rooms).where(rooms.c.code == code))
    return len(codes)
