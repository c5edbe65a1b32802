"""Lecture room: what the class predicts, then what came out."""

import streamlit as st

from moeviz.ui.room.link import STATE
from moeviz.ui.room.page import TITLE, asked, show
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
request = asked()
if not request.own["code"]:
    st.title(TITLE, anchor=False)
with guard():
    show(request)
with guard(STATE.start_again):
    STATE.write(request)
