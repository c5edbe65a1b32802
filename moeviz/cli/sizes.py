"""Sizes and ages as people write and read them."""

from __future__ import annotations

import math

from moeviz.errors import SpecificationError

DAY = 86_400.0

UNITS = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "B": 1.0}


def bytes_of(text: str, option: str) -> float:
    """Return the bytes that a word such as 2GB says.

    Parameters
    ----------
    text, option : str
        The word, and which option it was given for.

    Raises
    ------
    SpecificationError
        If it says no size.
    """
    for unit, bytes_ in UNITS.items():
        if text.upper().endswith(unit):
            number = _count(text[: -len(unit)])
            if number is not None:
                return number * bytes_
            break
    raise SpecificationError(
        f"Expected a size as 500MB or 2GB for {option}, but got '{text[:20]}'; write it so."
    )


def days_of(text: str, option: str) -> float:
    """Return the seconds that a number of days is.

    Parameters
    ----------
    text, option : str
        The number, and which option it was given for.

    Raises
    ------
    SpecificationError
        If it is none.
    """
    days = _count(text)
    if days is None:
        raise SpecificationError(f"Expected a number of days for {option}, but got '{text[:20]}'.")
    return days * DAY


def size_in_words(size: float) -> str:
    """Return a number of bytes in words."""
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}"
    return f"{size / 1e3:.0f} KB"


def _count(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
