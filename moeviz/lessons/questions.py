"""Questions whose answers follow from facts, and conditions on facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Between:
    """A condition: a fact lies in an interval.

    Attributes
    ----------
    fact : str
        Its name.
    low, high : float or str
        Numbers, or names of facts.
    """

    fact: str
    low: float | str
    high: float | str


@dataclass(frozen=True)
class Option:
    """One of several answers.

    Attributes
    ----------
    name : str
        What a link says.
    label : str
    when : tuple of Between
        All of them hold where this is the answer.
    """

    name: str
    label: str
    when: tuple[Between, ...]


@dataclass(frozen=True)
class Choice:
    """A question with a few answers, the first of which that fits the facts is right.

    Attributes
    ----------
    question : str
    options : tuple of Option
    """

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
    close : float
        An answer that is off by no more is nearly right.
    curve : int or None
        The curve of the revealed study whose slope it is.
    interval : tuple of (str, str), or None
        Facts between which an answer is right; by itself one that is off by half a step.
    """

    question: str
    fact: str
    low: float
    high: float
    step: float
    start: float
    close: float
    curve: int | None = None
    interval: tuple[str, str] | None = None

    @property
    def digits(self) -> int:
        """Digits after the point with which an answer is written."""
        return 2 if self.step < 0.1 else 1


Question = Choice | Number
