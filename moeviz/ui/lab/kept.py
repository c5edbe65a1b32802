"""The choice between a study of one's own and the full-size result that is kept of it."""

from __future__ import annotations

import streamlit as st

from moeviz.study import Preset
from moeviz.study.kept import KeptResult, kept_result
from moeviz.ui.lab.form import change_form
from moeviz.ui.lab.state import STATE


def choose_kept(preset: Preset) -> KeptResult | None:
    """Offer the kept full-size result where there is one, and return it where it is wanted.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    """
    kept = kept_result(preset.name)
    if kept is None:
        return None
    asked = STATE.asked.own
    wanted = st.toggle(
        "Show the kept full-size result",
        value=asked["kept"] and asked["preset"] == preset.name,
        key=_key(preset),
    )
    return kept if wanted else None


def leave_kept(preset: Preset) -> None:
    """Take a kept result off the screen, in the run that follows.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    """
    if st.session_state.get(_key(preset)):
        change_form(preset, {})


def _key(preset: Preset) -> str:
    return STATE.key(f"{preset.name}.kept")
