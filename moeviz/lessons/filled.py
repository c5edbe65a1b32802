"""Words with facts in their places."""

from __future__ import annotations

import re
from collections.abc import Mapping

from moeviz.errors import SpecificationError
from moeviz.lessons.conditions import Fact, short
from moeviz.text import nearest, signed

Facts = Mapping[str, Fact]

PLACE = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)(?::(\d))?\}")
"""Where a fact stands in a text."""

DIGITS = 2


def filled(words: str, facts: Facts) -> str:
    """Return words with today's facts in their places.

    Parameters
    ----------
    words : str
        With ``{name}`` or ``{name:digits}``; anything else in braces stays as it is.
    facts : mapping of str to Fact

    Raises
    ------
    SpecificationError
        If there is no such fact.
    """

    def put(found: re.Match[str]) -> str:
        name, digits = found.groups()
        if name not in facts:
            raise SpecificationError(
                f"Expected a fact of this lesson, but got '{short(name)}'; known are "
                f"{nearest(facts, name)}."
            )
        return written(facts[name], DIGITS if digits is None else int(digits))

    return PLACE.sub(put, words)


def written(fact: Fact, digits: int = DIGITS) -> str:
    """Return a fact as text, with commas between thousands.

    Parameters
    ----------
    fact : Fact
    digits : int
        Digits of a number that is not whole.
    """
    if fact is None:
        return "no number"
    if isinstance(fact, str):
        return fact
    if isinstance(fact, int):
        return f"{fact:,}"
    return signed(fact, digits, thousands=True)
