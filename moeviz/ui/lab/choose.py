"""The choice of a study and of its size."""

from __future__ import annotations

import streamlit as st

from moeviz.fields import Value
from moeviz.study import FULL, LIVE, PRESETS, Preset
from moeviz.ui.lab.form import change_form, form_values
from moeviz.ui.lab.state import STATE, leave_study
from moeviz.ui.shared.studies import study_label, study_names

_SIZES = {LIVE: "Live size", FULL: "Full size"}


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
    values = form_values(preset)
    found = [size for size in preset.sizes if _of_size(preset, size).items() <= values.items()]
    now = found[0] if found else None
    # The key says what the fields say: a size that the fields no longer have is not kept chosen.
    key = STATE.key(f"{preset.name}.size.{now}")
    st.radio(
        "Size",
        preset.sizes,
        index=None if now is None else preset.sizes.index(now),
        format_func=_SIZES.__getitem__,
        key=key,
        on_change=_set_size,
        args=(preset, key),
        horizontal=True,
        label_visibility="collapsed",
    )


def _of_size(preset: Preset, size: str) -> dict[str, Value]:
    """Return every field that any size sets, as this size has it."""
    usual = {name: preset.defaults[name] for name in preset.full}
    return {**usual, **preset.at_size(size)}


def _set_size(preset: Preset, key: str) -> None:
    size = st.session_state.get(key)
    if size is not None:
        change_form(preset, _of_size(preset, size))
