"""Questions whose answers follow from facts: a choice, a number, a slope, an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moeviz.lessons.conditions import Condition

Answer = str | float | tuple[str, ...]
"""A choice's name; a number or a slope; names in their order."""


@dataclass(frozen=True)
class Option:
    """One of several answers.

    Attributes
    ----------
    name : str
        What a link says.
    label : str
    when : tuple of Comparison
        All of them hold where this is the answer.
    """

    name: str
    label: str
    when: Condition


@dataclass(frozen=True)
class Choice:
    """A question with a few answers, the first of which that fits the facts is right.

    Attributes
    ----------
    question : str
    options : tuple of Option
    """

    kind: ClassVar[str] = "choice"

    question: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Number:
    """A question whose answer is a number.

    Attributes
    ----------
    question : str
    fact : str
        The answer.
    low, high, step, start : float
        Of what may be said.
    near : float
        An answer that is off by no more is nearly right.
    interval : tuple of (str, str), or None
        Facts between which an answer is right; by itself one that is off by half a step.
    """

    kind: ClassVar[str] = "number"

    question: str
    fact: str
    low: float
    high: float
    step: float
    start: float
    near: float
    interval: tuple[str, str] | None = None

    @property
    def digits(self) -> int:
        """Digits after the point with which an answer is written."""
        return 2 if self.step < 0.1 else 1 if self.step < 1.0 else 0


@dataclass(frozen=True)
class Slope(Number):
    """A question whose answer is a slope, drawn by hand on axes with logarithms.

    Attributes
    ----------
    curve : str
        The source of the curve whose slope it is: its sizes and its first error give the axes.
    beside : tuple of str
        Sources of curves that are known before, and drawn on the same axes.
    """

    kind: ClassVar[str] = "slope"

    curve: str = ""
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One of several things to be put in order.

    Attributes
    ----------
    name : str
        What a link says.
    label : str
    fact : str
        The number by which it is ordered.
    between : tuple of (str, str), or None
        Facts between which that number lies; two whose intervals overlap may stand either way.
    """

    name: str
    label: str
    fact: str
    between: tuple[str, str] | None = None


@dataclass(frozen=True)
class Order:
    """A question whose answer is an order.

    Attributes
    ----------
    question : str
    items : tuple of Item
    descending : bool
        Whether the largest stands first.
    """

    kind: ClassVar[str] = "order"

    question: str
    items: tuple[Item, ...]
    descending: bool = False


Question = Choice | Number | Slope | Order
