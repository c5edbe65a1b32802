"""What came out where a lesson asks, and the words of its steps, with the facts of a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.lessons.answers import right_words, ruler_of, why_unknown, with_guess
from moeviz.lessons.blocks import Block, Check, If, Reveal, Text
from moeviz.lessons.conditions import holds
from moeviz.lessons.filled import Facts
from moeviz.lessons.filled import filled as with_facts
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.lesson import Step as LessonStep
from moeviz.lessons.questions import Answer, Question, Slope
from moeviz.rooms.plain import without_links
from moeviz.rooms.step import LONGEST
from moeviz.ruler import ruler_words


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
        ``words`` for all, and where there is an answer what :func:`moeviz.ruler.verdict` reads,
        the ``answer`` in one sentence, what it ``counts``, what the lesson ``says`` of an answer
        that is ``right``, ``near`` or ``wrong``, with ``{guess}`` for that answer, what it
        ``reads`` of the right one, and slopes of ``theory`` and ``paper``.
    """
    asks = lesson.step(step)
    question = asks.question
    if question is None:
        return None
    ruler = ruler_of(question, facts)
    if not ruler:
        words = [filled(why_unknown(question, facts), facts), _said_of_reveal(lesson, step, facts)]
        return {"words": "\n\n".join(filter(None, words))}
    found = {**ruler, "counts": ruler_words(ruler), **_lines(question, facts)}
    if (block := _judging(lesson, step)) is not None:
        with_right = with_guess(facts, question, _right_answer(ruler))
        known = {**with_right, "guess": "{guess}"}
        told = {"right": block.right, "near": block.near, "wrong": block.wrong}
        found["says"] = {name: filled(words, known) for name, words in told.items()}
        if isinstance(block, Check):
            said_right = filled(block.right, with_right)
            found["reads"] = f"Of that the lesson says: “{said_right}”"
    right = without_links(right_words(question, facts) or "")
    said = _said_of_reveal(lesson, step, facts) or _words(asks.parted[1], facts)
    return {**found, "answer": f"**Right:** {right.removesuffix('.')}.", "words": said}


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


def _judging(lesson: Lesson, step: str) -> Reveal | Check | None:
    """Return what says of an answer how near it came."""
    reveals = (each.reveal for each in lesson.steps)
    found = next((each for each in reveals if each is not None and each.of == step), None)
    blocks = lesson.step(step).blocks
    return found or next((block for block in blocks if isinstance(block, Check)), None)


def _right_answer(ruler: Mapping[str, Any]) -> Answer:
    right = ruler.get("right", ruler.get("value"))
    return tuple(right) if isinstance(right, list) else right


def _lines(question: Question, facts: Facts) -> dict[str, float]:
    """Return the slopes that stand beside a drawn one: theory's, and the paper's."""
    if not isinstance(question, Slope):
        return {}
    found = {name: facts.get(f"{question.curve}.{name}") for name in ("theory", "paper")}
    return {name: float(x) for name, x in found.items() if isinstance(x, int | float)}
