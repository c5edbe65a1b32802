"""Protocols: a published figure over start laws and batches, and where its slopes appear."""

import streamlit as st

from moeviz.ui.protocols.page import TITLE, chips, controls, show_map, show_words
from moeviz.ui.protocols.state import RUNS, STATE, job
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
question, right = st.columns([9, 11], vertical_alignment="center")
question.title(TITLE, anchor=False)
row = right.container(
    horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"
)
with guard(STATE.start_again):
    snapshot = RUNS.on_show(job(), "")
    with row:
        chips()
        controls(snapshot)
    show_map(snapshot)
    show_words()
