"""The choice of a study and of its size."""

from __future__ import annotations

import streamlit as st

from moeviz.study import PRESETS, Preset
from moeviz.ui.lab.form import change_form, form_values
from moeviz.ui.lab.sizes import SIZES, size_fields, size_now
from moeviz.ui.lab.state import STATE, leave_study
from moeviz.ui.shared.studies import study_label, study_names


def choose_preset() -> Preset:
    """Let the visitor choose among the presets."""
    names = study_names()
    name = st.selectbox(
        "Study",
        names,
        index=names.index(STATE.asked.own["preset"]),
        label_visibility="collapsed",
        format_func=study_label,
        key=STATE.key("preset"),
        on_change=leave_study,
    )
    return PRESETS[name]


def choose_size(preset: Preset) -> None:
    """Offer the sizes in which the preset comes; a choice sets the fields that the size names.

    Parameters
    ----------
    preset : Preset
    """
    if len(preset.sizes) < 2:
        return
    now = size_now(preset, form_values(preset))
    # The key says what the fields say: a size that the fields no longer have is not kept chosen.
    key = STATE.key(f"{preset.name}.size.{now}")
    st.radio(
        "Size",
        preset.sizes,
        index=None if now is None else preset.sizes.index(now),
        format_func=SIZES.__getitem__,
        key=key,
        on_change=_set_size,
        args=(preset, key),
        horizontal=True,
        label_visibility="collapsed",
    )


def _set_size(preset: Preset, key: str) -> None:
    size = st.session_state.get(key)
    if size is not None:
        change_form(preset, size_fields(preset, size))
