"""What somebody predicts and answers in a lesson: asked once, kept, and judged."""

from __future__ import annotations

import streamlit as st

from moeviz.lessons.answers import answer_text, read_answer, said_of
from moeviz.lessons.blocks import Check, Look, Predict
from moeviz.lessons.filled import Facts
from moeviz.lessons.lesson import Lesson, Step
from moeviz.lessons.questions import Answer, Slope
from moeviz.lessons.runs import Run
from moeviz.text import signed
from moeviz.ui.lessons.ask import Read, ask
from moeviz.ui.lessons.heading import HERE, PLACE
from moeviz.ui.lessons.link import SAID, SEED, STEP
from moeviz.ui.lessons.live import job_of
from moeviz.ui.lessons.looks import show_look, show_run
from moeviz.ui.lessons.state import STATE
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.typeset import mixed


def show_predict(
    block: Predict, step: Step, request: Request, facts: Facts, drawn: Read | None
) -> None:
    """Ask for the prediction, or show what was predicted.

    Parameters
    ----------
    block : Predict
    step : Step
    request : Request
    facts : mapping of str to Fact
    drawn : callable or None
        Reads the slope that was drawn so far, where one is asked for.
    """
    if _asked(block, step, request, facts, drawn) is not None:
        st.markdown(":small[You have predicted; *Start again* takes that back.]")


def show_check(block: Check, step: Step, lesson: Lesson, request: Request, facts: Facts) -> None:
    """Ask the question to check, or show what was answered, whether it is right, and what shows it.

    Parameters
    ----------
    block : Check
    step : Step
    lesson : Lesson
    request : Request
    facts : mapping of str to Fact
    """
    with st.container(key=f"{PLACE}.check"):
        _check(block, step, lesson, request, facts)


def _check(block: Check, step: Step, lesson: Lesson, request: Request, facts: Facts) -> None:
    done = _asked(block, step, request, facts)
    if done is None:
        return
    with st.container(key=f"{HERE}.check"):
        words = mixed(said_of(block, block.question, done, facts))
        with_terms(f"**{words}**", key="lessons.answered")
    if isinstance(block.shows, Look):
        show_look(block.shows, lesson, False, facts, ".shown")
    elif isinstance(block.shows, Run):
        job = job_of(_live(block.shows, lesson), request.own[SEED])
        show_run(block.shows, lesson, False, facts, job, None, ".shown")


def _live(run: Run, lesson: Lesson) -> Run:
    """Return the run of a lesson that computes what another one shows."""
    same = (each for each in lesson.runs if (each.what, each.name) == (run.what, run.name))
    return next((each for each in same if each.live), run)


def _asked(
    block: Predict | Check, step: Step, request: Request, facts: Facts, drawn: Read | None = None
) -> Answer | None:
    """Ask, with a button that commits, or show what was answered and return it."""
    said = request.own[SAID].get(step.id)
    done = None if said is None else read_answer(block.question, said)
    read = ask(block.question, done, facts, STATE.key(f"{step.id}.{said is not None}"), drawn)
    if done is None:
        predicts = isinstance(block, Predict)
        st.button(
            "That is my prediction" if predicts else "That is my answer",
            key=STATE.key(f"commit.{step.id}"),
            type="primary",
            disabled=read() is None,
            on_click=_commit,
            args=(step.id, read, 1 if predicts else 0),
        )
        if isinstance(block.question, Slope):
            st.markdown(
                f":small[Your line begins with slope {signed(block.question.start)}: pull its end, "
                "or leave it so if that is what you expect.]"
            )
    return done


def _commit(step: str, read: Read, by: int) -> None:
    """Take an answer, once, and go on: what is answered now, for the page was drawn before."""
    answer, said = read(), dict(STATE.own(SAID))
    if answer is None or step in said:
        return
    STATE.say(SAID, {**said, step: answer_text(answer)})
    STATE.say(STEP, STATE.own(STEP) + by)
