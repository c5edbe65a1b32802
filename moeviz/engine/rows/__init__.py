"""Every question to the tables of the database, by its subject: a module each.

The package loads SQLAlchemy; :class:`~moeviz.engine.shelf.Shelf` imports it when the database is
first read or written, and hands it to whoever asks.
"""

from moeviz.engine.rows import (
    blocks,
    cancels,
    imported,
    kept,
    progress,
    records,
    specifications,
    states,
    visitors,
    wishes,
)

__all__ = [
    "blocks",
    "cancels",
    "imported",
    "kept",
    "progress",
    "records",
    "specifications",
    "states",
    "visitors",
    "wishes",
]
