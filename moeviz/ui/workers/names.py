"""Numbers and letters in the place of names that nobody should read."""

from __future__ import annotations

from collections import OrderedDict

MOST = 2000
"""Names that are remembered; the one that was longest not asked for is forgotten first."""


class Names:
    """Gives each name the next number."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[str, int] = OrderedDict()
        self._next = 0

    def number(self, name: str) -> int:
        """Return the number of a name, from 0; the same for as long as it is asked for.

        Parameters
        ----------
        name : str
        """
        if name not in self._numbers:
            self._numbers[name] = self._next
            self._next += 1
            if len(self._numbers) > MOST:
                self._numbers.popitem(last=False)
        self._numbers.move_to_end(name)
        return self._numbers[name]

    def letter(self, name: str) -> str:
        """Return its number as letters: A to Z, then AA.

        Parameters
        ----------
        name : str
        """
        left, letters = self.number(name) + 1, ""
        while left:
            left, last = divmod(left - 1, 26)
            letters = chr(ord("A") + last) + letters
        return letters
