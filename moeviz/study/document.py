"""Documents that somebody hands in: JSON from a file or an upload, read strictly.

Whatever a reader above gets from here can be written, shown, compared and hashed: texts have only
characters that can be written, numbers are finite and fit into 64 bits, nothing is nested deep,
and no key stands twice.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from moeviz.errors import SpecificationError
from moeviz.text import check_text, digits

MOST_BYTES = 1_000_000
"""Largest document that is read; a specification has some kilobytes, a result with its paths
some hundred."""

MOST_LEVELS = 32
"""Lists and objects within one another; a result has six."""

LARGEST = 2**63
"""Whole numbers below it, and above its negative, are read."""


def read_document(content: bytes, most: int = MOST_BYTES) -> Any:
    """Return the specification or other plain data in a document.

    A whole result carries its specification under ``spec``; that is returned then.

    Parameters
    ----------
    content : bytes
        The whole document.
    most : int
        Bytes that it may have.

    Raises
    ------
    SpecificationError
        If it is too large, is not JSON, or holds what no specification can hold.
    """
    if len(content) > most:
        raise SpecificationError(
            f"Expected a file of at most {most:,} bytes, but got {len(content):,}; take the "
            "specification alone, which every study offers beside its result."
        )
    try:
        data = json.loads(content, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise SpecificationError(
            "Expected a file in JSON, but this one cannot be read as such; choose a file that "
            "this laboratory wrote."
        ) from None
    if isinstance(data, dict) and isinstance(data.get("spec"), dict):
        data = data["spec"]
    check_plain(data)
    return data


def check_plain(data: Any) -> None:
    """Refuse plain data that a specification cannot hold.

    Parameters
    ----------
    data : JSON-able

    Raises
    ------
    SpecificationError
        If a text cannot be written as UTF-8, a number is not finite or does not fit into 64 bits,
        or the data are nested too deep.
    """
    for level, name, value in _values(data):
        if level > MOST_LEVELS:
            raise SpecificationError(
                f"Expected at most {MOST_LEVELS} lists and objects within one another, but got "
                "more; choose a file that this laboratory wrote."
            )
        if isinstance(value, str):
            check_text(value)
        elif isinstance(value, int) and not -LARGEST < value < LARGEST:
            raise SpecificationError(
                f"Expected numbers of at most 18 digits, but got one of about {digits(value)}"
                f"{_where(name)}; mend it."
            )
        elif isinstance(value, float) and not math.isfinite(value):
            raise SpecificationError(
                "Expected numbers that are finite, but got one that is too large or none at all"
                f"{_where(name)}; mend it."
            )


def _values(data: Any) -> Iterator[tuple[int, str, Any]]:
    """Yield every value and key with its level and the key above it, without recursion."""
    left: list[tuple[int, str, Any]] = [(0, "", data)]
    while left:
        level, name, value = left.pop()
        yield level, name, value
        if level > MOST_LEVELS:
            continue
        if isinstance(value, dict):
            for key, part in value.items():
                left += [(level + 1, name, key), (level + 1, key, part)]
        elif isinstance(value, (list, tuple)):
            left += [(level + 1, name, part) for part in value]


def _where(name: str) -> str:
    return f" for {name[:40]}" if name else ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SpecificationError(
            f"Expected every name once in an object, but '{twice[:40]}' stands there more than "
            "once; leave all but one out."
        )
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise SpecificationError(
        f"Expected numbers that are finite, but got {name}, which JSON does not have; mend it."
    )
