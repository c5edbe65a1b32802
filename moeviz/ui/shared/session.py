"""The one engine and the one checker of this server, shared by every visitor.

They are kept here and not in Streamlit's cache: any visitor's browser can have that emptied, and
with it would end what all visitors share.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from moeviz.engine import Checker, Engine, EngineError, Snapshot, UnknownJobError
from moeviz.engine.ended_by import By
from moeviz.engine.errors import LostStoreError
from moeviz.engine.job_engine import JobEngine
from moeviz.engine.protocols.protocols import Protocols
from moeviz.engine.trainings.trainings import Trainings
from moeviz.later import later
from moeviz.rooms.hall import Hall


class Closable(Protocol):
    """What ends with the server."""

    def close(self) -> None:
        """End it."""


T = TypeVar("T", bound=Closable)


class Shared(Generic[T]):
    """One thing for all visitors, made when it is first asked for.

    Parameters
    ----------
    make : callable
        Makes it; called once, until it is cleared.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._closing = threading.Lock()
        self._made: T | None = None
        self._over = False

    def __call__(self) -> T:
        """Return the thing.

        Raises
        ------
        EngineError
            If the server ends.
        """
        with self._lock:
            if self._over:
                raise EngineError(
                    "Expected a server that goes on, but this one ends just now; load the page "
                    "again in a minute."
                )
            if self._made is None:
                self._made = self._make()
            return self._made

    def end(self) -> None:
        """Close the thing, if there is one, and make no other."""
        with self._lock:
            self._over = True
        self._close()

    def clear(self) -> None:
        """Close the thing, if there is one; the next call makes another."""
        self._close()
        with self._lock:
            self._over = False

    def _close(self) -> None:
        with self._closing:  # Whoever comes second waits until it is closed.
            with self._lock:
                made, self._made = self._made, None
            if made is not None:
                made.close()


# Looked up by name at the first call, so that a test can put another in their place.
engine = Shared(lambda: Engine(kinds=[Trainings(), Protocols()]))
"""The server's engine; the first call has its workers start in the background."""

checker = Shared(lambda: Checker())
"""The server's checker; the first call has its process start in the background."""

hall = Shared(lambda: Hall(engine().store))
"""The server's lecture rooms."""


def begin() -> None:
    """Start the server's workers, and put PyTorch off until they have started.

    Python's collector is off from here until the server has imported what it needs: it would look
    at modules that are here to stay, for a quarter of the time that importing them takes.
    """
    gc.disable()
    later("torch")
    engine()


def look(job: str) -> Snapshot:
    """Return a job of any kind as it stands.

    Parameters
    ----------
    job : str
        The job's name.

    Raises
    ------
    UnknownJobError
        If this server knows no such job.
    """
    return _home(job)[1]


def cancel(job: str, by: By = "visitors") -> None:
    """Stop a job of any kind.

    Parameters
    ----------
    job : str
        The job's name.
    by : {"visitors", "lecturer", "command"}
        By whose power, which those who wanted it are told.

    Raises
    ------
    UnknownJobError
        If this server knows no such job.
    """
    _home(job)[0].cancel(job, by)


def go_on(job: str, person: str) -> None:
    """Have a job of any kind computed as far as it is not, and begin where it stopped.

    Parameters
    ----------
    job : str
        The job's name.
    person : str
        Who asks for it.

    Raises
    ------
    UnknownJobError
        If this server knows no such job.
    EngineError
        If there are too many jobs.
    """
    home, found = _home(job)
    home.submit(found.spec, person)


def withdraw(job: str, person: str, keep: bool) -> bool:
    """Take back somebody's wish for a job of any kind.

    Parameters
    ----------
    job : str
        The job's name.
    person : str
        Whose wish it was.
    keep : bool
        Whether to remember that they had asked for it.

    Returns
    -------
    bool
        Whether the job is at rest now.

    Raises
    ------
    UnknownJobError
        If this server knows no such job.
    """
    return _home(job)[0].withdraw(job, person, keep)


def wished_by(job: str) -> set[str]:
    """Return who wants a job of any kind.

    Parameters
    ----------
    job : str
        The job's name.

    Raises
    ------
    UnknownJobError
        If this server knows no such job.
    """
    return _home(job)[0].wished_by(job)


def _home(job: str) -> tuple[JobEngine, Snapshot]:
    """Return who computes a job, and the job as it stands."""
    try:
        return engine(), engine().look(job)
    except UnknownJobError:
        return checker(), checker().look(job)
    except LostStoreError:
        if checker().knows(job):
            return checker(), checker().look(job)
        raise


def end_engine() -> None:
    """Close engine and checker, and take on no more jobs: this server ends."""
    checker.end()
    engine.end()


def close_engine() -> None:
    """Close engine and checker with their processes; used when the server ends."""
    hall.clear()
    checker.clear()
    engine.clear()
