"""A step of a room: something to look at, or a question to answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from moeviz.errors import printable
from moeviz.rooms.errors import RoomError
from moeviz.text import check_text

Kind = Literal["look", "number", "slope", "choice", "order"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MOST_OPTIONS = 12
MOST_SHOWN = 12
"""Things that are shown with a step, and again once it is revealed."""
LONGEST = {
    "id": 60, "title": 400, "words": 4000, "page": 2000, "notes": 6000, "label": 200, "unit": 40
}  # fmt: skip
"""Characters of texts, at most."""

LARGEST = 1e12
"""Numbers of a step lie between its negative and it."""

SLOPES = (-2.0, 0.5)
"""Between which a slope is drawn unless the step says otherwise."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
PAGE = re.compile(r"[a-z]*(\?[!-~]*)?")
"""A page of this app, with what stands behind it."""


@dataclass(frozen=True)
class Step:
    """What all see at one time.

    Attributes
    ----------
    id : str
        Tells it from the other steps.
    title : str
        The question, or what is to be seen.
    kind : str
        ``look`` for no question, or how it is answered.
    words : str
        Said below the title, to all.
    page : str
        A page of this app that all see, as ``gates?v=2&beta=…``; "" for none.
    notes : str
        For the lecturer alone.
    options : tuple of (str, str)
        Names and labels of a choice, or of what is put in order.
    low, high, by : float
        Between which a number or a slope lies, and its smallest step.
    unit : str
        What a number counts.
    sizes : tuple of float
        First and last sample size of the curve whose slope is asked for; empty where not known.
    known : tuple of mapping
        Curves that are drawn where a slope is asked for: ``words``, and ``points``, in decades of
        data and of error from where the lines begin.
    run : mapping or None
        What is computed when the step is revealed, or when the lecturer starts it, as plain data
        that who opened the room understands: ``what``, ``name`` and ``values``, and ``curve``, the
        place of that which a study's step is about.
    source : mapping or None
        Where what came out is read, as plain data likewise.
    shows, comes : tuple of mapping
        Pictures and results that are shown with the step, and those that come when it is revealed,
        as plain data likewise.
    """

    id: str
    title: str
    kind: Kind = "look"
    words: str = ""
    page: str = ""
    notes: str = ""
    options: tuple[tuple[str, str], ...] = ()
    low: float = SLOPES[0]
    high: float = SLOPES[1]
    by: float = 0.05
    unit: str = ""
    sizes: tuple[float, ...] = ()
    known: tuple[Mapping[str, Any], ...] = ()
    run: Mapping[str, Any] | None = None
    source: Mapping[str, Any] | None = None
    shows: tuple[Mapping[str, Any], ...] = ()
    comes: tuple[Mapping[str, Any], ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it has a question."""
        return self.kind != "look"

    def checked(self) -> Step:
        """Return the step if it is one.

        Raises
        ------
        RoomError
            If it is not.
        """
        for name, most in LONGEST.items():
            if name != "label":
                checked_text(name, getattr(self, name), most)
        if self.kind not in KINDS:
            raise RoomError(f"Expected a step of the kinds {', '.join(KINDS)}; mend the step.")
        if not _ID.fullmatch(self.id):
            raise RoomError("Expected a step's name of small letters and digits; mend it.")
        if not self.title.strip():
            raise RoomError("Expected a question, but it is empty; write one.")
        if not PAGE.fullmatch(self.page):
            raise RoomError("Expected a page of this laboratory; open the room from one.")
        if max(len(self.known), len(self.shows), len(self.comes)) > MOST_SHOWN:
            raise RoomError(f"Expected at most {MOST_SHOWN} pictures in a step; leave some out.")
        if self.kind in ("choice", "order"):
            self._check_options()
        if self.kind in ("number", "slope"):
            self._check_range()
        return self

    def _check_options(self) -> None:
        names = [name for name, _ in self.options]
        if not 2 <= len(names) <= MOST_OPTIONS or len(set(names)) != len(names):
            raise RoomError(
                f"Expected 2 to {MOST_OPTIONS} different answers to choose from, but got "
                f"{len(names)}; write one a line."
            )
        for name, label in self.options:
            checked_text("name of an answer", name, LONGEST["id"])
            checked_text("answer", label, LONGEST["label"])
            if not (name.strip() and label.strip()):
                raise RoomError("Expected answers that are not empty; write one a line.")

    def _check_range(self) -> None:
        numbers = (self.low, self.high, self.by)
        known = all(_is_plain(x) for x in numbers)
        if not known or not self.low < self.high or not 0 < self.by <= self.high - self.low:
            raise RoomError("Expected a range from a lower to a higher number; mend the step.")
        known = all(_is_plain(x) and x >= 1 for x in self.sizes)
        if self.sizes and not (known and len(self.sizes) == 2 and self.sizes[0] < self.sizes[1]):
            raise RoomError("Expected a first and a last sample size; mend the step.")
        if (self.high - self.low) / self.by > 1e6:
            raise RoomError("Expected a range of at most a million steps; mend the step.")

    def to_json(self) -> dict[str, Any]:
        """Return the step as plain data."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            **said,
            "options": [list(option) for option in self.options],
            "sizes": [*self.sizes],
            "known": [*self.known],
            "shows": [*self.shows],
            "comes": [*self.comes],
        }

    def public(self) -> dict[str, Any]:
        """Return what all may know of it."""
        said = self.to_json()
        for name in ("notes", "run", "source", "shows", "comes"):
            del said[name]
        return said

    @classmethod
    def from_json(cls, data: Any) -> Step:
        """Return the step that plain data say.

        Raises
        ------
        RoomError
            If they say none.
        """
        known = {each.name for each in fields(cls)}
        if not isinstance(data, Mapping) or not set(data) <= known:
            raise RoomError("Expected a step as plain data; open the room again.")
        said = dict(data)
        options = said.get("options", ())
        if not isinstance(options, list | tuple) or not all(
            isinstance(each, list | tuple) and len(each) == 2 for each in options
        ):
            raise RoomError("Expected answers with a name and a label each; open the room again.")
        said["options"] = tuple((name, label) for name, label in options)
        sizes = said.get("sizes", ())
        said["sizes"] = tuple(sizes) if isinstance(sizes, list | tuple) else (0.0,)
        said["run"] = _run(said.get("run"))
        for name in ("known", "shows", "comes"):
            said[name] = _things(said.get(name, ()))
        try:
            return cls(**said).checked()
        except TypeError:
            raise RoomError("Expected a step with a name and a title; mend it.") from None


def checked_text(what: str, text: Any, most: int) -> None:
    """Refuse what is no text that can be shown.

    Parameters
    ----------
    what : str
        What it is.
    text : Any
    most : int
        Characters.

    Raises
    ------
    RoomError
        If it is none.
    """
    if not isinstance(text, str) or len(text) > most:
        raise RoomError(f"Expected at most {most} characters in the {what}; shorten it.")
    if printable(check_text(text)) != text:
        raise RoomError(f"Expected letters that can be shown in the {what}; write it anew.")


def _is_plain(value: Any) -> bool:
    """Whether it is a number that a step may have: JSON writes whole ones without end."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return known and -LARGEST <= value <= LARGEST


def _run(said: Any) -> Any:
    """Return what a step runs; rooms of before could run studies alone, by their preset."""
    if not isinstance(said, Mapping) or "preset" not in said:
        return said
    known = {name: value for name, value in said.items() if name != "preset"}
    return {"what": "study", "name": said["preset"], **known}


def _things(said: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(said, list | tuple) or not all(isinstance(each, Mapping) for each in said):
        raise RoomError("Expected what is shown as plain data; open the room again.")
    return tuple(said)
