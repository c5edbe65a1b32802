"""Sparse experts: networks that learn in front of the class, and where their tokens go."""

import streamlit as st

from moeviz.ui.shared.drawer import settings_button
from moeviz.ui.shared.guard import guard
from moeviz.ui.train.below import show_below
from moeviz.ui.train.controls import run_button, settings
from moeviz.ui.train.form import form_preset, form_training, form_values, heading
from moeviz.ui.train.link import request_for
from moeviz.ui.train.picture import show_picture
from moeviz.ui.train.predict import predict
from moeviz.ui.train.state import RUNS, STATE, job, view
from moeviz.ui.train.strip import strip
from moeviz.ui.train.switches import switches

with guard(STATE.start_again):
    STATE.follow()
preset = form_preset()
values = form_values(preset)
question, right = st.columns(2, vertical_alignment="center")
question.title(heading(preset, values), anchor=False)
start = right.container(
    horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="xsmall"
)
with guard():
    with strip(preset, values):
        settings_button(settings(preset), values)
    switches(preset, values)
    spec = form_training(preset)
    snapshot = RUNS.on_show(job(), spec.hash)
    with start:
        predict(spec)
        if snapshot is not None and snapshot.active:
            RUNS.cancel_button(snapshot)
        wanted = run_button(spec, snapshot)
    if wanted:
        RUNS.submit(spec)
        st.rerun()
with guard(STATE.start_again):
    STATE.write(request_for(spec, job(), view()))
    shown = show_picture(preset, spec, snapshot)
    show_below(preset, shown)
