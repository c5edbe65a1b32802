"""What somebody predicts and answers in a lesson: asked once, kept, and judged."""

from __future__ import annotations

import streamlit as st

from moeviz.lessons.answers import answer_text, judged, read_answer, why_unknown, with_guess
from moeviz.lessons.blocks import Check, Look, Predict
from moeviz.lessons.filled import Facts, filled
from moeviz.lessons.lesson import Lesson, Step
from moeviz.lessons.questions import Question
from moeviz.lessons.runs import Run
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
    said = request.own[SAID].get(step.id)
    question = block.question
    read = ask(
        question, None if said is None else read_answer(question, said), facts,
        STATE.key(f"{step.id}.{said is not None}"), drawn,
    )  # fmt: skip
    if said is None:
        st.button(
            "That is my prediction",
            key=STATE.key(f"commit.{step.id}"),
            type="primary",
            disabled=read() is None,
            on_click=_commit,
            args=(step.id, read, 1),
        )
    else:
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
    said = request.own[SAID].get(step.id)
    question: Question = block.question
    done = None if said is None else read_answer(question, said)
    read = ask(question, done, facts, STATE.key(f"{step.id}.{said is not None}"))
    if done is None:
        st.button(
            "That is my answer",
            key=STATE.key(f"answer.{step.id}"),
            type="primary",
            disabled=read() is None,
            on_click=_commit,
            args=(step.id, read, 0),
        )
        return
    verdict = judged(question, done, facts)
    told = {"right": block.right, "near": block.near, "wrong": block.wrong}
    words = told.get(verdict, why_unknown(question, facts))
    filled_words = mixed(filled(words, with_guess(facts, question, done)))
    with st.container(key=f"{HERE}.check"):
        with_terms(f"**{filled_words}**", key="lessons.answered")
    if isinstance(block.shows, Look):
        show_look(block.shows, lesson, False, facts, ".shown")
    elif isinstance(block.shows, Run):
        job = job_of(_live(block.shows, lesson), request.own[SEED])
        show_run(block.shows, lesson, False, facts, job, None, ".shown")


def _live(run: Run, lesson: Lesson) -> Run:
    """Return the run of a lesson that computes what another one shows."""
    same = (each for each in lesson.runs if (each.what, each.name) == (run.what, run.name))
    return next((each for each in same if each.live), run)


def _commit(step: str, read: Read, by: int) -> None:
    """Take an answer, once, and go on: what is answered now, for the page was drawn before."""
    answer, said = read(), dict(STATE.own(SAID))
    if answer is None or step in said:
        return
    STATE.say(SAID, {**said, step: answer_text(answer)})
    STATE.say(STEP, STATE.own(STEP) + by)
