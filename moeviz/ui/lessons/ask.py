"""How a lesson asks: options, a number, a line drawn by hand, an order."""

from __future__ import annotations

import streamlit as st

from moeviz.charts.lesson_slope import HANDLE, Known, slope_at, slope_document
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


def ask(
    question: Question, said: Answer | None, facts: Facts, key: str, drawn: float | None = None
) -> Answer | None:
    """Ask, and return what is answered so far; None as long as it is no answer.

    Parameters
    ----------
    question : Question
    said : str, float, tuple of str, or None
        What was answered for good; nobody can then change it.
    facts : mapping of str to Fact
    key : str
        Of the widget.
    drawn : float or None
        What :func:`draw_slope` returned, for a slope.
    """
    with st.container(key=f"{ASKED}.{question.kind}"):
        return _ask(question, said, facts, key, drawn)


def _ask(
    question: Question, said: Answer | None, facts: Facts, key: str, drawn: float | None
) -> Answer | None:
    label, locked = filled(question.question, facts), said is not None
    if isinstance(question, Choice):
        return _choice(question, said, facts, label, key)
    if isinstance(question, Slope):
        st.markdown(label)
        return said if isinstance(said, float) else drawn
    if isinstance(question, Order):
        return _order(question, said, facts, label, key)
    value = float(said) if isinstance(said, float) else question.start
    return float(
        st.slider(
            label, question.low, question.high, value, question.step, f"%.{question.digits}f",
            key=key, disabled=locked,
        )
    )  # fmt: skip


def draw_slope(
    question: Slope, lesson: Lesson, results: Results, said: float | None, facts: Facts, key: str
) -> float | None:
    """Have a slope drawn on axes with logarithms, and return it; None until it was touched.

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
        return _typed(question, said, key)
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
    if said is not None:
        return said
    now = moved(key)
    at = now.handles.get(HANDLE) if now is not None else None
    return None if at is None else slope_at(document, at)


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


def _typed(question: Number, said: float | None, key: str) -> float:
    value = question.start if said is None else said
    step = question.step
    return float(
        st.slider("Slope", question.low, question.high, value, step, key=key,
                  disabled=said is not None)
    )  # fmt: skip


def _choice(
    question: Choice, said: Answer | None, facts: Facts, label: str, key: str
) -> str | None:
    options = {option.name: mixed(filled(option.label, facts)) for option in question.options}
    index = None if said is None else list(options).index(str(said))
    found: str | None = st.radio(
        label, list(options), index, format_func=options.__getitem__, key=key,
        disabled=said is not None,
    )  # fmt: skip
    return found


def _order(
    question: Order, said: Answer | None, facts: Facts, label: str, key: str
) -> tuple[str, ...] | None:
    labels = {item.name: filled(item.label, facts) for item in question.items}
    chosen: list[str] = st.multiselect(
        label, list(labels), list(said) if isinstance(said, tuple) else [],
        format_func=labels.__getitem__, key=key, disabled=said is not None,
        placeholder="Pick all, one after another",
    )  # fmt: skip
    for number, name in enumerate(chosen, start=1):
        st.markdown(f"{number}. {mixed(labels[name])}")
    return tuple(chosen) if len(chosen) == len(labels) else None
