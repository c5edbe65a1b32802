"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "specifications",
        *_job(),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("made", sa.Double, nullable=False),
    )
    op.create_table(
        "jobs",
        *_job(),
        sa.Column("state", sa.String(20)),
        sa.Column("message", sa.Text),
        sa.Column("seconds", sa.Double),
        sa.Column("version", sa.BigInteger),
        sa.Column("owner", sa.String(40)),
        sa.Column("beat", sa.Double),
        sa.Column("stamp", sa.BigInteger, nullable=False),
        sa.Column("cancel", sa.Double),
    )
    op.create_index("jobs_by_hash", "jobs", ["hash"])
    op.create_table(
        "owners",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("started", sa.Double, nullable=False),
        sa.Column("lease", sa.Double, nullable=False),
    )
    op.create_table(
        "blocks",
        *_job(),
        sa.Column("block", sa.String(300), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("written", sa.Double, nullable=False),
    )
    op.create_table(
        "states",
        *_job(),
        sa.Column("block", sa.String(300), primary_key=True),
        sa.Column("host", sa.String(255), primary_key=True),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("written", sa.Double, nullable=False),
    )
    op.create_table(
        "visitors",
        sa.Column("visitor", sa.String(200), primary_key=True),
        sa.Column("first", sa.Double, nullable=False),
        sa.Column("last", sa.Double, nullable=False),
    )
    op.create_table(
        "wishes",
        *_job(),
        sa.Column("visitor", sa.String(200), primary_key=True),
        sa.Column("since", sa.Double, nullable=False),
    )
    op.create_index("wishes_by_visitor", "wishes", ["visitor"])
    op.create_table(
        "imported",
        sa.Column("host", sa.String(255), primary_key=True),
        sa.Column("place", sa.String(1000), primary_key=True),
        sa.Column("blocks", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )


def _job() -> tuple[sa.Column[str], sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("hash", sa.String(16), primary_key=True),
        sa.Column("device", sa.String(8), primary_key=True),
    )
