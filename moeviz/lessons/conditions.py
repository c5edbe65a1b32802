"""Conditions on facts: comparisons over a fixed grammar, read from a text; nothing is evaluated.

A condition is one or more comparisons joined by ``and``. A comparison is two or three terms with
one of ``<=``, ``<``, ``=``, ``!=``, ``>=``, ``>`` between each: ``-0.6 <= angle.slope <= -0.4``. A
term is a fact's name, a number, or a word in quotes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from moeviz.errors import SpecificationError

Fact = float | int | str | None
"""None: there is no such number."""

DIGITS = 4
"""With which numbers are compared: what prints alike is alike."""

MOST = 8
"""Comparisons in one condition."""

LONGEST = 300

NAME = r"[a-z][a-z0-9_]{0,30}\.[a-z][a-z0-9_]{0,30}"
"""A fact's name: its source, and what of it."""

_SIGNS = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "!=": lambda a, b: a != b,
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}
_SPLIT = re.compile(r"\s*(<=|>=|!=|=|<|>)\s*")
_NUMBER = re.compile(r"[-−]?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})(?:e[-+]?\d{1,2})?")
_WORD = re.compile(r"'[^'\"<>=]{0,60}'|\"[^'\"<>=]{0,60}\"")


@dataclass(frozen=True)
class Named:
    """A term that stands for a fact.

    Attributes
    ----------
    name : str
    """

    name: str


Term = Named | float | str


@dataclass(frozen=True)
class Comparison:
    """Two terms and what holds between them.

    Attributes
    ----------
    left, right : Named, float or str
    sign : str
    """

    left: Term
    sign: str
    right: Term

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        """Return whether it does; never where a fact is missing.

        Parameters
        ----------
        facts : mapping of str to Fact
        """
        left, right = _value(self.left, facts), _value(self.right, facts)
        if left is None or right is None or isinstance(left, str) != isinstance(right, str):
            return False
        return bool(_SIGNS[self.sign](left, right))

    @property
    def names(self) -> tuple[str, ...]:
        """The facts that it speaks of."""
        return tuple(term.name for term in (self.left, self.right) if isinstance(term, Named))


Condition = tuple[Comparison, ...]


def holds(when: Condition, facts: Mapping[str, Fact]) -> bool:
    """Return whether all comparisons hold; where a fact is missing, none does.

    Parameters
    ----------
    when : tuple of Comparison
    facts : mapping of str to Fact
    """
    return all(each.holds(facts) for each in when)


def missing(when: Condition, facts: Mapping[str, Fact]) -> bool:
    """Return whether a fact that a condition speaks of has no value.

    Parameters
    ----------
    when : tuple of Comparison
    facts : mapping of str to Fact
    """
    return any(_value(Named(name), facts) is None for each in when for name in each.names)


def read_condition(text: str) -> Condition:
    """Return the condition that a text says.

    Parameters
    ----------
    text : str

    Raises
    ------
    SpecificationError
        If it says none.
    """
    if len(text) > LONGEST:
        raise SpecificationError(f"Expected a condition of at most {LONGEST} letters.")
    parts = re.split(r"\s+and\s+", text.strip())
    if len(parts) > MOST:
        raise SpecificationError(f"Expected at most {MOST} comparisons in one condition.")
    return tuple(each for part in parts for each in _comparisons(part))


def _comparisons(text: str) -> list[Comparison]:
    words = _SPLIT.split(text)
    if len(words) not in (3, 5):
        raise SpecificationError(
            f"Expected a comparison such as -0.6 <= angle.slope <= -0.4, but got '{short(text)}'."
        )
    terms = [_term(word) for word in words[::2]]
    found = [Comparison(*each) for each in zip(terms, words[1::2], terms[1:], strict=False)]
    if not any(each.names for each in found):
        raise SpecificationError(f"Expected a fact in the comparison '{short(text)}'.")
    return found


def _term(word: str) -> Term:
    if re.fullmatch(NAME, word):
        return Named(word)
    if _NUMBER.fullmatch(word):
        return float(word.replace("−", "-"))
    if _WORD.fullmatch(word):
        return word[1:-1]
    raise SpecificationError(
        f"Expected a fact's name (source.fact), a number or a word in quotes, but got "
        f"'{short(word)}'."
    )


def _value(term: Term, facts: Mapping[str, Fact]) -> float | str | None:
    value = facts[term.name] if isinstance(term, Named) else term
    if value is None or isinstance(value, str):
        return value
    return round(float(value), DIGITS) if math.isfinite(value) else None


def short(text: str) -> str:
    """Return the beginning of what somebody wrote, fit for a sentence.

    Parameters
    ----------
    text : str
    """
    return "".join(c if c.isprintable() else " " for c in text[:40])
