"""How a lesson asks: options, a number, a line drawn by hand, an order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from moeviz.charts.lesson_slope import HANDLE, Known, slope_at, slope_document
from moeviz.errors import SpecificationError
from moeviz.lessons.answers import answer_text, read_answer
from moeviz.lessons.facts import OfCurve
from moeviz.lessons.filled import Facts, filled
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.questions import Answer, Choice, Number, Order, Question, Slope
from moeviz.lessons.results import Results
from moeviz.text import signed
from moeviz.ui.lessons.heading import ASKED
from moeviz.ui.shared.component import only_a_run
from moeviz.ui.shared.plane import moved, plane
from moeviz.ui.shared.typeset import mixed

Read = Callable[[], Answer | None]
"""Reads what is answered so far; None as long as it is no answer."""


def ask(
    question: Question, said: Answer | None, facts: Facts, key: str, drawn: Read | None = None
) -> Read:
    """Ask, and return what reads the answer: in a callback later than what was drawn.

    Parameters
    ----------
    question : Question
    said : str, float, tuple of str, or None
        What was answered for good; nobody can then change it.
    facts : mapping of str to Fact
    key : str
        Of the widget.
    drawn : callable or None
        What :func:`draw_slope` returned, for a slope.
    """
    label, locked = filled(question.question, facts), said is not None
    with st.container(key=f"{ASKED}.{question.kind}"):
        if isinstance(question, Slope):
            st.markdown(label)
        elif isinstance(question, Choice):
            _choice(question, said, facts, label, key)
        elif isinstance(question, Order):
            _order(question, said, facts, label, key)
        else:
            value = float(said) if isinstance(said, float) else question.start
            st.slider(
                label, question.low, question.high, value, question.step, f"%.{question.digits}f",
                key=key, disabled=locked,
            )  # fmt: skip
    return drawn or partial(_answer_now, question, key)


def _answer_now(question: Question, key: str) -> Answer | None:
    """Return what a widget says at this moment, as far as it is an answer."""
    value = st.session_state.get(key)
    if isinstance(value, list):
        value = tuple(map(str, value))
    if not isinstance(value, str | float | tuple):
        return None
    try:
        return read_answer(question, answer_text(value))
    except SpecificationError:
        return None


def draw_slope(
    question: Slope, lesson: Lesson, results: Results, said: float | None, facts: Facts, key: str
) -> Read:
    """Have a slope drawn on axes with logarithms, and return what reads it: where it begins, too.

    Parameters
    ----------
    question : Slope
    lesson : Lesson
    results : Results
        Of which curves are drawn that are known before.
    said : float or None
        What was drawn for good.
    facts : mapping of str to Fact
    key : str
        Of the picture.
    """
    numbers = [facts.get(f"{question.curve}.{name}") for name in ("first", "from", "to")]
    first, *sizes = (float(n) if isinstance(n, int | float) else 0.0 for n in numbers)
    if first <= 0.0 or not 0.0 < sizes[0] < sizes[1]:
        _typed(question, said, key)
        return partial(_answer_now, question, key)
    document = slope_document(
        first, (sizes[0], sizes[1]), (question.low, question.high),
        question.start if said is None else said, question.step, said is not None,
        [curve_of(name, lesson, results, "known") for name in question.beside],
    )  # fmt: skip
    plane(
        document,
        key=key,
        scene="drawnslope",
        title="My prediction",
        file_name="moeviz-prediction",
        on_move=only_a_run,
        tools=False,
    )
    return partial(_slope_now, document, key, question.start)


def _slope_now(document: dict[str, Any], key: str, start: float) -> float:
    now = moved(key)
    at = now.handles.get(HANDLE) if now is not None else None
    return start if at is None else slope_at(document, at)


def curve_of(name: str, lesson: Lesson, results: Results, words: str) -> Known:
    """Return a curve of a lesson, to be drawn.

    Parameters
    ----------
    name : str
        Of its source.
    lesson : Lesson
    results : Results
    words : str
        Before its slope.
    """
    source = lesson.facts[name]
    assert isinstance(source, OfCurve)
    curve = source.key.of(results.study(source.study).result)
    slope = f" {signed(curve.slope.estimate)}" if curve.slope else ""
    return Known(f"{words}{slope}", curve.n, curve.mean)


def _typed(question: Number, said: float | None, key: str) -> None:
    value = question.start if said is None else said
    step = question.step
    st.slider("Slope", question.low, question.high, value, step, key=key, disabled=said is not None)


def _choice(question: Choice, said: Answer | None, facts: Facts, label: str, key: str) -> None:
    options = {option.name: mixed(filled(option.label, facts)) for option in question.options}
    index = None if said is None else list(options).index(str(said))
    st.radio(
        label, list(options), index, format_func=options.__getitem__, key=key,
        disabled=said is not None,
    )  # fmt: skip


def _order(question: Order, said: Answer | None, facts: Facts, label: str, key: str) -> None:
    labels = {item.name: filled(item.label, facts) for item in question.items}
    # All of them are seen from the start, and what is pressed comes in the order of pressing.
    chosen = st.pills(
        label, list(labels), default=list(said) if isinstance(said, tuple) else [],
        selection_mode="multi", format_func=labels.__getitem__, key=key,
        disabled=said is not None,
    )  # fmt: skip
    if chosen:
        st.markdown("\n".join(f"{n}. {mixed(labels[name])}" for n, name in enumerate(chosen, 1)))
    if said is None:
        st.markdown(":small[Press all, one after another; a second press takes one back.]")
