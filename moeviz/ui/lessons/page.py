"""A lesson's page: one step at a time, with what was predicted, and the ways on."""

from __future__ import annotations

import streamlit as st

from moeviz.charts.lesson_slope import revealed_document
from moeviz.lessons.answers import read_answer, said_of, with_guess
from moeviz.lessons.blocks import Block, Check, If, Look, Next, Predict, Reveal, Text
from moeviz.lessons.conditions import Fact, holds
from moeviz.lessons.filled import Facts, filled
from moeviz.lessons.lesson import Lesson, Step
from moeviz.lessons.progress import Place
from moeviz.lessons.questions import Slope
from moeviz.lessons.runs import Run
from moeviz.ui.lessons.answering import show_check, show_predict
from moeviz.ui.lessons.ask import Read, curve_of, draw_slope
from moeviz.ui.lessons.here import lesson_here
from moeviz.ui.lessons.kept import remember
from moeviz.ui.lessons.link import LESSON, SAID, SEED, STEP
from moeviz.ui.lessons.live import facts_now, job_of, results_now
from moeviz.ui.lessons.looks import Guess, show_look, show_run
from moeviz.ui.lessons.running import offer
from moeviz.ui.lessons.state import STATE
from moeviz.ui.lessons.ways import show_below, show_way, show_ways
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.plane import plane
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.typeset import mixed


def asked() -> Request:
    """Return which step of which lesson is seen, and what was said."""
    return Request({name: STATE.own(name) for name in (LESSON, STEP, SAID, SEED)}, {})


def lesson_of(request: Request) -> Lesson | None:
    """Return the lesson that is seen; None for the list of all.

    Parameters
    ----------
    request : Request
    """
    return lesson_here(request.own[LESSON]) if request.own[LESSON] else None


def show(request: Request, lesson: Lesson) -> None:
    """Show the step.

    Parameters
    ----------
    request : Request
    lesson : Lesson

    Raises
    ------
    SpecificationError
        If a kept result is missing that the lesson reads.
    """
    own = request.own
    number, said = own[STEP], own[SAID]
    step = lesson.steps[number - 1]
    facts = facts_now(lesson, own[SEED])
    remember(lesson, Place(number, said, own[SEED]))
    if step.reveal is not None:
        _verdict(step.reveal, lesson, request, facts)
    split = _beside(step)
    picture, beside = st.columns([5, 3], gap="medium") if split else (st.container(),) * 2
    drawn = None
    if isinstance(step.question, Slope):
        with picture:
            drawn = _draw(step.question, step, lesson, request, facts)
    # The others wait for the answer.
    shown = step.blocks if step.id in said else step.parted[0]
    for place, block in enumerate(shown):
        with picture if split and isinstance(block, Look | Run) and _big(block) else beside:
            if isinstance(block, Predict):
                show_predict(block, step, request, facts, drawn)
            else:
                _show(block, step, lesson, request, facts, f".{place}" if place else "", split)
    with beside:
        show_ways(step, lesson, request)
    show_below(lesson, request, facts)


def _beside(step: Step) -> bool:
    """Return whether a picture has words beside it: what is run, only where nothing comes before.

    On a phone the picture comes first, so that words which say what it is stay above it.
    """
    if step.kind == "run":
        return len(step.runs) == 1 and step.blocks[0] == step.runs[0]
    return step.kind in ("look", "predict", "text") and _draws(step)


def _draws(step: Step) -> bool:
    return isinstance(step.question, Slope) or any(_big(block) for block in step.blocks)


def _draw(question: Slope, step: Step, lesson: Lesson, request: Request, facts: Facts) -> Read:
    said = request.own[SAID].get(step.id)
    answer = None if said is None else read_answer(question, said)
    return draw_slope(
        question, lesson, results_now(lesson, request.own[SEED]),
        answer if isinstance(answer, float) else None, facts,
        STATE.key(f"{step.id}.drawn.{said is not None}"),
    )  # fmt: skip


def _big(block: Block) -> bool:
    return isinstance(block, Run) or (isinstance(block, Look) and block.picture is not None)


def _show(
    block: Block, step: Step, lesson: Lesson, request: Request, facts: Facts, place: str,
    compact: bool,
) -> None:  # fmt: skip
    if isinstance(block, Look):
        show_look(block, lesson, compact, facts, place)
    elif isinstance(block, Run):
        job = job_of(block, request.own[SEED])
        show_run(block, lesson, compact, facts, job, _guess(step, lesson, request), place)
        if block.live:
            offer(block, request.own[SEED], job, place)
    elif isinstance(block, Text):
        with_terms(filled(block.words, facts))
    elif isinstance(block, If):
        words = block.then if holds(block.when, facts) else block.otherwise
        with_terms(filled(words, facts))
    elif isinstance(block, Reveal):
        _reveal(block, lesson, request, facts)
    elif isinstance(block, Check):
        show_check(block, step, lesson, request, facts)
    elif isinstance(block, Next):
        for way in block.ways:
            show_way(way, facts)


def _guess(step: Step, lesson: Lesson, request: Request) -> Guess | None:
    """Return the predicted slope with its curve, where it is revealed."""
    if step.reveal is None or (said := request.own[SAID].get(step.reveal.of)) is None:
        return None
    question = lesson.step(step.reveal.of).question
    if not isinstance(question, Slope):
        return None
    answer = read_answer(question, said)
    return (question.curve, float(answer)) if isinstance(answer, float) else None


def _verdict(block: Reveal, lesson: Lesson, request: Request, facts: Facts) -> None:
    """Say how near the prediction was, in one sentence."""
    question = lesson.step(block.of).question
    assert question is not None
    said = read_answer(question, request.own[SAID][block.of])
    with_terms(f"**{said_of(block, question, said, facts)}**", key="lessons.verdict")


def _reveal(block: Reveal, lesson: Lesson, request: Request, facts: Facts) -> None:
    """Show what was predicted beside what was measured, theory, and the paper."""
    question = lesson.step(block.of).question
    assert question is not None
    said = read_answer(question, request.own[SAID][block.of])
    told = with_guess(facts, question, said)
    rows = {"You": str(told["guess"])}
    rows |= {title: filled(words, told) for title, words in block.rows.items()}
    words = "\n".join(f"- **{title}:** {mixed(words)}" for title, words in rows.items())
    if not isinstance(question, Slope) or not isinstance(said, float):
        st.markdown(words)
        return
    picture, beside = st.columns([5, 3], gap="medium")
    with beside:
        st.markdown(words)
    with picture:
        curve = curve_of(question.curve, lesson, results_now(lesson, request.own[SEED]), "measured")
        theory, paper = (facts.get(f"{question.curve}.{name}") for name in ("theory", "paper"))
        document = revealed_document(curve, said, _slope(theory), _slope(paper))
        plane(document, key="lessons.revealed", title=lesson.title, file_name="moeviz-prediction")


def _slope(fact: Fact) -> float | None:
    return float(fact) if isinstance(fact, int | float) else None
