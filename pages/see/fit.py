"""One fit: a data set, a start, and step by step what the optimiser makes of them."""

import streamlit as st

from moeviz.ui.fit.page import TITLE, asked, show_choice, show_picture, show_words
from moeviz.ui.fit.state import STATE
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
st.title(TITLE, anchor=False)
with guard():
    request, wrong = asked()
    found = show_picture(request, wrong)
    show_choice(request)
    show_words(request, found)
with guard(STATE.start_again):
    STATE.write(request)
