"""From a lesson to what a room goes through, and what came out where a lesson asks.

A step that reveals is part of the step that asked: in a room the lecturer reveals. All numbers are
facts of the lesson, computed when the room is opened or a step is revealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.lessons.answers import right_option, with_guess
from moeviz.lessons.blocks import Check, If, Look, Predict, Text
from moeviz.lessons.conditions import holds
from moeviz.lessons.facts import OfCurve
from moeviz.lessons.filled import Facts
from moeviz.lessons.filled import filled as with_facts
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.lesson import Step as LessonStep
from moeviz.lessons.notes import notes_of
from moeviz.lessons.orders import right_order, told_pairs
from moeviz.lessons.questions import Choice, Number, Order, Question, Slope
from moeviz.lessons.results import Results, Shipped
from moeviz.rooms.agenda import LONGEST, Agenda, Step
from moeviz.rooms.plain import plain


def of_lesson(
    lesson: Lesson,
    facts: Facts,
    notes: Mapping[str, str] | None = None,
    results: Results | None = None,
) -> Agenda:
    """Return what a room goes through in a lesson.

    Parameters
    ----------
    lesson : Lesson
    facts : mapping of str to Fact
        The lesson's.
    notes : mapping of str to str, optional
        What the lecturer alone sees, by the ids of steps, and by "" what is said of all; by itself
        the lesson's.
    results : Results, optional
        Where curves of runs are looked up; by itself what ships.
    """
    known = notes_of(lesson.name) if notes is None else notes
    revealed = {step.reveal.of for step in lesson.steps if step.reveal is not None}
    first = next((n for n, step in enumerate(lesson.steps, 1) if step.kind == "predict"), 0)
    steps = []
    for number, step in enumerate(lesson.steps, start=1):
        if step.reveal is not None and step.reveal.of in revealed:
            continue
        words = "\n\n".join(filled(b.words, facts) for b in step.blocks if isinstance(b, Text))
        steps.append(
            Step(
                step.id,
                words=words[: LONGEST["words"]],
                page=_page(step, lesson, number if number <= first else 0),
                notes=_notes(step, lesson, known)[: LONGEST["notes"]],
                source={"lesson": lesson.name, "step": step.id, "digest": lesson.digest},
                **_asked(step, lesson, facts, results or Shipped()),
            )
        )
    return Agenda(lesson.title, f"lessons?lesson={lesson.name}", tuple(steps)).checked()


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


def filled(words: str, facts: Facts) -> str:
    """Return words with today's facts in their places, as a room shows them."""
    return plain(with_facts(words, facts))


def _page(step: LessonStep, lesson: Lesson, number: int) -> str:
    """Return where the step's picture is: a page to touch, or the lesson's own still one."""
    look = next((block for block in step.blocks if isinstance(block, Look)), None)
    if look is not None and not look.still:
        return f"{look.page}?{look.link}" if look.link else look.page
    return f"lessons?lesson={lesson.name}&step={number}" if number else ""


def _notes(step: LessonStep, lesson: Lesson, notes: Mapping[str, str]) -> str:
    """Return what is noted of a step and of the one that reveals it; with the first, of all."""
    names = ["" if step is lesson.steps[0] else step.id, step.id]
    names += [each.id for each in lesson.steps if each.reveal and each.reveal.of == step.id]
    found = [notes[name] for name in dict.fromkeys(names) if name in notes]
    return plain("\n\n".join(found))


def _asked(step: LessonStep, lesson: Lesson, facts: Facts, results: Results) -> dict[str, Any]:
    question = step.question
    if question is None:
        return {"title": step.title}
    said: dict[str, Any] = {"title": filled(question.question, facts), "kind": question.kind}
    if isinstance(question, Number):
        said |= {"low": question.low, "high": question.high, "by": question.step}
    if isinstance(question, Slope):
        ends = [facts.get(f"{question.curve}.{end}") for end in ("from", "to")]
        said["sizes"] = tuple(float(end) for end in ends if isinstance(end, int | float))
    named: Sequence[Any] = getattr(question, "options", ()) or getattr(question, "items", ())
    if named:
        said["options"] = tuple((each.name, filled(each.label, facts)) for each in named)
    run = _run(step, lesson, question, results)
    return {**said, "run": run} if run is not None else said


def _run(
    step: LessonStep, lesson: Lesson, question: Question, results: Results
) -> dict[str, Any] | None:
    """Return the study that the reveal of a step runs, and the place of the curve it is about."""
    reveals = [each for each in lesson.steps if each.reveal and each.reveal.of == step.id]
    runs = [run for each in reveals for run in each.runs if run.live and run.what == "study"]
    if not runs:
        return None
    asked = question.curve if isinstance(question, Slope) else next(iter(runs[0].shows), "")
    source, place = lesson.facts.get(asked), 0
    if isinstance(source, OfCurve) and source.study == runs[0].name:
        result = results.study(source.study).result
        place = result.curves.index(source.key.of(result))
    return {"preset": runs[0].name, "values": dict(runs[0].values), "curve": place}


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
        ifs = [
            filled(block.then if holds(block.when, facts) else block.otherwise, facts)
            for block in each.blocks
            if isinstance(block, If)
        ]
        return " ".join([*rows, *ifs]).replace("..", ".")
    return ""


def _said_of_check(
    step: LessonStep, question: Question, found: Mapping[str, Any], facts: Facts
) -> str:
    check = next((block for block in step.blocks if isinstance(block, Check | Predict)), None)
    if not isinstance(check, Check) or not found:
        return "" if found else "These results have no answer to hold that against."
    right = found.get("right", found.get("value"))
    answer = tuple(right) if isinstance(right, list) else right
    return filled(check.right, with_guess(facts, question, answer))
