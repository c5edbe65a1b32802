"""The engine floor: studies run as blocks in other processes, and are kept in a store.

Importing this package starts nothing and loads neither PyTorch nor Dask's scheduler. An
:class:`Engine` starts workers in the background; :class:`Store` says where finished blocks are
kept; a :class:`Snapshot` is what a page or a command sees of a job.
"""

from moeviz.engine.errors import EngineError, StoreError, UnknownJobError
from moeviz.engine.kind import Study
from moeviz.engine.snapshot import ACTIVE, STATES, Snapshot, State
from moeviz.engine.store import Store
from moeviz.engine.studies.engine import Engine

__all__ = [
    "ACTIVE",
    "STATES",
    "Engine",
    "EngineError",
    "Snapshot",
    "State",
    "Store",
    "StoreError",
    "Study",
    "UnknownJobError",
]
