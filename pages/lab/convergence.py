"""Convergence lab: choose a study, commit a prediction, run it, watch the points arrive."""

import streamlit as st

from moeviz.ui.lab.below import show_below
from moeviz.ui.lab.chips import chips
from moeviz.ui.lab.controls import run, run_button, settings, show_notices
from moeviz.ui.lab.following import follow_form, stop_following
from moeviz.ui.lab.form import form_preset, form_study, form_values, heading
from moeviz.ui.lab.formula import formula
from moeviz.ui.lab.kept import shown_kept
from moeviz.ui.lab.link import request_for
from moeviz.ui.lab.predict import guesses_of, predict
from moeviz.ui.lab.state import STATE, STUDIES, follows, job, pins
from moeviz.ui.lab.study import show_study
from moeviz.ui.shared.drawer import settings_button
from moeviz.ui.shared.guard import guard

with guard(STATE.start_again):
    STATE.follow()
    preset = form_preset()
    values = form_values(preset)
question, right = st.columns([13, 11], vertical_alignment="center")
question.title(heading(preset, values), anchor=False)
start = right.container(
    horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="xsmall"
)
with guard():
    chips(preset, values)
    with start:
        settings_button(settings(preset), values)
    spec = form_study(preset)
    kept = shown_kept(preset)
    snapshot = STUDIES.on_show(job(), spec.hash)
    with start:
        guesses = predict(preset, spec)
        if snapshot is not None and snapshot.active:
            STUDIES.cancel_button(snapshot, stop_following)
        wanted = run_button(spec, snapshot)
    formula(spec)
    if wanted:
        run(spec)
    follow_form(preset, values, spec, snapshot, kept)
with guard(STATE.start_again):
    link = STATE.write(request_for(spec, job(), guesses, kept is not None, pins(), follows()))
    shown = show_study(preset, spec, guesses, kept, snapshot, link)
    show_notices(spec)
    if shown is not None:
        guesses = guesses_of(guesses, spec, shown.spec)
    show_below(preset, shown, guesses)
