"""How near an answer came: one ruler for the pages of lessons and for lecture rooms.

A ruler is plain data: of a number ``value``, ``low`` and ``high`` as far as they are known, and
``near``, by how much what is nearly right may be off; of a choice ``right``, a name; of an order
``right``, all names, and ``told``, pairs of names of which the first comes first for sure. Empty it
judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from moeviz.text import signed, within

Verdict = Literal["right", "near", "wrong", "unknown"]
"""Unknown: nothing is known to hold an answer against."""

NEAR_SLOPE = 0.1
"""A slope that is off by no more is nearly right, where nothing else is said."""


def verdict(answer: float | str | Sequence[str], ruler: Mapping[str, Any] | None) -> Verdict:
    """Return how near an answer came.

    Parameters
    ----------
    answer : float, str or sequence of str
    ruler : mapping or None
    """
    if not ruler:
        return "unknown"
    if isinstance(answer, float):
        return _of_number(answer, ruler)
    right = ruler.get("right")
    if right is None:
        return "unknown"
    if isinstance(answer, str):
        return "right" if answer == right else "wrong"
    told = ruler.get("told")
    return _of_order(answer, list(pairwise(right)) if told is None else told)


def _of_number(answer: float, ruler: Mapping[str, Any]) -> Verdict:
    value, low, high = (ruler.get(name) for name in ("value", "low", "high"))
    if value is None and low is None:
        return "unknown"
    if low is not None and high is not None and within(answer, low, high):
        return "right"
    near = ruler.get("near")
    close = value is not None and near is not None and abs(answer - value) <= near + 1e-9
    return "near" if close else "wrong"


def _of_order(answer: Sequence[str], told: Sequence[Sequence[str]]) -> Verdict:
    """Judge an order by what is told for sure; one swap of neighbours is near."""
    if not told:
        return "unknown"
    if _keeps(answer, told):
        return "right"
    for at in range(len(answer) - 1):
        if _keeps([*answer[:at], answer[at + 1], answer[at], *answer[at + 2 :]], told):
            return "near"
    return "wrong"


def _keeps(answer: Sequence[str], told: Sequence[Sequence[str]]) -> bool:
    return all(answer.index(one) < answer.index(other) for one, other in told)


def ruler_words(ruler: Mapping[str, Any]) -> str:
    """Return what counts as right and as nearly right; "" where that needs no words.

    Parameters
    ----------
    ruler : mapping
    """
    if "told" in ruler:
        return (
            "Right is each order that has nothing against the intervals; nearly right, one that "
            "would be with two neighbours changed."
        )
    low, high, near = ruler.get("low"), ruler.get("high"), ruler.get("near") or 0.0
    said = []
    if low is not None and high is not None:
        said.append(f"Right is from {_short(low)} to {_short(high)}")
    if near > 0.0:
        said.append(f"nearly right, what is off by {_short(near)} at most")
    words = "; ".join(said)
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _short(number: float) -> str:
    text = signed(number, 2)
    return text.rstrip("0").rstrip(".") if "." in text else text
