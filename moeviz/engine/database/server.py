"""A server of databases: how it is reached, and when one gives the other up."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from moeviz.engine.database.watch import Watch

CONNECT_SECONDS = 5
"""How long a server may take to let a connection in."""

DEAF_SECONDS = 15
"""A server that has confirmed nothing for so long, or an app for the server, is out of reach.

The systems at both ends ask for it, also while a question takes long. Without it one waits a
quarter of an hour for what was sent over a cable that is cut, and two hours for an answer. What a
server that stands still leaves without an answer is cut off as late.
"""

IDLE_SECONDS = 60
"""After this long a server takes its locks from an app that stands still within a transaction."""

MIGRATING = 0x6D6F6576
"""Number of the lock that PostgreSQL gives to whoever migrates."""


def served(url: URL) -> Engine:
    """Return what opens a database at a server.

    Parameters
    ----------
    url : URL
        What SQLAlchemy opens.
    """
    known = url.get_backend_name() == "postgresql"
    options = {k: v for k, v in _REACH.items() if known and k not in url.query}
    engine = create_engine(url, pool_size=8, max_overflow=24, connect_args=options)
    if known:
        event.listen(engine, "connect", _introduce)
        Watch(engine, DEAF_SECONDS)
    return engine


def migrate_alone(connection: Connection) -> None:
    """Wait until nobody else migrates; others wait for the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})


_REACH = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": DEAF_SECONDS // 3,
    "keepalives_interval": DEAF_SECONDS // 3,
    "keepalives_count": 2,
    "tcp_user_timeout": 1000 * DEAF_SECONDS,
}
"""How the client of PostgreSQL finds out that a server is out of reach; a URL may say otherwise."""

_OWN_REACH = (
    f"SET tcp_keepalives_idle = {DEAF_SECONDS // 3}; "
    f"SET tcp_keepalives_interval = {DEAF_SECONDS // 3}; "
    "SET tcp_keepalives_count = 2; "
    f"SET tcp_user_timeout = {1000 * DEAF_SECONDS}; "
    f"SET idle_in_transaction_session_timeout = {1000 * IDLE_SECONDS}"
)
"""How the server finds out that an app is out of reach, which may hold locks."""


def _introduce(connection: Any, record: Any) -> None:
    """Tell a server when to give an app up."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(_OWN_REACH)
    connection.commit()
