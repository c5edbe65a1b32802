"""How a page's links are read where no field does: a name, a place, numbers.

Most functions here return a reader, as :class:`~moeviz.ui.shared.link.Key` takes one: from a text
to its value, with a sentence where it has none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence

from moeviz.errors import SpecificationError
from moeviz.text import nearest
from moeviz.ui.shared.link import short

CUT_SHORT = "the link may have been cut short"
"""The way out where a name is not whole."""

FEW_NAMES = 8
"""Names that a sentence under an address lists whole; of more it lists the nearest."""

_NAME = re.compile(r"[0-9a-f]{16}")


def finite(text: str, most: float) -> float | None:
    """Return the number that a text says, None if there is none or it is beyond `most`."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= most else None


def one_of(name: str, known: Collection[str], way: str = "leave it out") -> Callable[[str], str]:
    """Return what reads one of the `known` names.

    Parameters
    ----------
    name : str
        Of the key, for the sentence.
    known : collection of str
    way : str
        The way out, for the sentence.
    """

    def read(text: str) -> str:
        if text not in known:
            raise SpecificationError(
                f"Expected {name} to be one of {nearest(known, text, FEW_NAMES)}, but got "
                f"'{short(text)}'; {way}."
            )
        return text

    return read


def place(words: str, most: int) -> Callable[[str], int]:
    """Return what reads a place, counted from 1.

    Parameters
    ----------
    words : str
        The key and what it counts, as ``active to be an atom's number``.
    most : int
        The last place.
    """

    def read(text: str) -> int:
        if text not in map(str, range(1, most + 1)):
            raise SpecificationError(
                f"Expected {words} from 1 to {most}, but got '{short(text)}'; leave it out."
            )
        return int(text)

    return read


def flag(name: str) -> Callable[[str], bool]:
    """Return what reads whether something is on: 1 or 0.

    Parameters
    ----------
    name : str
        Of the key, for the sentence.
    """

    def read(text: str) -> bool:
        if text not in ("0", "1"):
            raise SpecificationError(
                f"Expected {name} to be 1 or 0, but got '{short(text)}'; leave it out of the link."
            )
        return text == "1"

    return read


def when_on(on: bool) -> str | None:
    """Return what a link says of something that is on or off; None where it need not."""
    return "1" if on else None


def digits(words: str, way: str) -> Callable[[str], str]:
    """Return what reads the name of something that is told by its content.

    Parameters
    ----------
    words : str
        What it names, as ``the run``.
    way : str
        The way out, for the sentence.
    """

    def read(text: str) -> str:
        if not _NAME.fullmatch(text):
            raise SpecificationError(
                f"Expected {words} to be 16 hexadecimal digits, but got '{short(text)}'; {way}."
            )
        return text

    return read


def numbers(
    name: str,
    farthest: float,
    most: int,
    by: int = 1,
    which: str = "",
    of: str = ",",
) -> Callable[[str], tuple[float, ...]]:
    """Return what reads numbers between commas.

    Parameters
    ----------
    name : str
        Of the key, for the sentence.
    farthest : float
        How large one may be.
    most : int
        How many there may be.
    by : int
        They come by so many.
    which, of : str
        What the sentence says before and after them.
    """

    def read(text: str) -> tuple[float, ...]:
        parts = text.split(",")
        values = [finite(part, farthest) for part in parts[: most + 1]]
        fine = len(parts) <= most and len(parts) % by == 0
        found = tuple(value for value in values if value is not None)
        if not fine or len(found) < len(parts):
            raise SpecificationError(
                f"Expected {name} to be {which}numbers between -{farthest:g} and {farthest:g}, "
                f"separated by commas{of} but got '{short(text)}'; leave it out."
            )
        return found

    return read


def between_commas(values: Sequence[float]) -> str | None:
    """Return numbers as a link says them, or None where there are none."""
    return ",".join(f"{value:.6g}" for value in values) or None


def unless(default: object) -> Callable[[object], str | None]:
    """Return what writes a value, None where it is the default, which a link need not say."""
    return lambda value: None if value == default else str(value)
