"""Who asks for a job's end is noted with the question, so that those who wanted it are told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add by whose power an end is asked for."""
    op.add_column("jobs", sa.Column("cancel_by", sa.String(20)))
