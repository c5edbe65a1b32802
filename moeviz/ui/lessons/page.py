"""A lesson's page: one step at a time, with what was predicted, and the ways on."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moeviz.lessons import LESSONS
from moeviz.lessons.answers import (
    Facts,
    answer_words,
    filled,
    holds,
    judged,
    right_option,
)
from moeviz.lessons.blocks import (
    Block,
    Check,
    If,
    Lesson,
    Look,
    Next,
    Predict,
    Reveal,
    Run,
    Text,
    Way,
)
from moeviz.lessons.facts import facts_of
from moeviz.lessons.questions import Choice, Number, Question
from moeviz.study.kept import kept_result
from moeviz.ui.lessons.link import CHECK, LESSON, PREDICT, STEP, request_of
from moeviz.ui.lessons.looks import show_look
from moeviz.ui.lessons.state import AGAIN, STATE
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.navigation import ADDRESSES, LESSONS_PATH
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.typeset import mixed

_OPEN = "This result has no answer to hold that against."


def asked() -> Request:
    """Return which step of which lesson is seen, and what was said."""
    return Request({name: STATE.own(name) for name in (LESSON, STEP, PREDICT, CHECK)}, {})


def lesson_of(request: Request) -> Lesson:
    """Return the lesson that is seen.

    Parameters
    ----------
    request : Request
    """
    return LESSONS[request.own[LESSON]]


def show(request: Request) -> None:
    """Show the step.

    Parameters
    ----------
    request : Request

    Raises
    ------
    SpecificationError
        If a kept result is missing that the lesson reads.
    """
    lesson, number = lesson_of(request), request.own[STEP]
    step, before = lesson.steps[number - 1], number < lesson.reveals[0]
    facts = _facts(lesson.name)
    st.progress(number / len(lesson.steps), f"{number} of {len(lesson.steps)}: {step.title}")
    if number == lesson.reveals[0]:
        _verdict(lesson.reveals[1], lesson, request, facts)
    picture, beside = st.columns([5, 3], gap="medium") if before else (st.container(),) * 2
    for block in step.blocks:
        with picture if isinstance(block, Look | Run) else beside:
            _show(block, lesson, request, facts)
    with beside:
        _ways(lesson, request)
    _others(lesson)


@lru_cache(maxsize=64)
def _facts(lesson: str) -> Facts:
    return facts_of(LESSONS[lesson].facts, kept_result)


def _show(block: Block, lesson: Lesson, request: Request, facts: Facts) -> None:
    if isinstance(block, Look | Run):
        compact = request.own[STEP] < lesson.reveals[0]
        show_look(block, lesson, compact, _guess(lesson, request))
    elif isinstance(block, Text):
        with_terms(filled(block.words, facts))
    elif isinstance(block, If):
        words = block.then if holds(block.when, facts) else block.otherwise
        with_terms(filled(words, facts))
    elif isinstance(block, Predict):
        _predict(block, request, facts)
    elif isinstance(block, Reveal):
        _reveal(block, lesson, request, facts)
    elif isinstance(block, Check):
        _check(block, lesson, request, facts)
    else:
        _next(block)


def _guess(lesson: Lesson, request: Request) -> tuple[int, float] | None:
    """Return the predicted slope with its curve, once it is revealed."""
    question, said = lesson.predicts[1].question, request.own[PREDICT]
    if not isinstance(question, Number) or question.curve is None or said is None:
        return None
    return (question.curve, float(said)) if request.own[STEP] >= lesson.reveals[0] else None


def _predict(block: Predict, request: Request, facts: Facts) -> None:
    said = request.own[PREDICT]
    answer = _ask(block.question, PREDICT, said, facts)
    if said is None:
        st.button(
            "That is my prediction",
            key=STATE.key("commit"),
            type="primary",
            disabled=answer is None,
            on_click=_commit,
            args=(PREDICT, answer, request.own[STEP] + 1),
        )
    else:
        st.caption("You have predicted; only *Start again* takes that back.")


def _ask(
    question: Question, name: str, said: str | float | None, facts: Facts
) -> str | float | None:
    """Show a question's widget, and return what it says."""
    label, key = filled(question.question, facts), STATE.key(f"{name}.{said is not None}")
    if isinstance(question, Choice):
        options = {option.name: option.label for option in question.options}
        index = None if said is None else list(options).index(str(said))
        found: str | None = st.radio(
            label, list(options), index, format_func=options.__getitem__, key=key,
            disabled=said is not None,
        )  # fmt: skip
        return found
    value = question.start if said is None else float(said)
    return float(
        st.slider(
            label, question.low, question.high, value, question.step, f"%.{question.digits}f",
            key=key, disabled=said is not None,
        )
    )  # fmt: skip


def _verdict(block: Reveal, lesson: Lesson, request: Request, facts: Facts) -> None:
    """Say how near the prediction was."""
    question, said = lesson.predicts[1].question, request.own[PREDICT]
    told = {"right": block.right, "close": block.close, "wrong": block.wrong, "open": _OPEN}
    words = told[judged(question, said, facts)]
    guess = answer_words(question, said)
    with_terms(f"**{filled(words, {**facts, 'guess': guess})}**", key="lessons.verdict")


def _reveal(block: Reveal, lesson: Lesson, request: Request, facts: Facts) -> None:
    """Show what was predicted beside what was measured, theory, and the paper."""
    guess = answer_words(lesson.predicts[1].question, request.own[PREDICT])
    rows = {"You": guess} | {title: filled(said, facts) for title, said in block.rows.items()}
    st.markdown("\n".join(f"- **{title}:** {mixed(said)}" for title, said in rows.items()))


def _check(block: Check, lesson: Lesson, request: Request, facts: Facts) -> None:
    said = request.own[CHECK]
    answer = _ask(block.question, CHECK, said, facts)
    if said is None:
        st.button(
            "That is my answer",
            key=STATE.key("answer"),
            type="primary",
            disabled=answer is None,
            on_click=_commit,
            args=(CHECK, answer, request.own[STEP]),
        )
        return
    verdict = judged(block.question, said, facts)
    told = {"right": block.right, "open": _OPEN}.get(verdict, block.wrong)
    right = right_option(block.question, facts)
    answered = f"The answer is: {right.label}. " if right and verdict == "wrong" else ""
    with_terms(f"**{answered}{filled(told, facts)}**", key="lessons.answered")
    if block.shows is not None:
        show_look(block.shows, lesson, compact=False)


def _next(block: Next) -> None:
    for way in block.ways:
        _way(way)


def _way(way: Way) -> None:
    """Show a way on: to another page by a link, to another lesson by a button."""
    path = next(path for path, address in ADDRESSES.items() if address == way.page)
    if path == LESSONS_PATH:
        st.button(
            way.label,
            key=f"lessons.way.{way.label}",
            type="primary",
            on_click=STATE.restore,
            args=(request_of(way.link[LESSON]),),
        )
    else:
        st.page_link(path, label=way.label, query_params=dict(way.link))


def _ways(lesson: Lesson, request: Request) -> None:
    """Show the buttons that lead through the lesson."""
    number = request.own[STEP]
    waits = number == lesson.predicts[0] and request.own[PREDICT] is None
    last = number == len(lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Back", key="lessons.back", disabled=number == 1, on_click=_go, args=(-1,))
        if not last and not waits:
            st.button("Next", key="lessons.next", type="primary", on_click=_go, args=(1,))
        st.button("Start again", key=AGAIN, on_click=_again)


def _others(lesson: Lesson) -> None:
    """Show which lessons there are."""
    st.caption(f"This lesson takes about {lesson.minutes} minutes. All lessons:")
    with st.container(horizontal=True):
        for other in LESSONS.values():
            st.button(
                plain(other.title),
                key=f"lessons.other.{other.name}",
                disabled=other is lesson,
                on_click=STATE.restore,
                args=(request_of(other.name),),
            )


def _go(by: int) -> None:
    lesson = lesson_of(asked())
    STATE.say(STEP, min(len(lesson.steps), max(1, STATE.own(STEP) + by)))


def _commit(name: str, answer: str | float, step: int) -> None:
    """Take an answer, once, and go to a step."""
    if STATE.own(name) is None:
        STATE.say(name, answer)
    STATE.say(STEP, step)


def _again() -> None:
    STATE.restore(request_of(STATE.own(LESSON)))
