"""Who came to a cluster, who left it, and who cannot be used."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

MOST = 30
"""Lines that are kept."""

HEARD_SECONDS = 15.0
"""Of a worker that hung, and was ended for that, it is not said as well that it left."""


@dataclass(frozen=True)
class Line:
    """One thing that happened.

    Attributes
    ----------
    when : float
        In seconds since the epoch.
    what : {"came", "left", "hung", "strange"}
    who : str
        The worker's address.
    words : str
        A sentence, where there is more to say.
    """

    when: float
    what: str
    who: str
    words: str = ""


class News:
    """What happened to the workers, the latest last; to be written in one thread.

    Parameters
    ----------
    clock : callable
        Seconds since the epoch; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lines: deque[Line] = deque(maxlen=MOST)

    def lines(self) -> tuple[Line, ...]:
        """Return what is kept."""
        return tuple(self._lines.copy())

    def came(self, who: Collection[str]) -> None:
        """Note workers that came."""
        for address in sorted(who):
            self._add("came", address)

    def left(self, who: Collection[str]) -> set[str]:
        """Note workers that left, and return those of which that was not known already."""
        now = self._clock()
        hung = {
            line.who
            for line in self._lines
            if line.what == "hung" and now - line.when < HEARD_SECONDS
        }
        for address in sorted(set(who) - hung):
            self._add("left", address)
        return set(who) - hung

    def hung(self, who: str) -> None:
        """Note a worker that was ended because it said nothing any more."""
        self._add("hung", who)

    def strange(self, who: str, why: str) -> str:
        """Note a worker that is given nothing, and return what is said of that."""
        sentence = f"A worker {why}; it is given nothing."
        self._add("strange", who, sentence)
        return sentence

    def _add(self, what: str, who: str, words: str = "") -> None:
        self._lines.append(Line(self._clock(), what, who, words))
