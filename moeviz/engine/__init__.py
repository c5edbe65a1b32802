"""The engine floor: what takes long runs in other processes, and is kept in a store.

Importing this package starts nothing and loads neither PyTorch nor Dask's scheduler. An
:class:`Engine` runs studies and a :class:`Checker` runs checks, both by the same calls
(``submit``, ``look``, ``cancel``, ``wait``); :class:`Store` says where finished blocks are kept;
a :class:`Snapshot` is what a page or a command sees of a job. ``Engine(kinds=[Trainings()])``, with
:class:`moeviz.engine.trainings.trainings.Trainings`, runs training runs on the same workers.
"""

from moeviz.engine.checks.check import Check
from moeviz.engine.checks.checker import Checker
from moeviz.engine.errors import EngineError, StoreError, UnknownJobError
from moeviz.engine.snapshot import Snapshot
from moeviz.engine.store import Store
from moeviz.engine.studies.engine import Engine

__all__ = [
    "Check",
    "Checker",
    "Engine",
    "EngineError",
    "Snapshot",
    "Store",
    "StoreError",
    "UnknownJobError",
]
