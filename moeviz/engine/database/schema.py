"""Bringing a database to the schema of today: made at once where it is new, else by Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from moeviz.engine.database.tables import SCHEMA
from moeviz.engine.errors import StoreError

HEAD = "0004"
"""The newest migration; a test holds it to what lies in ``versions``."""

_VERSIONS = "alembic_version"


def version_of(connection: Connection) -> str | None:
    """Return the last migration that a database went through; None where it is empty."""
    if not inspect(connection).has_table(_VERSIONS):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar()
    return None if found is None else str(found)


def bring_up(connection: Connection) -> None:
    """Bring a database to today's schema, in the transaction that the caller has begun.

    A new one is made as it is today, which takes no time; Alembic is loaded only where something is
    to be migrated.

    Parameters
    ----------
    connection : Connection
        The caller sees to it that nobody else does the same.

    Raises
    ------
    StoreError
        If a newer version has written it.
    """
    version = version_of(connection)
    if version == HEAD:
        return
    if version is None:
        SCHEMA.create_all(connection)
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {_VERSIONS} (version_num VARCHAR(32) NOT NULL, "
                f"CONSTRAINT {_VERSIONS}_pkc PRIMARY KEY (version_num))"
            )
        )
        connection.execute(text(f"INSERT INTO {_VERSIONS} VALUES ('{HEAD}')"))
        return
    migrate(connection, version)


def migrate(connection: Connection, version: str | None) -> None:
    """Have Alembic do what is missing after a version; None for all.

    Parameters
    ----------
    connection : Connection
    version : str or None

    Raises
    ------
    StoreError
        If there is no such version.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise StoreError(
            "Expected finished work that this version can read, but a newer one has written it; "
            "update the laboratory, or point MOEVIZ_HOME or MOEVIZ_STORE elsewhere."
        )
    command.upgrade(config, "head")
