"""What came out where a lesson asks, and the words of its steps, with the facts of a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.lessons.answers import right_option, with_guess
from moeviz.lessons.blocks import Block, Check, If, Predict, Text
from moeviz.lessons.conditions import holds
from moeviz.lessons.filled import Facts
from moeviz.lessons.filled import filled as with_facts
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.lesson import Step as LessonStep
from moeviz.lessons.orders import right_order, told_pairs
from moeviz.lessons.questions import Choice, Order, Question
from moeviz.rooms.plain import without_links
from moeviz.rooms.step import LONGEST


def came_out(lesson: Lesson, step: str, facts: Facts) -> dict[str, Any] | None:
    """Return what came out where a lesson asks; None where it asks nothing.

    Parameters
    ----------
    lesson : Lesson
    step : str
        The step's id.
    facts : mapping of str to Fact
        The lesson's.

    Returns
    -------
    dict or None
        ``words``, and what :func:`moeviz.rooms.answers.is_right` reads, where there is an answer.
    """
    asks = lesson.step(step)
    question = asks.question
    if question is None:
        return None
    found = _right(question, facts)
    said = _said_of_reveal(lesson, step, facts) or _said_of_check(asks, question, found, facts)
    return {**found, "words": said}


def words_before(step: LessonStep, facts: Facts) -> str:
    """Return what a step says before its question is answered; of one without, all that it says.

    Parameters
    ----------
    step : Step
        A lesson's.
    facts : mapping of str to Fact
    """
    return _words(step.parted[0], facts)[: LONGEST["words"]]


def _words(blocks: Sequence[Block], facts: Facts) -> str:
    said = []
    for block in blocks:
        if isinstance(block, Text):
            said.append(block.words)
        elif isinstance(block, If):
            said.append(block.then if holds(block.when, facts) else block.otherwise)
    return "\n\n".join(filled(words, facts) for words in said)


def filled(words: str, facts: Facts) -> str:
    """Return words with today's facts in their places, as a room shows them.

    Parameters
    ----------
    words : str
    facts : mapping of str to Fact

    Raises
    ------
    SpecificationError
        If they name a fact that there is not.
    """
    return without_links(with_facts(words, facts))


def _right(question: Question, facts: Facts) -> dict[str, Any]:
    if isinstance(question, Choice):
        right = right_option(question, facts)
        return {} if right is None else {"right": right.name}
    if isinstance(question, Order):
        order = right_order(question, facts)
        told = sorted(map(list, told_pairs(question, facts)))
        return {"right": list(order), "told": told} if order is not None and told else {}
    value, half = facts.get(question.fact), question.step / 2
    if not isinstance(value, int | float):
        return {}
    low, high = (facts.get(end) for end in question.interval or ("", ""))
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        low, high = value - half, value + half
    return {"value": float(value), "low": float(low), "high": float(high)}


def _said_of_reveal(lesson: Lesson, step: str, facts: Facts) -> str:
    """Return what a reveal puts beside predictions, and what the lesson makes of it."""
    for each in lesson.steps:
        if each.reveal is None or each.reveal.of != step:
            continue
        known = {**facts, "guess": "", "answer": ""}
        rows = [
            f"**{title.capitalize()}:** {filled(words, known)}."
            for title, words in each.reveal.rows.items()
        ]
        said = " ".join(rows).replace("..", ".")
        return "\n\n".join(filter(None, (said, _words(each.blocks, facts))))
    return ""


def _said_of_check(
    step: LessonStep, question: Question, found: Mapping[str, Any], facts: Facts
) -> str:
    check = next((block for block in step.blocks if isinstance(block, Check | Predict)), None)
    if not isinstance(check, Check) or not found:
        return "" if found else "These results have no answer to hold that against."
    right = found.get("right", found.get("value"))
    answer = tuple(right) if isinstance(right, list) else right
    said = filled(check.right, with_guess(facts, question, answer))
    return "\n\n".join(filter(None, (said, _words(step.parted[1], facts))))
