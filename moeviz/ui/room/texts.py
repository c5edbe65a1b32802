"""What phones and lecturers are told of a room, as texts: one for all phones alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moeviz.rooms.hall import Hall
from moeviz.rooms.on_show import OnShow, on_show
from moeviz.rooms.plain import letters_of
from moeviz.rooms.room import Room
from moeviz.text import json_text
from moeviz.ui.shared.publication import Sheet

PUBLIC, LEAD = "public", "lead"
"""What all are told, and what the lecturer is."""

Told = Mapping[str, Mapping[str, Any]]
"""What is told, by who is."""


class Texts:
    """Makes texts of rooms. May be used from any thread.

    Parameters
    ----------
    hall : callable
        Returns the hall.
    beside : callable
        Returns what all are told besides of what is on show, at once.
    """

    def __init__(
        self, hall: Callable[[], Hall], beside: Callable[[OnShow], Mapping[str, Any]]
    ) -> None:
        self._hall = hall
        self._beside = beside

    def look(
        self, code: str, sync: bool, here: set[int], told: Any
    ) -> tuple[Any, dict[str, Sheet]]:
        """Return what tells a room's moments apart, and its texts where it is another one.

        Parameters
        ----------
        code : str
        sync : bool
            Whether to take over what other processes have written.
        here : set of int
            Whose phones are there.
        told : Any
            What told the moment apart of which all know.

        Returns
        -------
        tuple
            How often it has changed, whether it has ended, who is there, and what is told besides.
        dict of str to Sheet
            Empty where all know of it.
        """
        books = self._hall().books
        if sync:
            books.sync(code)

        def read(room: Room) -> tuple[Any, Told]:
            beside = self._beside(on_show(room))
            text = json_text(beside)
            mark = (room.changes, bool(room.state.ended), frozenset(here), text)
            return mark, {} if mark == told else _told(room, here, beside)

        mark, found = books.view(code, read)
        return mark, _sheets(found)

    def made(self, code: str, here: set[int]) -> dict[str, Sheet]:
        """Return what all are told, and what the lecturer is.

        Parameters
        ----------
        code : str
        here : set of int
            Whose phones are there.
        """

        def read(room: Room) -> Told:
            return _told(room, here, self._beside(on_show(room)))

        return _sheets(self._hall().books.view(code, read))


def _told(room: Room, here: set[int], beside: Mapping[str, Any]) -> Told:
    names = [each.nickname for each in room.members.values() if each.number in here]
    return {
        PUBLIC: {**room.public(len(here)), **beside},
        LEAD: {**room.told(len(here), names), **beside},
    }


def _sheets(told: Told) -> dict[str, Sheet]:
    return {
        name: Sheet.of(json_text({**said, "letters": letters_of(said)}, compact=True))
        for name, said in told.items()
    }
