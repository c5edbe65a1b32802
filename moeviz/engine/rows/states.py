"""Where the files lie that blocks left for those that go on from them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete

from moeviz.engine.database.statements import put, within
from moeviz.engine.database.tables import states
from moeviz.engine.name import Name


def note(
    connection: Connection, name: Name, block_id: str, host: str, values: dict[str, Any]
) -> None:
    """Note where on a host the file lies that a block left."""
    row = name.columns(block=block_id, host=host, written=time.time(), **values)
    put(connection, states, [row])


def forget(connection: Connection, name: Name, host: str, kept: Iterable[str]) -> None:
    """Forget the files of a host that are not there any more; `kept` are the blocks of the rest."""
    gone = within(states, name) & (states.c.host == host) & states.c.block.not_in(list(kept))
    connection.execute(delete(states).where(gone))
