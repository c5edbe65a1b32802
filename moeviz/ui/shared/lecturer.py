"""The key of whoever gives the lesson."""

from __future__ import annotations

import os
import secrets

KEY = "MOEVIZ_LECTURER_KEY"
"""The variable that holds it."""


def key() -> str:
    """Return the lecturer's key: the one that was set, or one drawn for this start."""
    return os.environ.setdefault(KEY, secrets.token_urlsafe(16))
