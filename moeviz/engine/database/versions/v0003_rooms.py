"""Lecture rooms with their members and answers, and how far persons are in lessons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "rooms",
        sa.Column("code", sa.String(6), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("agenda", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("opened", sa.Double, nullable=False),
        sa.Column("seen", sa.Double, nullable=False),
        sa.Column("ended", sa.Double),
    )
    op.create_table(
        "members",
        sa.Column("room", sa.String(6), primary_key=True),
        sa.Column("member", sa.BigInteger, primary_key=True),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("nickname", sa.String(24), nullable=False),
        sa.Column("joined", sa.Double, nullable=False),
    )
    op.create_index("members_by_token", "members", ["token"])
    op.create_table(
        "answers",
        sa.Column("room", sa.String(6), primary_key=True),
        sa.Column("step", sa.String(60), primary_key=True),
        sa.Column("member", sa.BigInteger, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.Column("written", sa.Double, nullable=False),
    )
    op.create_table(
        "progress",
        sa.Column("person", sa.String(200), primary_key=True),
        sa.Column("lesson", sa.String(100), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("changed", sa.Double, nullable=False),
    )
