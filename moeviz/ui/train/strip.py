"""The strip above the picture: the question, the text and the sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from moeviz.errors import MoevizError
from moeviz.train.presets import PRESETS
from moeviz.train.text import MOST_BYTES, too_long
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.toolarge import told_too_large
from moeviz.ui.shared.widgets import field_widget
from moeviz.ui.train.form import (
    change_form,
    reads_text,
    task_title,
)
from moeviz.ui.train.link import PRESET, TEXT, TRAIN, form_fields
from moeviz.ui.train.own import remember
from moeviz.ui.train.state import STATE

SIZES = ("experts", "top", "layers", "steps")
"""Fields that the strip itself offers."""

_OPEN_TEXT, _OPEN_SIZES = "train.text.open", "train.sizes.open"
_FILE, _REFUSED = "train.text.file", "train.text.refused"

MOST_MEGABYTES = MOST_BYTES // 1_000_000

ABOUT_TEXTS = (
    "Plain text in UTF-8, 2 MB at most. A tenth of it is held out. It is kept on this server with "
    "the run, where whoever has the run's link can read it; the link says no more than its digest."
)


def strip(preset: str, values: Mapping[str, Any]) -> DeltaGenerator:
    """Show the strip's first row, and return where more of it may stand.

    Parameters
    ----------
    preset : str
        The one chosen in the form.
    values : mapping
        What the form says; it need not be a run that can be done.
    """
    row = st.container(horizontal=True, vertical_alignment="center", gap="xsmall")
    with row:
        st.selectbox(
            "Question",
            list(PRESETS),
            list(PRESETS).index(preset),
            format_func=_asks,
            key=STATE.key(PRESET),
            on_change=_choose,
            label_visibility="collapsed",
            width=430,
        )
        _text(values)
        with st.popover(_sizes(values), key=_OPEN_SIZES, on_change="rerun") as opened:
            if opened.open:
                table = {field.name: field for field in form_fields(preset)}
                for name in SIZES:
                    field_widget(STATE, preset, table[name])
    return row


def _asks(name: str) -> str:
    return PRESETS[name].asks


def _sizes(values: Mapping[str, Any]) -> str:
    return f"{values['experts']} experts, top {values['top']}"


def _choose() -> None:
    STATE.restore(TRAIN.read({PRESET: str(st.session_state[STATE.key(PRESET)])}))


def _text(values: Mapping[str, Any]) -> None:
    own = STATE.own(TEXT)
    if not reads_text(values):
        st.markdown(plain(task_title(values).capitalize()), width="content")
        return
    label = "Text: your own" if own else "Text: Python reference"
    with st.popover(label, key=_OPEN_TEXT, on_change="rerun") as opened:
        if opened.open:
            _choose_text(own)


def _choose_text(own: str | None) -> None:
    st.markdown("Learn a text of your own" if own is None else f"Your text, digest `{own}`")
    st.file_uploader(
        "A plain text (at most 2 MB)",
        key=_FILE,
        on_change=_take_text,
        max_upload_size=MOST_MEGABYTES,
        help=ABOUT_TEXTS,
    )
    told_too_large("train.text.large", MOST_MEGABYTES, _refuse)
    if _REFUSED in st.session_state:
        st.error(plain(st.session_state[_REFUSED]))
    st.markdown(ABOUT_TEXTS)
    if own is not None:
        st.button("Back to the Python reference", key="train.text.back", on_click=_leave_text)


def _refuse(size: float) -> None:
    st.session_state[_REFUSED] = too_long(size)


def _take_text() -> None:
    st.session_state.pop(_REFUSED, None)
    file = st.session_state.get(_FILE)
    if file is None:
        return
    try:
        digest = remember(file.getvalue())
    except MoevizError as error:
        st.session_state[_REFUSED] = str(error)
        return
    preset = str(STATE.asked.own[PRESET])
    change_form(preset, {}, **{TEXT: digest})


def _leave_text() -> None:
    preset = str(STATE.asked.own[PRESET])
    change_form(preset, {}, **{TEXT: None})
