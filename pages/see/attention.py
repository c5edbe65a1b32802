"""Attention: a sentence, who heeds whom, and one row as a sum of gate times expert."""

import streamlit as st

from moeviz.ui.attention.page import TITLE, asked, show_form, show_picture, show_words
from moeviz.ui.attention.state import STATE
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
st.title(TITLE, anchor=False)
with guard():
    request, wrong = asked()
    show_picture(request, wrong)
    show_form(request)
    show_words(request)
with guard(STATE.start_again):
    STATE.write(request)
