"""What opens a room: a code that a class reads off a screen, and keys that nobody reads."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

LETTERS = "ABCDEFGHJKMNPRSTVWXYZ"
"""Capitals that nobody takes for another one or for a digit: no I, L, O, Q, U."""

LENGTH = 6

KEY_BYTES = 24
"""Of a lecturer's or a phone's key: 192 bits."""

_CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")
_KEY = re.compile(r"[A-Za-z0-9_-]{32}")


def new_code() -> str:
    """Return a code, drawn by chance."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def new_key() -> str:
    """Return a key, drawn by chance."""
    return secrets.token_urlsafe(KEY_BYTES)


def read_code(text: str) -> str | None:
    """Return the code that somebody typed, spaces and small letters forgiven; None for none.

    Parameters
    ----------
    text : str
    """
    found = "".join(text[:40].split()).upper()
    return found if _CODE.fullmatch(found) else None


def digest(key: str) -> str:
    """Return what is kept of a key: it does not lead back to it.

    Parameters
    ----------
    key : str
    """
    return hashlib.sha256(key.encode()).hexdigest()


def fits(key: str, kept: str) -> bool:
    """Return whether a key is the one of which a digest is kept; takes as long for any key.

    Parameters
    ----------
    key : str
    kept : str
    """
    return bool(_KEY.fullmatch(key)) and hmac.compare_digest(digest(key), kept)
