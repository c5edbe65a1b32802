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
    """

    result: Any
    state: bytes | None = None
    seconds: float | None = None


Arrived = Callable[["Dispatch", Any, Any], None]
"""Takes dispatch, block and outcome: a :class:`Finished`, None if the block stopped without a
result, or an error, which is an :class:`EngineError` or :class:`LostError`."""

Began = Callable[["Dispatch"], None]
"""Told when the first block of a dispatch begins, by a place that does not take jobs in turn."""


class Connection(Protocol):
    """An open place where blocks are computed.

    Attributes
    ----------
    device : str
        ``"cpu"`` or ``"cuda"``: what jobs will run on.
    useful : bool
        Whether a block has come back over it.
    in_turn : bool
        Whether a job is under way from its first block on that was sent; if not, it says when.
    ahead : bool
        Whether short blocks are sent before there is a place for them, so that none stands idle
        while the next one is on its way.
    """

    device: str
    useful: bool
    in_turn: bool
    ahead: bool

    @property
    def slots(self) -> int:
        """Blocks that are computed at once."""
        ...

    @property
    def quick_slots(self) -> int:
        """Short first blocks that are computed beside these."""
        ...

    @property
    def alive(self) -> bool:
        """Whether it can be reached, as far as is known."""
        ...

    def dispatch(self, job: Job, began: Began, arrived: Arrived) -> Dispatch:
        """Return what sends the blocks of a job; both functions are called from any thread."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


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
    chains : Chains
        Which blocks are to be computed, and which of them can be.
    """

    def __init__(self, job: Job, connection: Connection, arrived: Arrived) -> None:
        self.job = job
        self.number = job.run
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
