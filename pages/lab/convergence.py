"""Convergence lab: choose a study, commit a prediction, run it, watch the points arrive."""

import streamlit as st

from moeviz.ui.lab.below import show_below
from moeviz.ui.lab.chips import chips
from moeviz.ui.lab.controls import predict, run, run_button, settings_button, show_notices
from moeviz.ui.lab.form import form_preset, form_study, form_values
from moeviz.ui.lab.formula import formula
from moeviz.ui.lab.kept import shown_kept
from moeviz.ui.lab.link import request_for
from moeviz.ui.lab.state import STATE, job, pins
from moeviz.ui.lab.study import show_study
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
    preset = form_preset()
question, start = st.columns([13, 11], vertical_alignment="center")
question.title(preset.asks, anchor=False)
with guard():
    chips(preset, form_values(preset))
    kept = shown_kept(preset)
    with start.container(
        horizontal=True, horizontal_alignment="right", vertical_alignment="center"
    ):
        settings_button(preset)
        spec = form_study(preset)
        guesses = predict(preset, spec)
        wanted = run_button(spec)
    formula(spec)
    if wanted:
        run(spec)
with guard(STATE.start_again):
    link = STATE.write(request_for(spec, job(), guesses, kept is not None, pins()))
    shown = show_study(preset, spec, guesses, kept, link)
    show_notices(spec)
    show_below(preset, shown, guesses)
