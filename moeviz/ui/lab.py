"""The convergence lab's form and its Run button."""

from __future__ import annotations

import streamlit as st

from moeviz.study import Preset, Specification, split
from moeviz.ui.files import upload
from moeviz.ui.form import settings, specification
from moeviz.ui.guard import plain
from moeviz.ui.kept import leave_kept
from moeviz.ui.predict import predictions
from moeviz.ui.regimes import regime_controls
from moeviz.ui.session import engine
from moeviz.ui.state import job, show_job
from moeviz.ui.words import duration

Guesses = tuple[float | None, ...]


def study_form(preset: Preset) -> tuple[Specification, Guesses]:
    """Show prediction and settings, and return the study they describe.

    Returns
    -------
    Specification
    tuple of float or None
        What was predicted for each curve.

    Raises
    ------
    SpecificationError
        If the settings do not describe a study that can be run.
    """
    left, right = st.columns(2)
    with right.expander("Settings"):
        regime_controls(preset)
        texts = settings(preset)
        upload()
    spec = specification(preset, texts)
    with left.expander("Commit a prediction first"):
        st.markdown(plain(preset.question))
        guesses = predictions(spec, locked=job() == spec.hash)
    return spec, guesses


def run_button(preset: Preset, spec: Specification) -> None:
    """Offer to run the study, and say how much work it is.

    Raises
    ------
    EngineError
        If the study cannot be submitted.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Run", type="primary", key="lab.run", width=160)
        st.markdown(_cost(spec))
    if pressed:
        with st.spinner("Handing the study to the workers", show_time=False):
            show_job(engine().submit(spec))
        leave_kept(preset)
        st.rerun()


def _cost(spec: Specification) -> str:
    blocks = split(spec)
    fits = sum(block.last - block.first for block in blocks)
    seconds = sum(block.cost for block in blocks)
    return f"{fits:,} fits, about {duration(max(1.0, seconds))} of work for one core"
