"""Symbolic checker: a claim of the papers decided, a map of all of them, checks of one's own."""

import streamlit as st

from moeviz.ui.checker.page import heading, show_check, show_map
from moeviz.ui.checker.state import STATE
from moeviz.ui.checker.verdict import show_below
from moeviz.ui.checker.way import way_to_failing
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
    with st.container(gap=None):
        st.title(heading(), anchor=False)
        way_to_failing()
left, right = st.columns([17, 9], gap="medium")
with right, guard():
    show_map()
with left, guard():
    request, verdict = show_check()
with guard(STATE.start_again):
    link = STATE.write(request)
    if verdict is not None:
        show_below(verdict, link)
