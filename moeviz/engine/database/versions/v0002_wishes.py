"""A wish that came to its end is kept, so that a visitor finds what they asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add when a wish came to its end."""
    op.add_column("wishes", sa.Column("ended", sa.Double))
