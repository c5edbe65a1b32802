"""Symbolic checker: choose a claim or compose one, and read a verdict that can be checked."""

import streamlit as st

from moeviz.ui.checker.page import check_button, choose_check, show_check
from moeviz.ui.checker.state import STATE
from moeviz.ui.shared.guard import guard

st.title("Symbolic checker", anchor=False)
st.markdown(
    "Slow rates come from a relation between derivatives of gate and expert. Here exact arithmetic "
    "decides whether the relation is there, and every verdict carries a certificate that anyone "
    "can check."
)
with guard(STATE.start_again):
    STATE.follow()
with guard():
    request = choose_check()
    check_button(request)
    link = STATE.write(request)
with guard(STATE.start_again):
    show_check(request, link)
