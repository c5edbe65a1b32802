"""How often somebody may do something: buckets that are emptied by use and fill up by time."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KEYS = 20_000
"""Buckets that are remembered; those used longest ago are forgotten."""


class Buckets:
    """A bucket for each key. All methods may be called from any thread.

    Parameters
    ----------
    burst : float
        What a full bucket holds.
    rate : float
        What flows in, per second.
    clock : callable
        Seconds; for tests.
    """

    def __init__(
        self, burst: float, rate: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.burst = burst
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def has(self, key: str) -> float:
        """Return what a bucket holds now.

        Parameters
        ----------
        key : str
        """
        with self._lock:
            return self._now(key)

    def take(self, key: str) -> bool:
        """Take one from a bucket; return whether there was one.

        Parameters
        ----------
        key : str
        """
        with self._lock:
            held = self._now(key)
            there = held >= 1.0
            self._held[key] = (held - 1.0 if there else held, self._clock())
            self._held.move_to_end(key)
            while len(self._held) > MOST_KEYS:
                self._held.popitem(last=False)
            return there

    def _now(self, key: str) -> float:
        held, since = self._held.get(key, (self.burst, self._clock()))
        return min(self.burst, held + self._rate * (self._clock() - since))


class Guesses:
    """Wrong codes: few from one connection, and few in all.

    When too many came in all, who has guessed wrong lately waits, and a class that comes anew is
    let in. All methods may be called from any thread.

    Parameters
    ----------
    clock : callable
        Seconds; for tests.
    """

    EACH = 20, 1 / 15
    """Wrong codes of one connection: at once, and per second."""

    ALL = 200, 1 / 2
    """Wrong codes of all together."""

    ANEW = 3, 1 / 1200
    """Wrong codes of one connection while all together have none left."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._each = Buckets(*self.EACH, clock)
        self._all = Buckets(*self.ALL, clock)
        self._anew = Buckets(*self.ANEW, clock)

    def may(self, connection: str) -> bool:
        """Return whether a connection may try a code.

        Parameters
        ----------
        connection : str
        """
        if self._each.has(connection) < 1.0:
            return False
        return self._all.has("") >= 1.0 or self._anew.has(connection) >= 1.0

    def wrong(self, connection: str) -> None:
        """Note that a code was wrong.

        Parameters
        ----------
        connection : str
        """
        self._each.take(connection)
        self._anew.take(connection)
        self._all.take("")


def connection_of(host: str) -> str:
    """Return what counts as one connection: an address, or of IPv6 the network that one gets.

    Parameters
    ----------
    host : str
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:60]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address.packed, 64), strict=False))
    return str(address)
