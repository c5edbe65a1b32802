"""Rates: what the papers claim, what the lab has measured, and what the checker proves."""

import streamlit as st

from moeviz.ui.rates.link import STATE, address
from moeviz.ui.rates.matrix import matrix
from moeviz.ui.shared.guard import guard

st.title("How fast does each gate learn?", anchor=False)
with guard(STATE.start_again):
    STATE.follow()
    STATE.write(address())
    matrix()
