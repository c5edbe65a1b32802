"""How many streams there may be: of all, from one address, and for one visitor.

Who is refused asks now and then instead, which costs them a second and nobody else anything. A
browser with a key counts by it. But a key is given to whoever loads a page, so that addresses
count too, and a whole class may come from one: forty browsers, with the six connections that each
keeps to a host, all fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from moeviz.rooms.limits import connection_of

MOST = 400
"""Streams that one server keeps open."""

MOST_FROM = 240
"""Of them, from one address: forty browsers with six each. Others have the rest."""

MOST_EACH = 12
"""Of them, for one visitor: a stream for each page that is seen, on a desk and on a phone."""

FULL = (
    "Expected fewer visitors to watch at once, but this server has as many as it can tell of "
    "every change; the page asks now and then instead."
)
FULL_FROM = (
    f"Expected at most {MOST_FROM} pages of one address to watch at once, but there are as many "
    "already; the page asks now and then instead."
)
FULL_EACH = (
    f"Expected at most {MOST_EACH} pages of one visitor to watch at once, but there are as many "
    "already; close some of them. This one asks now and then instead."
)


@dataclass(frozen=True)
class Refused:
    """That somebody gets no stream.

    Attributes
    ----------
    status : int
        Of the answer: 503 where the server is full, 429 where it is for whoever asks.
    sentence : str
    """

    status: int
    sentence: str


class Seats:
    """Counts who has streams. To be used in one event loop.

    Parameters
    ----------
    most, most_from, most_each : int
        Streams of all, from one address, and for one visitor.
    """

    def __init__(
        self, most: int = MOST, most_from: int = MOST_FROM, most_each: int = MOST_EACH
    ) -> None:
        self._most = most
        self._most_from = most_from
        self._most_each = most_each
        self._places: Counter[str] = Counter()
        self._persons: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many streams there are."""
        return self._places.total()

    @contextmanager
    def held(self, person: str, address: str) -> Iterator[Refused | None]:
        """Have one stream more for as long as this lasts, unless it is refused.

        Parameters
        ----------
        person : str
            As :func:`moeviz.ui.shared.person.person_of` names them; "" where nobody knows.
        address : str
            From where they ask; "" where nobody knows.
        """
        place = connection_of(address)
        refused = self._refused(person, place)
        if refused is not None:
            yield refused
            return
        counted = [(self._places, place), *([(self._persons, person)] if person else [])]
        for counts, key in counted:
            counts[key] += 1
        try:
            yield None
        finally:
            for counts, key in counted:
                counts[key] -= 1
                if not counts[key]:
                    del counts[key]

    def _refused(self, person: str, place: str) -> Refused | None:
        if person and self._persons[person] >= self._most_each:
            return Refused(429, FULL_EACH)
        if self._places[place] >= self._most_from:
            return Refused(429, FULL_FROM)
        if self.taken >= self._most:
            return Refused(503, FULL)
        return None
