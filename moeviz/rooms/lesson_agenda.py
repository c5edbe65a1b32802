"""From a lesson to what a room goes through, and what came out where a lesson asks.

A step that reveals is part of the step that asked: in a room the lecturer reveals. All numbers are
facts of the lesson, computed when the room is opened or a step is revealed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from moeviz.lessons.blocks import Block, Check, Look
from moeviz.lessons.facts import OfCurve
from moeviz.lessons.filled import Facts
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.lesson import Step as LessonStep
from moeviz.lessons.notes import notes_of
from moeviz.lessons.origins import runs_read
from moeviz.lessons.questions import Number, Question, Slope
from moeviz.lessons.runs import Run
from moeviz.rooms.agenda import Agenda
from moeviz.rooms.lesson_outcome import filled, words_before
from moeviz.rooms.numbers import key_of
from moeviz.rooms.plain import without_links
from moeviz.rooms.step import LONGEST, MOST_SHOWN, Step
from moeviz.study import plan
from moeviz.text import signed


def of_lesson(
    lesson: Lesson,
    facts: Facts,
    notes: Mapping[str, str] | None = None,
    linked: bool = True,
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
    linked : bool
        Whether others find the lesson on the page of lessons, so that it may be linked.
    """
    known = notes_of(lesson.name) if notes is None else notes
    revealed = {step.reveal.of for step in lesson.steps if step.reveal is not None}
    first = next((n for n, step in enumerate(lesson.steps, 1) if step.kind == "predict"), 0)
    steps = []
    for number, step in enumerate(lesson.steps, start=1):
        if step.reveal is not None and step.reveal.of in revealed:
            continue
        before, after = _shown(step, lesson)
        steps.append(
            Step(
                step.id,
                words=words_before(step, facts),
                page=_page(step, lesson, number if linked and number <= first else 0),
                notes=_notes(step, lesson, known)[: LONGEST["notes"]],
                source=_source(step, lesson),
                shows=_things(before, facts),
                comes=_things(after, facts),
                run=_run([*before, *after], step, lesson),
                **_asked(step, facts),
            )
        )
    link = f"lessons?lesson={lesson.name}" if linked else "lessons"
    return Agenda(lesson.title, link, tuple(steps), lesson.text).checked()


def followed(agenda: Agenda, lesson: Lesson, facts: Facts) -> dict[str, Step]:
    """Return by their names the steps of a lesson's room as other facts have them.

    Parameters
    ----------
    agenda : Agenda
        The room's, in which questions may stand that were typed.
    lesson : Lesson
    facts : mapping of str to Fact
    """
    found = {}
    for new in of_lesson(lesson, facts, {}).steps:
        old = agenda.step(new.id)
        if old is not None and (old.source or {}).get("step") == new.id:
            found[new.id] = replace(new, page=old.page, notes=old.notes, run=old.run)
    return found


def _source(step: LessonStep, lesson: Lesson) -> dict[str, Any]:
    """Return where what came out of a step is read, and which results it speaks of."""
    reveals = [s for s in lesson.steps if s.reveal is not None and s.reveal.of == step.id]
    read = runs_read((step, *reveals), lesson)
    keys = [key_of({"what": what, "name": name}) for what, name in read]
    return {"lesson": lesson.name, "step": step.id, "digest": lesson.digest, "reads": keys}


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
    return without_links("\n\n".join(found))


def _shown(step: LessonStep, lesson: Lesson) -> tuple[list[Block], list[Block]]:
    """Return what a step shows, and what comes once it is revealed, steps that reveal it included.

    Parameters
    ----------
    step : Step
        A lesson's.
    lesson : Lesson
    """
    before, after = (list(blocks) for blocks in step.parted)
    if before and isinstance(before[-1], Check) and before[-1].shows is not None:
        after.insert(0, before[-1].shows)
    for each in lesson.steps:
        if each.reveal is not None and each.reveal.of == step.id:
            after += each.blocks
    return before, after


def _things(blocks: Sequence[Block], facts: Facts) -> tuple[dict[str, Any], ...]:
    """Return pictures and results as plain data, as :mod:`moeviz.ui.room.shown` reads them."""
    found: list[dict[str, Any]] = []
    for block in blocks:
        if isinstance(block, Run):
            said = {"what": block.what, "name": block.name, "curves": [*block.shows]}
            found.append({"run": said})
        elif isinstance(block, Look) and block.picture is not None:
            found.append({"look": {"page": block.page, "link": block.link, "still": block.still}})
        elif isinstance(block, Look):
            page = f"{block.page}?{block.link}" if block.link else block.page
            found.append({"link": {"page": page, "words": filled(block.label, facts)}})
    return tuple(found[:MOST_SHOWN])


def _asked(step: LessonStep, facts: Facts) -> dict[str, Any]:
    question = step.question
    if question is None:
        return {"title": step.title}
    said: dict[str, Any] = {"title": filled(question.question, facts), "kind": question.kind}
    if isinstance(question, Number):
        said |= {"low": question.low, "high": question.high, "by": question.step}
    if isinstance(question, Slope):
        ends = [facts.get(f"{question.curve}.{end}") for end in ("from", "to")]
        said["sizes"] = tuple(float(end) for end in ends if isinstance(end, int | float))
        known = (_known(name, question, facts) for name in question.beside)
        said["known"] = tuple(each for each in known if each is not None)
    named: Sequence[Any] = getattr(question, "options", ()) or getattr(question, "items", ())
    if named:
        said["options"] = tuple((each.name, filled(each.label, facts)) for each in named)
    return said


def _known(name: str, question: Slope, facts: Facts) -> dict[str, Any] | None:
    """Return a curve that is known before, from its first mean to its last; None without those."""
    ends = [facts.get(f"{question.curve}.{what}") for what in ("from", "first")]
    ends += [facts.get(f"{name}.{what}") for what in ("from", "first", "to", "last")]
    numbers = [end for end in ends if isinstance(end, int | float) and end > 0.0]
    if len(numbers) < len(ends):
        return None
    x, y, *rest = map(math.log10, numbers)
    points = [[round(rest[at] - x, 6), round(rest[at + 1] - y, 6)] for at in (0, 2)]
    slope = facts.get(f"{name}.slope")
    said = f" {signed(slope)}" if isinstance(slope, int | float) else ""
    return {"words": f"known{said}", "points": points}


def _run(blocks: Sequence[Block], step: LessonStep, lesson: Lesson) -> dict[str, Any] | None:
    """Return what runs once for all, and of a study the place of the curve that it is about."""
    run = next((block for block in blocks if isinstance(block, Run) and block.live), None)
    if run is None:
        return None
    said = {"what": run.what, "name": run.name, "values": dict(run.values)}
    return {**said, "curve": _curve(run, step.question, lesson)}


def _curve(run: Run, question: Question | None, lesson: Lesson) -> int:
    asked = question.curve if isinstance(question, Slope) else next(iter(run.shows), "")
    source = lesson.facts.get(asked)
    if not isinstance(source, OfCurve) or (run.what, run.name) != ("study", source.study):
        return 0
    spec = run.specification()  # Its fields may leave out curves that the kept result has.
    curves = plan(spec).curves
    return curves.index(source.key.of(cast(Any, SimpleNamespace(curves=curves, spec=spec))))
