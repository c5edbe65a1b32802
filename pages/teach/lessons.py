"""Lessons: a question, a prediction, what came out."""

import streamlit as st

from moeviz.ui.lessons.page import asked, lesson_of, show
from moeviz.ui.lessons.state import STATE
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
    request = asked()
st.title(lesson_of(request).title, anchor=False)
with guard(STATE.start_again):
    show(request)
    STATE.write(request)
