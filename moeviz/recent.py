"""What was made lately, for every floor: a few values by what they depend on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Remembers the values that were made last; for what depends on less than it is asked with.

    Parameters
    ----------
    most : int
        Values that are remembered.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return a value, made if it is not known.

        Parameters
        ----------
        key : hashable
            All that the value depends on.
        make : callable
            Makes it.
        """
        if key not in self._known:
            self._known[key] = make()
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return self._known[key]
