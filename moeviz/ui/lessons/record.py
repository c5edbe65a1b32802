"""The record of a lesson on paper: what was asked, what was said, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from moeviz.export.record import record_pdf
from moeviz.lessons.answers import judged, read_answer, right_words, why_unknown, with_guess
from moeviz.lessons.filled import Facts, filled
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.origins import sources_of

VERDICTS = {
    "right": "right",
    "near": "near",
    "wrong": "not so",
    "unknown": "this result cannot tell",
}

UNANSWERED = {"said": "", "right": "", "verdict": "", "rows": ()}
"""What a record has of a question that was not answered: nothing that gives the answer away."""


def offer_record(lesson: Lesson, said: Mapping[str, str], facts: Facts, link: Any) -> None:
    """Offer the record as PDF; it is made when somebody asks for it.

    Parameters
    ----------
    lesson : Lesson
    said : mapping of str to str
        Answers by the ids of steps.
    facts : mapping of str to Fact
    link : mapping of str to str
        What restores the screen.
    """
    st.download_button(
        "My record (PDF)",
        data=lambda: record_pdf(record_of(lesson, said, facts)),
        file_name=f"moeviz-{lesson.name}.pdf",
        mime="application/pdf",
        key="lessons.record",
        on_click="ignore",
    )


def record_of(lesson: Lesson, said: Mapping[str, str], facts: Facts) -> dict[str, Any]:
    """Return the record as plain data.

    Parameters
    ----------
    lesson : Lesson
    said : mapping of str to str
        Answers by the ids of steps.
    facts : mapping of str to Fact
    """
    reveals = {step.reveal.of: step.reveal for step in lesson.steps if step.reveal is not None}
    rows: list[dict[str, Any]] = []
    for step in lesson.steps:
        if step.question is None:
            continue
        kind = "Prediction" if step.kind == "predict" else "Check"
        question = filled(step.question.question, facts)
        if step.id not in said:
            rows.append({**UNANSWERED, "kind": kind, "question": question})
            continue
        answer = read_answer(step.question, said[step.id])
        told = with_guess(facts, step.question, answer)
        reveal = reveals.get(step.id)
        beside = reveal.rows if reveal is not None else {}
        rows.append(
            {
                "kind": kind,
                "question": question,
                "said": str(told["guess"]),
                "right": right_words(step.question, facts) or why_unknown(step.question, facts),
                "verdict": VERDICTS[judged(step.question, answer, facts)],
                "rows": [[title, filled(words, told)] for title, words in beside.items()],
            }
        )
    date = datetime.now(UTC).date().isoformat()
    return {"title": lesson.title, "date": date, "sources": sources_of(lesson, facts), "rows": rows}
