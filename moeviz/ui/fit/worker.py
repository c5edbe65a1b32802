"""Who computes the fits of this server: few at once, each remembered by what was asked for."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from moeviz.errors import Cancelled, SpecificationError
from moeviz.study.one_fit import OneFit, one_fit
from moeviz.study.one_fit_asked import Asked
from moeviz.ui.shared.turns import AT_ONCE, MOST_WAITING, PATIENCE, Turns

SECONDS = 6.0
"""No fit takes longer; nearly all end within a tenth of a second."""

REMEMBERED = 200
"""Fits that are kept, the latest."""

_EVERY = 16
"""Steps between two looks at the clock and at who waits."""

Compute = Callable[[Asked, Callable[[], bool]], OneFit]


@dataclass
class _Same:
    """Who asks for one and the same: they take turns, until the last has left."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    askers: int = 0


class Worker:
    """Computes fits in the threads that ask, few at once. All methods may be called from any.

    Two who ask for the same share it. A visitor who asks for something newer, or leaves, ends the
    script that waits, and with it the fit; whoever else waits for it then computes it.

    Parameters
    ----------
    compute : callable
        From what is asked for and a question whether to stop to the fit.
    at_once, most_waiting, remembered : int
    seconds : float
        After which a fit is given up.
    patience : float
        Seconds for which nobody waits longer until a fit begins.
    """

    def __init__(
        self,
        compute: Compute = one_fit,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
        remembered: int = REMEMBERED,
        seconds: float = SECONDS,
        patience: float = PATIENCE,
    ) -> None:
        self._compute = compute
        self._turns = Turns(at_once, most_waiting, patience)
        self._remembered = remembered
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: OrderedDict[Asked, OneFit] = OrderedDict()
        self._asked: dict[Asked, _Same] = {}

    @property
    def waiting(self) -> int:
        """How many wait or compute."""
        return self._turns.waiting

    def __call__(self, asked: Asked, look: Callable[[], object] | None = None) -> OneFit:
        """Return a fit, remembered or computed now.

        Parameters
        ----------
        asked : Asked
        look : callable, optional
            Called now and then while one waits and while it is computed; what it raises ends
            both.

        Raises
        ------
        SpecificationError
            As :func:`~moeviz.study.one_fit.one_fit`; or if it takes too long.
        MoevizError
            If too many wait, or it takes too long until the fit can begin.
        """
        known = self._look_up(asked)
        if known is not None:
            return known
        with self._turns.line() as end, self._alone(asked, end, look):
            known = self._look_up(asked)
            if known is not None:
                return known
            with self._turns.turn(end, look):
                found = self._run(asked, look)
            with self._lock:
                self._known[asked] = found
                while len(self._known) > self._remembered:
                    self._known.popitem(last=False)
            return found

    def _run(self, asked: Asked, look: Callable[[], object] | None) -> OneFit:
        end, calls = time.monotonic() + self._seconds, 0

        def late() -> bool:
            nonlocal calls
            calls += 1
            if calls % _EVERY:
                return False
            if look is not None:
                look()
            return time.monotonic() > end

        try:
            return self._compute(asked, late)
        except Cancelled:
            raise SpecificationError(
                f"Expected a fit within {self._seconds:g} s, but this one takes longer; take fewer "
                "observations, steps or epochs."
            ) from None

    def _look_up(self, asked: Asked) -> OneFit | None:
        with self._lock:
            found = self._known.get(asked)
            if found is not None:
                self._known.move_to_end(asked)
            return found

    @contextmanager
    def _alone(self, asked: Asked, end: float, look: Callable[[], object] | None) -> Iterator[None]:
        """Let those who ask for the same wait for each other."""
        with self._lock:
            same = self._asked.setdefault(asked, _Same())
            same.askers += 1
        try:
            self._turns.wait_for(same.turn, end, look)
            try:
                yield
            finally:
                same.turn.release()
        finally:
            with self._lock:
                same.askers -= 1
                if not same.askers:
                    del self._asked[asked]


WORKER = Worker()
"""Of this server."""
