"""A kind of job: what the engine needs to know of something that takes long.

The engine schedules blocks; it does not know what a router is. Everything that it asks of a kind
(convergence studies, checks, a toy of the tests) is written down here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class Block(Protocol):
    """One piece of a job: a pure function of the specification and this block."""

    @property
    def id(self) -> str:
        """Name of the block, unique within its job."""
        ...

    @property
    def cost(self) -> float:
        """Expected work, in arbitrary units that add up."""
        ...


class Specification(Protocol):
    """A frozen description of a job."""

    @property
    def hash(self) -> str:
        """16 hexadecimal digits that identify the job."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the description as a JSON-able mapping."""
        ...


class Kind(ABC):
    """One kind of job: reads specifications, plans blocks, runs one, puts results together.

    ``Any`` stands for its own specification and block types. Where blocks run in other processes,
    an object of the class must survive pickling.
    """

    name: str
    """Name in the plural; also that of its folder in the store."""

    must_keep: bool = True
    """Whether a job fails where its blocks cannot be written to the store."""

    remembered: int = 32
    """Jobs that stay in memory although nothing happens to them; the store has the others."""

    @abstractmethod
    def owns(self, spec: Any) -> bool:
        """Whether `spec` is a specification of this kind."""

    @abstractmethod
    def read(self, data: Any) -> Any:
        """Return the specification whose ``to_json`` gave `data`."""

    @abstractmethod
    def plan(self, spec: Any) -> Sequence[Any]:
        """Return the blocks of a job in the order in which they should run."""

    @abstractmethod
    def run_block(
        self, spec: Any, block: Any, device: str, should_stop: Callable[[], bool] | None = None
    ) -> dict[str, Any]:
        """Run one block; raise :class:`~moeviz.errors.Cancelled` once `should_stop` is true."""

    def seconds(self, block: Any) -> float | None:
        """Return the seconds of one core that a block should take; None where nobody can tell."""
        return float(block.cost)

    def gains(self, spec: Any) -> bool:
        """Return whether a GPU computes the blocks of a job faster than a core does."""
        return True

    def memory(self, spec: Any, block: Any) -> float | None:
        """Return the bytes that a block needs at least; None where nobody can tell."""
        return None

    def before(self, block: Any) -> str | None:
        """Return the id of the block from whose state this one goes on; None if from nowhere."""
        return None

    def go_on(
        self,
        spec: Any,
        block: Any,
        state: bytes | None,
        device: str,
        should_stop: Callable[[], bool] | None = None,
    ) -> tuple[dict[str, Any], bytes | None]:
        """Run one block from the `state` that the one before it left.

        Returns
        -------
        result : dict
        state : bytes or None
            For the blocks that go on from this one; a kind without such blocks has none.
        """
        return self.run_block(spec, block, device, should_stop), None

    @abstractmethod
    def assemble(
        self, spec: Any, results: Mapping[str, dict[str, Any]], seconds: float, device: str
    ) -> Any:
        """Put the results that there are together."""

    def rehearsal(self) -> Any:
        """Return a specification whose first blocks get a worker warm, or None."""
        return None

    def lasts(self, result: Mapping[str, Any]) -> bool:
        """Whether a block's result stays the same; if not, it is not kept in the store."""
        return True

    def earlier(self, root: Path, spec: Any) -> dict[str, dict[str, Any]]:
        """Return blocks by id that earlier versions kept elsewhere under the store's `root`."""
        return {}
