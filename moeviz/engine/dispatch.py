"""One job's blocks on their way to where they are computed, and what the engine asks of that place.

Two places exist: Dask workers (:mod:`moeviz.engine.workers`) for blocks that can be asked to stop,
and processes that are killed at once (:mod:`moeviz.engine.checks.pool`) for those that cannot.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from moeviz.engine.chains import Chains
from moeviz.engine.errors import EngineError
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Kind

RETRIES = 5
"""How often, in one run, blocks are sent again that came back without a result."""

HUNG = "A worker stopped answering; what it was computing was given to another one."
"""What a place notes that has replaced a worker."""


class LostError(Exception):
    """What comes back for a block when the place that computed it is gone."""


@dataclass(frozen=True)
class Finished:
    """What a block that ended returned.

    Attributes
    ----------
    result : Any
        What is kept of it; a JSON-able mapping if all is well.
    state : bytes or None
        What blocks that go on from it begin with.
    seconds : float or None
        How long it took; None where that was not measured.
    worker : str
        Who computed it; "" where nobody asks.
    """

    result: Any
    state: bytes | None = None
    seconds: float | None = None
    worker: str = ""


Arrived = Callable[["Dispatch", Any, Any], None]
"""Takes dispatch, block and outcome: a :class:`Finished`, None if the block stopped without a
result, or an error, which is an :class:`EngineError` or :class:`LostError`."""

Began = Callable[["Dispatch"], None]
"""Told when the first block of a dispatch begins, by a place that does not take jobs in turn."""


class Place(Protocol):
    """What computes blocks on one kind of device."""

    @property
    def slots(self) -> int:
        """Blocks that are computed at once."""
        ...

    @property
    def quick_slots(self) -> int:
        """Short first blocks that are computed beside these."""
        ...

    @property
    def ahead(self) -> bool:
        """Whether short blocks are sent before there is a place for them.

        So none stands idle while the next one is on its way.
        """
        ...


class Connection(Protocol):
    """An open place where blocks are computed, on one kind of device or two.

    Attributes
    ----------
    useful : bool
        Whether a block has come back over it.
    in_turn : bool
        Whether a job is under way from its first block on that was sent; if not, it says when.
    """

    useful: bool
    in_turn: bool

    @property
    def device(self) -> str:
        """``"cpu"`` or ``"cuda"``: what jobs run on that gain from a GPU."""
        ...

    @property
    def alive(self) -> bool:
        """Whether it can be reached, as far as is known."""
        ...

    def device_for(self, kind: Kind, spec: Any) -> str:
        """Return the kind of device that a job should run on, from its first block to its last."""
        ...

    def place(self, device: str) -> Place:
        """Return what computes on a kind of device, as last seen."""
        ...

    def missing(self, device: str) -> float:
        """Return for how many seconds nobody has been there to compute on a kind of device."""
        ...

    def dispatch(self, job: Job, began: Began, arrived: Arrived) -> Dispatch:
        """Return what sends the blocks of a job; both functions are called from any thread."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class OneDevice:
    """A connection that is its own one place, and never without anybody."""

    device = "cpu"

    def device_for(self, kind: Kind, spec: Any) -> str:
        """Return its device."""
        return self.device

    def place(self, device: str) -> Any:
        """Return itself."""
        return self

    def missing(self, device: str) -> float:
        """Return 0."""
        return 0.0


def _nothing(*told: object) -> None:
    """Do nothing about what is told."""


@dataclass(frozen=True)
class Listener:
    """Whom a runner tells of what happens to it, from any thread.

    Attributes
    ----------
    opened, failed, lost : functions
        Take the connection once it is open, a sentence if that failed, the connection when it has
        ended by itself.
    grown : function
        Called when more or fewer blocks can be computed at once than before.
    noted : function
        Takes a sentence for whoever has something computed there.
    """

    opened: Callable[[Connection], None]
    failed: Callable[[str], None]
    lost: Callable[[Connection], None]
    grown: Callable[[], None] = _nothing
    noted: Callable[[str], None] = _nothing


class Runner(Protocol):
    """A place where blocks can be computed, to be opened."""

    def open(self, listener: Listener) -> None:
        """Begin to open; the listener hears how that ended."""
        ...

    def close(self) -> None:
        """Give up what is being opened, and end what was started."""
        ...


class Dispatch(ABC):
    """Sends the missing blocks of a job, one at a time, and brings back results.

    When the next one is sent :class:`moeviz.engine.desk.Desk` says.

    Parameters
    ----------
    job : Job
        The job.
    connection : Connection
        Where it is sent.
    arrived : function
        Called at most once per block that was sent; see :data:`Arrived`.

    Attributes
    ----------
    device : str
        What the job's blocks run on, all of them.
    chains : Chains
        Which blocks are to be computed, and which of them can be.
    """

    def __init__(self, job: Job, connection: Connection, arrived: Arrived) -> None:
        self.job = job
        self.number = job.run
        self.device = job.folder.device
        self.connection = connection
        self.chains = Chains(job)
        self._arrived = arrived
        self._retries = 0

    @property
    def current(self) -> bool:
        """Whether nobody has ended or restarted the job since."""
        return self.job.run == self.number

    def send(self, quick: bool = False) -> Any:
        """Send the next block that can be computed, and return it; None where there is none.

        Parameters
        ----------
        quick : bool
            Whether it goes where only short first blocks are computed.
        """
        ready = self.chains.take()
        if ready is None:
            return None
        block, state = ready
        self._send(block, state, quick)
        return block

    def give_back(self, block: Any) -> None:
        """Take a block back that came without a result, to be sent again.

        Raises
        ------
        EngineError
            If that has happened too often.
        """
        self._retries += 1
        if self._retries > RETRIES:
            raise EngineError(
                f"Expected block {block.id} to return a result, but blocks stopped without one "
                f"{self._retries} times; run it again."
            )
        self.chains.give_back(block)

    @abstractmethod
    def cancel(self) -> None:
        """Have the blocks forgotten; those that are running stop."""

    @abstractmethod
    def _send(self, block: Any, state: bytes | None, quick: bool) -> None:
        """Send one block and what it goes on from."""
