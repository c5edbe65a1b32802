"""Work that visitors ask for, few pieces at once, each remembered by what was asked for."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from moeviz.errors import Cancelled, SpecificationError
from moeviz.ui.shared.turns import AT_ONCE, MOST_WAITING, PATIENCE, Turns

REMEMBERED = 200
"""Answers that are kept, the latest."""

EVERY = 16
"""Steps between two looks at the clock and at who waits."""

Stop = Callable[[], bool]

Asked = TypeVar("Asked", bound=Hashable)
Found = TypeVar("Found")


@dataclass
class _Same:
    """Who asks for one and the same: they take turns, until the last has left."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    askers: int = 0


class Worker(Generic[Asked, Found]):
    """Computes in the threads that ask, few at once. All methods may be called from any.

    Two who ask for the same share it. A visitor who asks for something newer, or leaves, ends the
    script that waits, and with it the work; whoever else waits for it then computes it.

    Parameters
    ----------
    compute : callable
        From what is asked for and a question whether to stop to the answer.
    seconds : float
        After which it is given up.
    late : str
        The sentence for that, with ``{seconds}``.
    at_once, most_waiting, remembered : int
    patience : float
        Seconds for which nobody waits longer until the work begins.
    every : int
        Steps between two looks at the clock and at who waits.
    """

    def __init__(
        self,
        compute: Callable[[Asked, Stop], Found],
        seconds: float,
        late: str,
        at_once: int = AT_ONCE,
        most_waiting: int = MOST_WAITING,
        remembered: int = REMEMBERED,
        patience: float = PATIENCE,
        every: int = EVERY,
    ) -> None:
        self._compute = compute
        self._late = late
        self._every = every
        self._turns = Turns(at_once, most_waiting, patience)
        self._remembered = remembered
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: OrderedDict[Asked, Found] = OrderedDict()
        self._asked: dict[Asked, _Same] = {}

    @property
    def waiting(self) -> int:
        """How many wait or compute."""
        return self._turns.waiting

    def __call__(self, asked: Asked, look: Callable[[], object] | None = None) -> Found:
        """Return the answer, remembered or computed now.

        Parameters
        ----------
        asked : Asked
        look : callable, optional
            Called now and then while one waits and while it is computed; what it raises ends
            both.

        Raises
        ------
        SpecificationError
            As the work itself does; or if it takes too long.
        MoevizError
            If too many wait, or it takes too long until the work can begin.
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

    def _run(self, asked: Asked, look: Callable[[], object] | None) -> Found:
        end, calls = time.monotonic() + self._seconds, 0

        def late() -> bool:
            nonlocal calls
            calls += 1
            if calls % self._every:
                return False
            if look is not None:
                look()
            return time.monotonic() > end

        try:
            return self._compute(asked, late)
        except Cancelled:
            sentence = self._late.format(seconds=f"{self._seconds:g}")
            raise SpecificationError(sentence) from None

    def _look_up(self, asked: Asked) -> Found | None:
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
