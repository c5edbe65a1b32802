"""The ways through a lesson and on from it."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from moeviz.lessons.blocks import Way
from moeviz.lessons.filled import Facts, filled
from moeviz.lessons.lesson import Lesson, Step
from moeviz.ui.lessons.here import lesson_here, needs_of
from moeviz.ui.lessons.kept import begin_again
from moeviz.ui.lessons.link import LESSON, SAID, STEP, request_of
from moeviz.ui.lessons.record import offer_record
from moeviz.ui.lessons.state import AGAIN, STATE
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.navigation import LESSONS_PATH, SCRIPTS
from moeviz.ui.shared.typeset import mixed


def show_way(way: Way, facts: Facts) -> None:
    """Show a way on: to another page by a link, to another lesson by a button.

    Parameters
    ----------
    way : Way
    facts : mapping of str to Fact
    """
    path = SCRIPTS[way.page]
    label = filled(way.label, facts)
    if path == LESSONS_PATH:
        st.button(
            mixed(label),
            key=f"lessons.way.{way.label}",
            type="primary",
            on_click=_open,
            args=(way.link.get(LESSON, ""),),
        )
    else:
        st.page_link(path, label=f"→ {mixed(label)}", query_params=dict(way.link))


def _open(lesson: str) -> None:
    STATE.restore(request_of(lesson))


def show_ways(step: Step, lesson: Lesson, request: Request) -> None:
    """Show the buttons that lead through the lesson.

    Parameters
    ----------
    step : Step
    lesson : Lesson
    request : Request
    """
    number = request.own[STEP]
    open_yet = step.question is not None and step.id not in request.own[SAID]
    waits = step.kind == "predict" and open_yet
    last = number == len(lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Back", key="lessons.back", disabled=number == 1, on_click=_go, args=(number - 1,)
        )
        if not last and not waits:
            kind: Literal["primary", "secondary"] = "secondary" if open_yet else "primary"
            st.button("Next", key="lessons.next", type=kind, on_click=_go, args=(number + 1,))
        st.button("Start again", key=AGAIN, on_click=_again)
    if last:
        st.markdown(":small[The lesson is finished, and the list keeps it so.]")


def show_below(lesson: Lesson, request: Request, facts: Facts) -> None:
    """Show the way to all lessons, and the record of this one.

    Parameters
    ----------
    lesson : Lesson
    request : Request
    facts : mapping of str to Fact
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("All lessons", key="lessons.all", on_click=_open, args=("",))
        if request.own[SAID]:
            offer_record(lesson, request.own[SAID], facts, STATE.page.write(request))
    needs = f" It needs: {needs_of(lesson)}" if lesson.needs else ""
    st.markdown(f":small[This lesson takes about {lesson.minutes} minutes.{mixed(needs)}]")


def _go(number: int) -> None:
    """Go to a step; pressed twice before the page was drawn anew, still to that one."""
    if STATE.own(LESSON):
        lesson = lesson_here(STATE.own(LESSON))
        STATE.say(STEP, min(len(lesson.steps), max(1, number)))


def _again() -> None:
    name = STATE.own(LESSON) or ""
    if name:
        begin_again(lesson_here(name))
    STATE.restore(request_of(name))
