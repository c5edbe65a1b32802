"""Convergence lab: choose a study, commit a prediction, run it, watch the points arrive."""

import streamlit as st

from moeviz.ui.form import choose_preset
from moeviz.ui.guard import guard
from moeviz.ui.lab import run_button, study_form
from moeviz.ui.state import follow_address, start_again, write_address
from moeviz.ui.study import show_study

st.title("Convergence lab", anchor=False)
with guard(start_again):
    follow_address()
left, right = st.columns([3, 2], vertical_alignment="center")
with left:
    preset = choose_preset()
with guard():
    spec, guesses = study_form(preset)
    with right:
        run_button(spec)
    write_address(spec, guesses)
with guard(start_again):
    show_study(preset, spec, guesses)
