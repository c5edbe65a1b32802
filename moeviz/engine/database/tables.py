"""The tables of the store.

What a job is called, its kind, its hash and its kind of device, are the first columns of every
table that is about one. A table that changes here needs a migration in
:mod:`moeviz.engine.database.versions`; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    MetaData,
    String,
    Table,
    Text,
)

KIND, HASH, DEVICE, BLOCK, VISITOR = 40, 16, 8, 300, 200
CODE, STEP, LESSON, NICKNAME = 6, 60, 100, 24
"""Characters of names, at most."""

SCHEMA = MetaData()


def _job() -> tuple[Column[str], Column[str], Column[str]]:
    return (
        Column("kind", String(KIND), primary_key=True),
        Column("hash", String(HASH), primary_key=True),
        Column("device", String(DEVICE), primary_key=True),
    )


specifications = Table(
    "specifications",
    SCHEMA,
    *_job(),
    Column("content", Text, nullable=False),
    Column("made", Double, nullable=False),
)
"""What describes a job, as JSON, and when it was first written."""

jobs = Table(
    "jobs",
    SCHEMA,
    *_job(),
    Column("state", String(20)),
    Column("message", Text),
    Column("seconds", Double),
    Column("version", BigInteger),
    Column("owner", String(40)),
    Column("beat", Double),
    Column("stamp", BigInteger, nullable=False),
    Column("cancel", Double),
    Column("cancel_by", String(20)),
    Index("jobs_by_hash", "hash"),
)
"""Where computing stands: a :class:`~moeviz.engine.record.Record`, a mark that differs after each
write, and since when a cancel is asked for, by whose power. No state: a job that nobody has said
anything of."""

owners = Table(
    "owners",
    SCHEMA,
    Column("name", String(40), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("started", Double, nullable=False),
    Column("lease", Double, nullable=False),
)
"""Engines, and until when each counts as alive on a host where its process cannot be looked up."""

blocks = Table(
    "blocks",
    SCHEMA,
    *_job(),
    Column("block", String(BLOCK), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("written", Double, nullable=False),
)
"""Finished blocks as JSON, with a checksum over their names and what they hold."""

states = Table(
    "states",
    SCHEMA,
    *_job(),
    Column("block", String(BLOCK), primary_key=True),
    Column("host", String(255), primary_key=True),
    Column("place", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("written", Double, nullable=False),
)
"""Places of the files that blocks left for those that go on from them."""

visitors = Table(
    "visitors",
    SCHEMA,
    Column("visitor", String(VISITOR), primary_key=True),
    Column("first", Double, nullable=False),
    Column("last", Double, nullable=False),
)
"""Who has asked for jobs: names drawn by chance, and when they first and last did."""

wishes = Table(
    "wishes",
    SCHEMA,
    *_job(),
    Column("visitor", String(VISITOR), primary_key=True),
    Column("since", Double, nullable=False),
    Column("ended", Double),
    Index("wishes_by_visitor", "visitor"),
)
"""Which visitor asked for which job, and since when they want it no more. "" is somebody who does
not say who they are, as the command line."""

imported = Table(
    "imported",
    SCHEMA,
    Column("host", String(255), primary_key=True),
    Column("place", String(1000), primary_key=True),
    Column("blocks", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
)
"""Folders of files, from before there was a database, whose blocks were taken in."""

rooms = Table(
    "rooms",
    SCHEMA,
    Column("code", String(CODE), primary_key=True),
    Column("key", String(64), nullable=False),
    Column("agenda", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("opened", Double, nullable=False),
    Column("seen", Double, nullable=False),
    Column("ended", Double),
)
"""Lecture rooms: what is asked and where they stand, as JSON, and a digest of the lecturer's key.

Each change has the next version; `seen` says when the lecturer was last there."""

members = Table(
    "members",
    SCHEMA,
    Column("room", String(CODE), primary_key=True),
    Column("member", BigInteger, primary_key=True),
    Column("token", String(64), nullable=False),
    Column("nickname", String(NICKNAME), nullable=False),
    Column("joined", Double, nullable=False),
    Index("members_by_token", "token"),
)
"""Who is in a room: a number by the order of joining, and a digest of the phone's key."""

answers = Table(
    "answers",
    SCHEMA,
    Column("room", String(CODE), primary_key=True),
    Column("step", String(STEP), primary_key=True),
    Column("member", BigInteger, primary_key=True),
    Column("content", Text, nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("written", Double, nullable=False),
)
"""What members answered last, as JSON, and how often the step had been revealed by then."""

progress = Table(
    "progress",
    SCHEMA,
    Column("person", String(VISITOR), primary_key=True),
    Column("lesson", String(LESSON), primary_key=True),
    Column("content", Text, nullable=False),
    Column("changed", Double, nullable=False),
)
"""How far a person is in a lesson, and what they said in it, as JSON."""

OF_A_JOB = (specifications, jobs, blocks, states, wishes)
"""The tables whose rows belong to one job."""
