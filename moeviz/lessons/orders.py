"""Orders of things whose numbers have intervals: what facts tell of them."""

from __future__ import annotations

import math
from itertools import combinations

from moeviz.lessons.conditions import DIGITS
from moeviz.lessons.filled import Facts, filled
from moeviz.lessons.questions import Item, Order
from moeviz.text import listed

Pair = tuple[str, str]


def number_of(name: float | str, facts: Facts) -> float | None:
    """Return a fact's number; None where it is missing or none.

    Parameters
    ----------
    name : float or str
        A number stands for itself.
    facts : mapping of str to Fact
    """
    value = facts[name] if isinstance(name, str) else name
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return None
    return value


def right_order(question: Order, facts: Facts) -> tuple[str, ...] | None:
    """Return the items' names as the facts order them; None where one has no number.

    Parameters
    ----------
    question : Order
    facts : mapping of str to Fact
    """
    values = {item.name: number_of(item.fact, facts) for item in question.items}
    if any(value is None for value in values.values()):
        return None
    return tuple(sorted(values, key=lambda name: values[name] or 0.0, reverse=question.descending))


def told_pairs(question: Order, facts: Facts) -> frozenset[Pair]:
    """Return which things come before which for sure: their intervals do not touch.

    Parameters
    ----------
    question : Order
    facts : mapping of str to Fact
    """
    if (order := right_order(question, facts)) is None:
        return frozenset()
    ends = {item.name: _ends(item, facts) for item in question.items}
    found = set()
    for one, other in combinations(order, 2):
        first, second = (other, one) if question.descending else (one, other)
        if ends[first][1] < ends[second][0]:
            found.add((one, other))
    return frozenset(found)


def _ends(item: Item, facts: Facts) -> tuple[float, float]:
    value = number_of(item.fact, facts) or 0.0
    low, high = (number_of(end, facts) for end in item.between or (value, value))
    inside = (value if low is None else low, value if high is None else high)
    return round(inside[0], DIGITS), round(inside[1], DIGITS)


def order_words(question: Order, facts: Facts) -> str | None:
    """Return the right order, and what of it cannot be told; None where nothing can.

    Parameters
    ----------
    question : Order
    facts : mapping of str to Fact
    """
    order, told = right_order(question, facts), told_pairs(question, facts)
    if order is None or not told:
        return None
    labels = {item.name: filled(item.label, facts) for item in question.items}
    words = ", then ".join(labels[name] for name in order)
    open_pairs = [pair for pair in combinations(order, 2) if pair not in told]
    pairs = [" and ".join(f"“{labels[name]}”" for name in pair) for pair in open_pairs]
    return f"{words} ({listed(pairs)} cannot be told apart)" if pairs else words
