"""Convergence studies as a kind of job."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

from moeviz.engine.kind import Kind


class Study(Protocol):
    """The functions of a study; :mod:`moeviz.study` is one, a toy of the tests another.

    It must be importable by name in a fresh process, because blocks run in other processes.
    ``Any`` stands for the study's own specification and block types.
    """

    Specification: Any
    """Class with ``from_json(mapping)``, the inverse of ``to_json``."""

    PRESETS: Mapping[str, Any]
    """Named studies; with few replicates the first one gives workers something to get warm with."""

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
    ) -> Any:
        """Put the results that there are together."""
        ...


class Studies(Kind):
    """Studies as a kind of job.

    Parameters
    ----------
    study : Study, optional
        The functions; default :mod:`moeviz.study`, which is imported as late as possible, so that
        an engine can start its workers while its own process still imports PyTorch.
    """

    name = "studies"

    def __init__(self, study: Study | None = None) -> None:
        self._study = study

    def owns(self, spec: Any) -> bool:
        return isinstance(spec, self._functions.Specification)

    def read(self, data: Any) -> Any:
        return self._functions.Specification.from_json(data)

    def plan(self, spec: Any) -> Sequence[Any]:
        return self._functions.split(spec)

    def run_block(
        self, spec: Any, block: Any, device: str, should_stop: Callable[[], bool] | None = None
    ) -> dict[str, Any]:
        return self._functions.run_block(spec, block, device=device, should_stop=should_stop)

    def gains(self, spec: Any) -> bool:
        # A step of stochastic gradient descent takes a few samples. One compiled call walks through
        # many of them; a GPU waits for the start of each step's kernels.
        return tuple(getattr(spec, "fields", {}).get("estimators", ())) != ("sgd",)

    def memory(self, spec: Any, block: Any) -> float | None:
        known: Callable[[Any, Any], float] | None = getattr(self._functions, "block_bytes", None)
        return None if known is None else known(spec, block)

    def assemble(
        self, spec: Any, results: Mapping[str, dict[str, Any]], seconds: float, device: str
    ) -> Any:
        return self._functions.assemble(spec, results, seconds, device)

    def rehearsal(self) -> Any:
        presets = list(self._functions.PRESETS.values())
        # The first study's own truth, which is kept, but no more fits than a first run takes.
        return presets[0].build({"replicates": 2}) if presets else None

    @property
    def _functions(self) -> Study:
        if self._study is None:
            self._study = cast(Study, importlib.import_module("moeviz.study"))
        return self._study
