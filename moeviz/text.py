"""Numbers and lists as text: one way to print a signed number, and the one writer of JSON."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moeviz.errors import SpecificationError

NOT_FINITE = "not finite"
"""What stands for a number that is missing, infinite or none at all."""

FEW_NAMES = 20
"""Known names that a message lists whole."""


def signed(value: float | None, digits: int = 2, thousands: bool = False) -> str:
    """Write a number that may be negative: a true minus sign, and none before a zero.

    Parameters
    ----------
    value : float or None
        Such as a slope; None where there is none.
    digits : int
        Digits after the point.
    thousands : bool
        Whether commas part thousands, as in ``1,288``.
    """
    if value is None or not math.isfinite(value):
        return NOT_FINITE
    text = f"{value:{',' * thousands}.{digits}f}"
    if not text.strip("-0."):
        text = text.removeprefix("-")
    return text.replace("-", "\u2212")


def nearest(known: Iterable[str], given: str, few: int = FEW_NAMES) -> str:
    """Return what a message lists of known names: all, or of many those most like what was given.

    If none is like it, these are the first.

    Parameters
    ----------
    known : iterable of str
    given : str
        Which is none of them.
    few : int
        So many are listed whole.
    """
    names = list(known)
    if len(names) <= few:
        return ", ".join(names)
    like = difflib.get_close_matches(given[:60], names, n=5, cutoff=0.5) or names[:5]
    return f"{', '.join(like)} and {len(names) - len(like)} more"


def listed(words: Sequence[str]) -> str:
    """Return words as a list of a sentence: ``a, b and c``.

    Parameters
    ----------
    words : sequence of str
    """
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def within(value: float, low: float, high: float, digits: int = 2) -> bool:
    """Return whether a number lies in an interval, both as :func:`signed` prints them.

    A verdict so never contradicts the numbers beside it.

    Parameters
    ----------
    value, low, high : float
    digits : int
        Digits after the point.
    """
    return round(low, digits) <= round(value, digits) <= round(high, digits)


def finite(data: Any) -> Any:
    """Return plain data with None in place of every number that is infinite or none at all.

    Parameters
    ----------
    data : Any
        Mappings, lists, tuples and what they hold; tuples become lists, as JSON has them.
    """
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if isinstance(data, Mapping):
        return {key: finite(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [finite(value) for value in data]
    return data


def shortened(value: Any, digits: int) -> Any:
    """Return plain data with every number that is no whole one rounded.

    Parameters
    ----------
    value : dict, list or what stands in them
    digits : int
        Significant ones, that are kept.
    """
    if isinstance(value, float):
        return float(f"{value:.{digits}g}")
    if isinstance(value, dict):
        return {key: shortened(part, digits) for key, part in value.items()}
    if isinstance(value, list):
        return [shortened(part, digits) for part in value]
    return value


def json_text(
    data: Any, *, indent: int | None = None, sort_keys: bool = False, compact: bool = False
) -> str:
    """Write plain data as JSON; what is no finite number becomes null.

    JSON has no word for infinity or for what is not a number, and readers other than Python's
    refuse the words that Python's writer makes up. Everything that leaves the program goes
    through here.

    Parameters
    ----------
    data : Any
        Plain data.
    indent : int, optional
        Spaces by which a level is moved in; by default all stands on one line.
    sort_keys : bool
        Whether to order a mapping by its keys.
    compact : bool
        Whether to leave out spaces.

    Raises
    ------
    TypeError
        If something in `data` has no form in JSON.
    """
    return json.dumps(
        finite(data),
        indent=indent,
        sort_keys=sort_keys,
        separators=(",", ":") if compact else None,
        allow_nan=False,
    )


def check_text(text: str) -> str:
    r"""Return a text if all of it can be written and shown.

    Raises
    ------
    SpecificationError
        If it holds half a character, as ``"\ud800"`` in JSON is.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise SpecificationError(
            f"Expected whole characters, but character {error.start + 1} of '{text[:40]}' is half "
            "a one; mend the text."
        ) from None
    return text


def digits(value: int) -> int:
    """Return about how many decimal digits a whole number has, without writing it out."""
    return int(abs(value).bit_length() * math.log10(2.0)) + 1
