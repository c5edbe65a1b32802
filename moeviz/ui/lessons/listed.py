"""The list of lessons: minutes, what they need, how far one is, and a lesson of one's own."""

from __future__ import annotations

import streamlit as st

from moeviz.errors import MoevizError, SpecificationError
from moeviz.lessons.faults import LessonError
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.parts import MOST_BYTES
from moeviz.lessons.progress import Place
from moeviz.lessons.shelf import shelf
from moeviz.ui.lessons.here import hand_in, handed, needs_of
from moeviz.ui.lessons.kept import forget, places
from moeviz.ui.lessons.link import SAID, SEED, STEP, request_of
from moeviz.ui.lessons.state import AGAIN, STATE
from moeviz.ui.shared.guard import plain

TITLE = "Predict first, then see"

UPLOAD = "lessons.upload"

_WRONG = "lessons.kept.wrong"


def show_list() -> None:
    """Show all lessons."""
    found, kept = shelf(), places()
    own = handed()
    lessons = [*found.lessons.values(), *([own] if own is not None else [])]
    minutes = sum(lesson.minutes for lesson in lessons)
    st.markdown(
        f"{len(lessons)} lessons, {minutes} minutes in all. Each asks before it shows; every "
        "number is looked up in a run or a certificate while you read."
    )
    waiting = [lesson for lesson in lessons if not _ended(lesson, kept.get(lesson.name))]
    for number, lesson in enumerate(lessons, start=1):
        _entry(number, lesson, kept.get(lesson.name), lesson in waiting[:1])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Forget my answers", key="lessons.forget", disabled=not kept, on_click=_forget)
        st.button("Start again", key=AGAIN, on_click=STATE.start_again)
    if (wrong := st.session_state.pop(_WRONG, None)) is not None:
        st.error(plain(wrong))
    st.markdown(
        ":small[Where you are, and what you answered, is kept by a random key in your browser: no "
        "account, no name.]"
    )
    for file, error in found.broken.items():
        st.warning(f"{plain(file)} in the lecturer’s folder is no lesson yet.")
        _faults(error)
    with st.expander("A lesson of your own"):
        _own()


def _entry(number: int, lesson: Lesson, place: Place | None, first: bool) -> None:
    needs = f" Needs: {plain(needs_of(lesson))}" if lesson.needs else ""
    with st.container(border=True):
        words, way = st.columns([6, 1], vertical_alignment="center")
        words.markdown(
            f"**{number}. {plain(lesson.title)}**  \n"
            f":small[{lesson.minutes} minutes.{needs}{_far(lesson, place)}]"
        )
        way.button(
            "Begin" if place is None else "Look again" if _ended(lesson, place) else "Go on",
            key=f"lessons.open.{lesson.name}",
            type="primary" if first else "secondary",
            on_click=_open,
            args=(lesson, place),
            width="stretch",
        )


def _ended(lesson: Lesson, place: Place | None) -> bool:
    return place is not None and place.over(len(lesson.steps))


def _far(lesson: Lesson, place: Place | None) -> str:
    if place is None:
        return ""
    if _ended(lesson, place):
        again = 1 < place.step < len(lesson.steps)
        where = f" Looking again, you are at step {place.step} of {len(lesson.steps)}."
        return f" You came to its end.{where if again else ''}"
    return f" You are at step {place.step} of {len(lesson.steps)}."


def _open(lesson: Lesson, place: Place | None) -> None:
    STATE.restore(request_of(lesson.name, **({} if place is None else _own_of(lesson, place))))


def _own_of(lesson: Lesson, place: Place) -> dict[str, object]:
    """Return what of a place still fits a lesson whose file may have changed."""
    said: dict[str, str] = {}
    for step in lesson.asks:
        try:
            step.answer(place.said[step.id])
        except (KeyError, SpecificationError):
            continue
        said[step.id] = place.said[step.id]
    # Whoever came to the end looks again from the beginning, with their answers.
    begun = 1 if place.step >= len(lesson.steps) else place.step
    number = min(begun, lesson.open_until(said))
    return {STEP: number, SAID: said, SEED: place.seed}


def _own() -> None:
    st.markdown(
        "A Markdown file as docs/lessons.md describes. It is checked as "
        "`python -m moeviz lessons check` does, and shown in this visit alone; nothing in it runs. "
        "To take a class through it, hand it in on *Lecture room*."
    )
    given = st.file_uploader("Markdown file", type=["md"], key=UPLOAD, max_upload_size=1)
    if given is None:
        return
    try:
        lesson = hand_in(given.read(MOST_BYTES + 1), given.name)
    except LessonError as error:
        st.error("This file is no lesson yet:")
        _faults(error)
        return
    st.success(f"“{plain(lesson.title)}” is sound: {len(lesson.steps)} steps.")
    st.button("Begin it", key="lessons.begin", type="primary", on_click=_open, args=(lesson, None))


def _forget() -> None:
    try:
        forget()
    except MoevizError as error:
        st.session_state[_WRONG] = str(error)


def _faults(error: LessonError) -> None:
    st.markdown("\n".join(f"- {plain(str(fault))}" for fault in error.faults))
