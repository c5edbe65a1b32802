"""Reads a lesson's file: everything that is wrong with it at once, or the lesson."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from moeviz.errors import SpecificationError
from moeviz.lessons.answers import right_words
from moeviz.lessons.blocks import Block, Check, If, Look, Predict, Reveal, Text
from moeviz.lessons.conditions import Fact, holds, short
from moeviz.lessons.faults import Fault, Faults, LessonError
from moeviz.lessons.filled import Facts
from moeviz.lessons.header import header_of
from moeviz.lessons.lesson import Lesson, Step
from moeviz.lessons.made import Making, block_of, text_block
from moeviz.lessons.parts import PartStep, parts_of
from moeviz.lessons.questions import Choice, Question
from moeviz.lessons.results import Results, Shipped
from moeviz.lessons.table import table_of
from moeviz.lessons.words import places

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
"""Of a lesson: of its file, without the ending."""


def read_lesson(text: str | bytes, name: str) -> Lesson:
    """Return the lesson of a file; its numbers are not looked up.

    Parameters
    ----------
    text : str or bytes
        The file's content.
    name : str
        What links say.

    Raises
    ------
    LessonError
        With a line and a reason for each fault.
    """
    faults = Faults()
    if not NAME.fullmatch(name):
        reason = f"Expected a name of small letters, digits and -, but got '{short(name)}'."
        raise LessonError([Fault(1, reason)])
    if isinstance(text, bytes):
        text = _decoded(text)
    parts = parts_of(text, faults)
    header = header_of(parts.header, faults) if parts is not None else None
    if parts is None or header is None:
        faults.end()
        raise LessonError([Fault(1, "Expected a header.")])
    sources = dict(header.facts)
    given = {f"{name}.{fact}" for name, source in sources.items() for fact in source.GIVES}
    making = Making(sources, frozenset(given))
    steps = [_step(step, making, faults) for step in parts.steps]
    _revealed(parts.steps, steps, faults)
    faults.end()
    return Lesson(
        name,
        header.title,
        header.minutes,
        header.needs,
        sources,
        tuple(_still(steps)),
        hashlib.sha256(text.encode()).hexdigest()[:16],
        text,
    )


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LessonError([Fault(line, "Expected a text file in UTF-8.")]) from None


def _step(part: PartStep, making: Making, faults: Faults) -> Step:
    blocks: list[Block] = []
    asks = 0
    for piece in part.parts:
        made: Block | None = None
        if piece.kind == "text":
            with faults.at(piece.line):
                made = text_block(piece, making)
        elif piece.kind != "unknown" and (table := table_of(piece, faults)) is not None:
            made = block_of(piece.kind, table, making)
        asks += piece.kind in ("predict", "check")
        if made is not None:
            blocks.append(made)
    if asks > 1 or sum(piece.kind == "reveal" for piece in part.parts) > 1:
        faults.say(part.line, "Expected one question, and one block reveal, in a step at most.")
    if any(piece.kind == "predict" for piece in part.parts):
        making.asked.append(part.id)
    return Step(part.id, part.title, tuple(blocks))


def _revealed(parts: list[PartStep], steps: list[Step], faults: Faults) -> None:
    """Note what tells an answer before it was asked for, and what is asked and never told."""
    told = {step.reveal.of for step in steps if step.reveal is not None}
    for number, (part, step) in enumerate(zip(parts, steps, strict=True)):
        if step.kind != "predict" or step.question is None:
            continue
        if step.id not in told:
            faults.say(part.line, f"Expected a later step to reveal what '{step.id}' asks.")
        if step.reveal is not None:
            faults.say(part.line, "Expected block reveal in a later step than its prediction.")
        answers = _answers(step.question)
        for before, shown in zip(parts[: number + 1], steps[: number + 1], strict=True):
            given = {name for words in words_of(shown) for name in places(words)} & answers
            for name in sorted(given):
                faults.say(
                    before.line,
                    f"Expected '{{{name}}}' after step '{step.id}', which asks for it.",
                )


def _answers(question: Question) -> set[str]:
    """Return the facts that give a question's answer away."""
    if isinstance(question, Choice):
        return set()
    items = getattr(question, "items", None)
    return {item.fact for item in items} if items else {getattr(question, "fact", "")}


def _still(steps: list[Step]) -> Iterator[Step]:
    """Yield steps whose pictures keep still until the next prediction is made."""
    for number, step in enumerate(steps):
        following = (each.kind for each in steps[number:])
        kind = next((kind for kind in following if kind in ("predict", "reveal")), "reveal")
        still = kind == "predict" and step.reveal is None
        yield replace(step, blocks=tuple(_kept_still(block, still) for block in step.blocks))


def _kept_still(block: Block, still: bool) -> Block:
    if isinstance(block, Look) and still:
        return replace(block, still=True)
    return block


def words_of(step: Step) -> Iterator[str]:
    """Yield all words of a step in which facts may stand.

    Parameters
    ----------
    step : Step
    """
    for block in step.blocks:
        if isinstance(block, Text):
            yield block.words
        elif isinstance(block, Look):
            yield block.label
        elif isinstance(block, Reveal):
            yield from (block.right, block.near, block.wrong, *block.rows.values())
        elif isinstance(block, If):
            yield from (block.then, block.otherwise)
        elif isinstance(block, Predict | Check):
            yield from _asked(block.question)
            if isinstance(block, Check):
                yield from (block.right, block.near, block.wrong)


def _asked(question: Question) -> Iterator[str]:
    yield question.question
    for each in getattr(question, "options", ()) or getattr(question, "items", ()):
        yield each.label


def looked_up(lesson: Lesson, results: Results | None = None) -> dict[str, Fact]:
    """Return a lesson's facts; where one cannot be had, all of those are told.

    Parameters
    ----------
    lesson : Lesson
    results : Results, optional
        By itself what ships.

    Raises
    ------
    LessonError
        If a result or a curve is missing.
    """
    found: dict[str, Fact] = {}
    faults = Faults()
    for name, source in lesson.facts.items():
        try:
            made = source.facts(results or Shipped())
        except SpecificationError as error:
            faults.say(_line_of(lesson, name), f"[facts.{name}]: {error}")
            continue
        found |= {f"{name}.{fact}": _finite(value) for fact, value in made.items()}
    faults.end()
    return found


def _line_of(lesson: Lesson, source: str) -> int:
    """Return the line on which a source of facts begins."""
    lines = (line.strip() for line in lesson.text.splitlines())
    return next((at for at, line in enumerate(lines, 1) if line == f"[facts.{source}]"), 1)


def _finite(value: Fact) -> Fact:
    return None if isinstance(value, float) and not abs(value) < float("inf") else value


def notes(lesson: Lesson, facts: Facts) -> list[str]:
    """Return what an author may want to know of a sound lesson, with today's facts.

    Parameters
    ----------
    lesson : Lesson
    facts : mapping of str to Fact
    """
    found = []
    for step in lesson.steps:
        if step.question is not None and right_words(step.question, facts) is None:
            found.append(f"Step '{step.id}': with what ships its question has no answer.")
        for block in step.blocks:
            if isinstance(block, If) and not holds(block.when, facts):
                found.append(f"Step '{step.id}': what ships is not as its block if expects.")
        missing = [n for w in words_of(step) for n in places(w) if n in facts and facts[n] is None]
        found += [f"Step '{step.id}': {name} has no number." for name in dict.fromkeys(missing)]
    return found
