"""From facts to words and verdicts: what a text says today, and who was right."""

from __future__ import annotations

from typing import Any

from moeviz.errors import SpecificationError
from moeviz.lessons.blocks import Check, Reveal
from moeviz.lessons.conditions import holds, missing, short
from moeviz.lessons.filled import Facts, filled
from moeviz.lessons.orders import number_of, order_words, right_order, told_pairs
from moeviz.lessons.questions import Answer, Choice, Option, Order, Question
from moeviz.ruler import Verdict, verdict
from moeviz.text import listed, signed

LONGEST = 200
"""Letters of an answer."""


def right_option(question: Choice, facts: Facts) -> Option | None:
    """Return the first option that the facts bear out; None where there is none.

    Parameters
    ----------
    question : Choice
    facts : mapping of str to Fact
    """
    return next((option for option in question.options if holds(option.when, facts)), None)


def read_answer(question: Question, text: str) -> Answer:
    """Return what a link, a phone or the store says as an answer.

    Parameters
    ----------
    question : Question
    text : str
        As :func:`answer_text` writes it.

    Raises
    ------
    SpecificationError
        If it is none.
    """
    given = text if isinstance(text, str) else ""
    if isinstance(question, Choice):
        names = [option.name for option in question.options]
        if given in names:
            return given
        expected = f"one of {', '.join(names)}"
    elif isinstance(question, Order):
        order = tuple(given[:LONGEST].split(","))
        names = [item.name for item in question.items]
        if sorted(order) == sorted(names):
            return order
        expected = f"all of {', '.join(names)}, in an order"
    else:
        try:
            value = float(given[:LONGEST])
        except ValueError:
            value = float("nan")
        if question.low <= value <= question.high:
            return value + 0.0  # No zero with a minus.
        expected = f"a number from {question.low:g} to {question.high:g}"
    raise SpecificationError(
        f"Expected this lesson's answer to be {expected}, but got '{short(given)}'; start again."
    )


def answer_text(answer: Answer) -> str:
    """Return an answer as a link and the store have it.

    Parameters
    ----------
    answer : str, float or tuple of str
    """
    if isinstance(answer, tuple):
        return ",".join(answer)
    return f"{answer:g}" if isinstance(answer, float) else answer


def judged(question: Question, answer: Answer, facts: Facts) -> Verdict:
    """Return how near an answer was.

    Parameters
    ----------
    question : Question
    answer : str, float or tuple of str
        As :func:`read_answer` returns it.
    facts : mapping of str to Fact
    """
    return verdict(answer, ruler_of(question, facts))


def ruler_of(question: Question, facts: Facts) -> dict[str, Any]:
    """Return what answers are held against, as :func:`moeviz.ruler.verdict` reads it.

    Parameters
    ----------
    question : Question
    facts : mapping of str to Fact

    Returns
    -------
    dict
        Empty where the facts have no answer.
    """
    if isinstance(question, Choice):
        right = right_option(question, facts)
        return {} if right is None else {"right": right.name}
    if isinstance(question, Order):
        order = right_order(question, facts)
        told = sorted(map(list, told_pairs(question, facts)))
        return {"right": list(order), "told": told} if order is not None and told else {}
    value = number_of(question.fact, facts)
    if value is None:
        return {}
    half = question.step / 2
    ends = question.interval or (value - half, value + half)
    low, high = (number_of(end, facts) for end in ends)
    found = {"value": value, "low": low, "high": high, "near": question.near}
    return {name: float(number) for name, number in found.items() if number is not None}


def answer_words(question: Question, answer: Answer) -> str:
    """Return an answer as it is shown.

    Parameters
    ----------
    question : Question
    answer : str, float or tuple of str
    """
    if isinstance(question, Choice):
        return next(option.label for option in question.options if option.name == answer)
    if isinstance(question, Order):
        labels = {item.name: item.label for item in question.items}
        names = answer if isinstance(answer, tuple) else ()
        return ", then ".join(labels[name] for name in names)
    return signed(float(answer) if isinstance(answer, float) else None, question.digits)


def right_words(question: Question, facts: Facts) -> str | None:
    """Return the right answer as it is shown; None where there is none.

    Parameters
    ----------
    question : Question
    facts : mapping of str to Fact
    """
    if isinstance(question, Choice):
        right = right_option(question, facts)
        return None if right is None else filled(right.label, facts)
    if isinstance(question, Order):
        return order_words(question, facts)
    value = number_of(question.fact, facts)
    return None if value is None else signed(value, 2)


def with_guess(facts: Facts, question: Question, guess: Answer) -> Facts:
    """Return facts to which ``guess`` was added, and ``answer``, the right one, if there is one.

    Parameters
    ----------
    facts : mapping of str to Fact
    question : Question
    guess : str, float or tuple of str
        As :func:`read_answer` returns it.
    """
    right = right_words(question, facts)
    said = filled(answer_words(question, guess), facts)
    return {**facts, "guess": said, "answer": "no answer" if right is None else right}


def said_of(block: Reveal | Check, question: Question, answer: Answer, facts: Facts) -> str:
    """Return what a block says of an answer: whether it is right, or why that is not known.

    Parameters
    ----------
    block : Reveal or Check
    question : Question
        That it tells the answer of.
    answer : str, float or tuple of str
        As :func:`read_answer` returns it.
    facts : mapping of str to Fact
    """
    told = {"right": block.right, "near": block.near, "wrong": block.wrong}
    found = judged(question, answer, facts)
    words = why_unknown(question, facts) if found == "unknown" else told[found]
    return filled(words, with_guess(facts, question, answer))


def why_unknown(question: Question, facts: Facts) -> str:
    """Return why facts have no answer to a question, as a sentence.

    Parameters
    ----------
    question : Question
    facts : mapping of str to Fact
    """
    if isinstance(question, Choice):
        if any(missing(option.when, facts) for option in question.options):
            return "A number that decides this is missing in this result."
        said = listed([f"“{filled(option.label, facts)}”" for option in question.options])
        return f"This result bears out none of the answers {said}."
    if isinstance(question, Order) and right_order(question, facts) is not None:
        return "This result cannot tell: the intervals of all of them overlap."
    return "This result has no number to hold that against."
