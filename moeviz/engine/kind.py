"""What the engine needs to know of the floor below it: four names and a few attributes.

The engine schedules blocks; it does not know what a router is. Everything it asks of
:mod:`moeviz.study` is written down here, so that another study (a toy one, for instance) can be
run by the same engine.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast


class Block(Protocol):
    """One piece of a study: a pure function of the specification and this block."""

    @property
    def id(self) -> str:
        """Name of the block, unique within its study."""
        ...

    @property
    def cost(self) -> float:
        """Expected work, in arbitrary units that add up."""
        ...


class Specification(Protocol):
    """A frozen description of a study."""

    @property
    def hash(self) -> str:
        """16 hexadecimal digits that identify the study."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the description as a JSON-able mapping."""
        ...


class Study(Protocol):
    """The functions by which the engine runs a study; :mod:`moeviz.study` is one.

    It must be importable by name in a fresh process, because blocks run in other processes.
    ``Any`` stands for the study's own specification and block types.
    """

    Specification: Any
    """Class with ``from_json(mapping)``, the inverse of ``to_json``."""

    PRESETS: Mapping[str, Any]
    """Named studies; ``build({})`` of the first one gives workers something to get warm with."""

    def split(self, spec: Any, /) -> Sequence[Any]:
        """Return the blocks of a study in the order in which they should run."""
        ...

    def run_block(
        self, spec: Any, block: Any, device: str = ..., should_stop: Callable[[], bool] | None = ...
    ) -> dict[str, Any]:
        """Run one block; raise :class:`~moeviz.errors.Cancelled` once `should_stop` is true."""
        ...

    def assemble(
        self, spec: Any, results: Mapping[str, dict[str, Any]], seconds: float, device: str
    ) -> dict[str, Any]:
        """Put the results that there are together."""
        ...


class _DefaultStudy:
    """Stands for :mod:`moeviz.study`, which is imported when something of it is asked for.

    An engine can so start its workers while its own process still imports PyTorch.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(_import_study(), name)

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        return _import_study, ()


def _import_study() -> Any:
    return importlib.import_module("moeviz.study")


def default_study() -> Study:
    """Return :mod:`moeviz.study`, to be imported as late as possible."""
    return cast(Study, _DefaultStudy())
