"""Symbolic checker: choose a claim or compose one, and read a verdict that can be checked."""

import streamlit as st

from moeviz.ui.checker.page import check_button, choose_check, show_check
from moeviz.ui.checker.state import follow_check_address, start_check_again, write_check_address
from moeviz.ui.shared.guard import guard

st.title("Symbolic checker", anchor=False)
st.markdown(
    "Slow rates come from a relation between derivatives of gate and expert. Here exact arithmetic "
    "decides whether the relation is there, and every verdict carries a certificate that anyone "
    "can check."
)
with guard(start_check_again):
    follow_check_address()
with guard():
    request = choose_check()
    check_button(request)
    link = write_check_address(request)
with guard(start_check_again):
    show_check(request, link)
