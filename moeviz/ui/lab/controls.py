"""The convergence lab's form and its Run button."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moeviz.charts.notices import notices
from moeviz.errors import SpecificationError
from moeviz.study import Preset, Specification, split
from moeviz.ui.lab.files import upload
from moeviz.ui.lab.form import form_study, settings
from moeviz.ui.lab.kept import leave_kept
from moeviz.ui.lab.link import Guesses
from moeviz.ui.lab.predict import predictions
from moeviz.ui.lab.regimes import regime_controls
from moeviz.ui.lab.state import job, show_job
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.session import engine
from moeviz.ui.shared.words import duration


def study_of_form(preset: Preset) -> Specification:
    """Return the study that the form describes, before the form is drawn.

    The widgets hold their values before they are drawn again. What follows from a change can so
    be said at once: some fifty widgets take longer to draw than everything else.

    Parameters
    ----------
    preset : Preset

    Raises
    ------
    SpecificationError
        If the settings do not describe a study that can be run; they stay on the page, where
        they can be mended.
    """
    try:
        return form_study(preset)
    except SpecificationError:
        # At the very place where the whole form has them, so that the browser keeps them open.
        _, right = st.columns(2)
        with right.expander("Settings"):
            _settings(preset)
        raise


def study_form(preset: Preset, spec: Specification) -> Guesses:
    """Show prediction and settings, and return what was predicted for each curve.

    Parameters
    ----------
    preset : Preset
    spec : Specification
        The study that the form describes.
    """
    left, right = st.columns(2)
    with right.expander("Settings"):
        _settings(preset)
    with left.expander("Commit a prediction first"):
        st.markdown(plain(preset.question))
        return predictions(spec, locked=job() == spec.hash)


def run_button(spec: Specification) -> bool:
    """Offer to run the study, say its work, and return whether it is wanted.

    Parameters
    ----------
    spec : Specification
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Run", type="primary", key="lab.run", width=160)
        st.markdown(_cost(spec))
    return pressed


def show_notices(spec: Specification) -> None:
    """Say what the study cannot do, before it is run.

    Parameters
    ----------
    spec : Specification
    """
    for notice in _notices(spec):
        st.info(plain(notice))


def run(preset: Preset, spec: Specification) -> None:
    """Hand the study to the workers and show it; for when the whole form has been drawn.

    Parameters
    ----------
    preset : Preset
    spec : Specification

    Raises
    ------
    EngineError
        If the study cannot be submitted.
    """
    with st.spinner("Handing the study to the workers", show_time=False):
        show_job(engine().submit(spec))
    leave_kept(preset)
    st.rerun()


def _settings(preset: Preset) -> None:
    regime_controls(preset)
    settings(preset)
    upload()


@lru_cache(maxsize=256)
def _notices(spec: Specification) -> tuple[str, ...]:
    return notices(spec)


@lru_cache(maxsize=256)
def _cost(spec: Specification) -> str:
    blocks = split(spec)
    fits = sum(block.last - block.first for block in blocks)
    seconds = sum(block.cost for block in blocks)
    return f"{fits:,} fits, about {duration(max(1.0, seconds))} of work for one core"
