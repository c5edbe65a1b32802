"""Lessons: a question, a prediction, what came out."""

import streamlit as st

from moeviz.ui.lessons.heading import show_heading
from moeviz.ui.lessons.listed import TITLE, show_list
from moeviz.ui.lessons.page import asked, lesson_of, show
from moeviz.ui.lessons.state import STATE
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
    request = asked()
    lesson = lesson_of(request)
st.title(TITLE if lesson is None else lesson.title, anchor=False)
with guard(STATE.start_again):
    show_heading(lesson, request)
    if lesson is None:
        show_list()
    else:
        show(request, lesson)
    STATE.write(request)
