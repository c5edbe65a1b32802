"""Slow sequences: atoms that differ, functions that do not."""

import streamlit as st

from moeviz.ui.sequences.page import (
    TITLE,
    asked,
    show_choice,
    show_picture,
    show_words,
)
from moeviz.ui.sequences.state import STATE
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
st.title(TITLE, anchor=False)
with guard():
    request, wrong = asked()
    show_picture(request, wrong)
    show_choice(request)
    show_words(request)
with guard(STATE.start_again):
    STATE.write(request)
