"""What a database refuses, as one sentence for people."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import exc

from moeviz.engine.errors import StoreError, unreachable

_CODES = {
    sqlite3.SQLITE_FULL: "its disk is full",
    sqlite3.SQLITE_READONLY: "it has become read-only",
    sqlite3.SQLITE_PERM: "this program is not allowed to",
    sqlite3.SQLITE_AUTH: "this program is not allowed to",
    sqlite3.SQLITE_IOERR: "its disk does not answer",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
    sqlite3.SQLITE_BUSY: "another program holds it for too long",
    sqlite3.SQLITE_LOCKED: "another program holds it for too long",
    sqlite3.SQLITE_CORRUPT: "its file is damaged",
    sqlite3.SQLITE_NOTADB: "its file is damaged",
}

DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""What SQLite says of a file that is not what it wrote."""

_CLASSES = {
    "25006": "it has become read-only",
    "42501": "this program is not allowed to",
    "53100": "its disk is full",
    "53": "it has no room left",
    "28": "it does not let this program in",
    "3D": "there is no database of that name",
}
"""PostgreSQL's states of an error, or the classes of these, which are the first two characters."""

_PASSING = ("08", "57P", "53300", "23505", "40001", "40P01")
"""States that pass: the server is going down, starting, or has no connection left; or two have
written the same row at the same time."""

_LOST = (exc.TimeoutError, exc.InterfaceError, exc.PendingRollbackError)
"""Errors of whoever waits for a connection, or goes on with one that was lost before."""

_NEVER = ("authentication failed", "does not exist", "no password supplied", "pg_hba.conf")
"""What a server says to whom it will not let in the next time either."""


def code_of(error: BaseException) -> int:
    """Return SQLite's primary code of an error, 0 where it has none."""
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        error = error.orig
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def refusal(error: Exception, place: str | Path) -> StoreError:
    """Return what to say of an error of a database.

    Parameters
    ----------
    error : Exception
        As SQLAlchemy, or SQLite's own driver, raised it.
    place : str or Path
        Where the database is, without a password.

    Returns
    -------
    StoreError
        A :class:`~moeviz.engine.errors.LostStoreError` where trying again may help.
    """
    if isinstance(place, Path):
        code = code_of(error)
        reason = _CODES.get(code, f"it cannot be ({type(error).__name__})")
        return StoreError(
            f"Expected a folder of finished work that can be written to, but {reason}; who runs "
            "this server can free some space, or point MOEVIZ_HOME to another folder.",
            place,
        )
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    state = getattr(original, "sqlstate", None) or ""
    known = _CLASSES.get(state) or _CLASSES.get(state[:2])
    lost = getattr(error, "connection_invalidated", False) or state.startswith(_PASSING)
    said = str(original)
    away = isinstance(error, exc.OperationalError) and not state
    away = away and not any(words in said for words in _NEVER)
    if lost or away or isinstance(error, _LOST):
        return unreachable(place)
    reason = known or f"it refuses ({type(original).__name__})"
    return StoreError(
        f"Expected a database of finished work that can be written to, but {reason}; who runs this "
        "server can mend that, or point MOEVIZ_STORE to another.",
        place,
    )
