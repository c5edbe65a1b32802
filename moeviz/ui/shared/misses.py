"""Who asks for jobs that there are not: after a while nothing is looked up for them any more.

A job's name has 64 bits, which nobody guesses; but each guess makes the store look.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from moeviz.engine import UnknownJobError
from moeviz.rooms.limits import connection_of

MOST = 120
"""Different jobs that there are not, for which one address may ask in a while."""

SECONDS = 60.0
"""How long that while is."""

MOST_ASKERS = 1000
"""Addresses that are remembered; with more, all share one count."""

TOO_MANY = (
    "Expected the name of a job, but this place has asked for too many that there are not; wait a "
    "minute, and look at the link again."
)


class Misses:
    """Counts, by where they come from, questions for what there is not.

    Parameters
    ----------
    most : int
    seconds : float
    clock : callable
        Seconds; for tests.
    """

    def __init__(
        self,
        most: int = MOST,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._askers: dict[str, dict[str, float]] = {}
        self._looked = clock()

    def note(self, asker: str, wanted: str) -> None:
        """Note that somebody asked for what there is not; the same again counts once.

        Parameters
        ----------
        asker : str
            The address that the question came from; of IPv6 its network counts.
        wanted : str
            What was asked for.
        """
        with self._lock:
            asker = self._counted(asker)
            missed = self._askers.setdefault(asker, {})
            if wanted in missed or len(missed) < self._most:
                missed[wanted] = self._clock()

    def too_many(self, asker: str) -> bool:
        """Return whether somebody has asked too often.

        Parameters
        ----------
        asker : str
        """
        with self._lock:
            asker = self._counted(asker)
            return len(self._askers.get(asker, ())) >= self._most

    def refuse(self, asker: str) -> None:
        """Refuse who has asked too often.

        Parameters
        ----------
        asker : str

        Raises
        ------
        UnknownJobError
        """
        if self.too_many(asker):
            raise UnknownJobError(TOO_MANY)

    def _counted(self, asker: str) -> str:
        """Return who somebody counts as, once what is long ago is forgotten."""
        self._forget()
        place = connection_of(asker)
        return place if place in self._askers or len(self._askers) < MOST_ASKERS else ""

    def _forget(self) -> None:
        now = self._clock()
        if now - self._looked < 1.0:
            return
        self._looked, since = now, now - self._seconds
        for asker, missed in list(self._askers.items()):
            for wanted in [wanted for wanted, at in missed.items() if at <= since]:
                del missed[wanted]
            if not missed:
                del self._askers[asker]


MISSES = Misses()
"""Of this server."""
