"""From facts to words and verdicts: what a text says today, and who was right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from moeviz.errors import SpecificationError
from moeviz.lessons.facts import Fact
from moeviz.lessons.questions import Between, Choice, Number, Option, Question
from moeviz.text import signed, within

Facts = Mapping[str, Fact]

Verdict = Literal["right", "close", "wrong", "open"]
"""Open: the facts have no answer to hold it against."""

_PLACE = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)(?::(\d))?\}")

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
                f"Expected a fact of this lesson, but got '{name}'; known are {', '.join(facts)}."
            )
        return written(facts[name], DIGITS if digits is None else int(digits))

    return _PLACE.sub(put, words)


def written(fact: Fact, digits: int = DIGITS) -> str:
    """Return a fact as text.

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
    return signed(fact, digits)


def holds(when: Sequence[Between], facts: Facts) -> bool:
    """Return whether all conditions hold; where a number is missing, none does.

    Parameters
    ----------
    when : sequence of Between
    facts : mapping of str to Fact
    """
    for each in when:
        value, low, high = (_number(name, facts) for name in (each.fact, each.low, each.high))
        if value is None or low is None or high is None or not within(value, low, high, 4):
            return False
    return True


def _number(name: float | str, facts: Facts) -> float | None:
    value = facts[name] if isinstance(name, str) else name
    return None if isinstance(value, str) else value


def right_option(question: Choice, facts: Facts) -> Option | None:
    """Return the first option that the facts bear out; None where there is none.

    Parameters
    ----------
    question : Choice
    facts : mapping of str to Fact
    """
    return next((option for option in question.options if holds(option.when, facts)), None)


def read_answer(question: Question, text: str) -> str | float:
    """Return what a link says as an answer.

    Parameters
    ----------
    question : Question
    text : str

    Raises
    ------
    SpecificationError
        If it is none.
    """
    if isinstance(question, Choice):
        names = [option.name for option in question.options]
        if text in names:
            return text
        expected = f"one of {', '.join(names)}"
    else:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if question.low <= value <= question.high:
            return value
        expected = f"a number from {question.low:g} to {question.high:g}"
    raise SpecificationError(
        f"Expected this lesson's answer to be {expected}, but got '{text[:40]}'; start again."
    )


def judged(question: Question, answer: str | float, facts: Facts) -> Verdict:
    """Return how near an answer was.

    Parameters
    ----------
    question : Question
    answer : str or float
        As :func:`read_answer` returns it.
    facts : mapping of str to Fact
    """
    if isinstance(question, Choice):
        right = right_option(question, facts)
        return "open" if right is None else "right" if answer == right.name else "wrong"
    value = _number(question.fact, facts)
    if value is None:
        return "open"
    return _near(question, float(answer), value, facts)


def _near(question: Number, answer: float, value: float, facts: Facts) -> Verdict:
    half = question.step / 2
    ends = question.interval or (value - half, value + half)
    low, high = (_number(end, facts) for end in ends)
    if low is not None and high is not None and within(answer, low, high):
        return "right"
    return "close" if abs(answer - value) <= question.close + 1e-9 else "wrong"


def answer_words(question: Question, answer: str | float) -> str:
    """Return an answer as it is shown.

    Parameters
    ----------
    question : Question
    answer : str or float
    """
    if isinstance(question, Choice):
        return next(option.label for option in question.options if option.name == answer)
    return signed(float(answer), question.digits)
