"""Cells: atoms of truth and fit, fitted ones to drag, and what each loss says of them."""

import streamlit as st

from moeviz.ui.cells.page import asked, show
from moeviz.ui.cells.state import STATE
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
st.title("When is a fit close?", anchor=False)
with guard(STATE.start_again):
    request = asked()
    show(request)
    STATE.write(request)
