"""Convergence lab: choose a study, commit a prediction, run it, watch the points arrive."""

import streamlit as st

from moeviz.ui.lab.choose import choose_preset, choose_size
from moeviz.ui.lab.controls import run, run_button, show_notices, study_form, study_of_form
from moeviz.ui.lab.kept import choose_kept
from moeviz.ui.lab.link import request_for
from moeviz.ui.lab.state import STATE, job
from moeviz.ui.lab.study import show_kept, show_study
from moeviz.ui.shared.guard import guard

st.title("Convergence lab", anchor=False)
with guard(STATE.start_again):
    STATE.follow()
left, right = st.columns([3, 2], vertical_alignment="top")
with left:
    preset = choose_preset()
    with st.container(horizontal=True, vertical_alignment="center"):
        choose_size(preset)
        kept = choose_kept(preset)
with guard():
    spec = study_of_form(preset)
    with right:
        wanted = run_button(spec)
    show_notices(spec)
    guesses = study_form(preset, spec)
    if wanted:
        run(preset, spec)
    STATE.write(request_for(spec, job(), guesses, kept is not None))
with guard(STATE.start_again):
    if kept is None:
        show_study(preset, spec, guesses)
    else:
        show_kept(preset, spec, guesses, kept)
