"""The convergence lab's Run button, its drawer of settings and its predictions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import streamlit as st

from moeviz.charts.notices import notices
from moeviz.engine import Snapshot
from moeviz.engine.workers.hardware import local_workers
from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.study import Preset, Specification, split
from moeviz.ui.lab.files import upload
from moeviz.ui.lab.form import form_study, form_values, reset_form, settings
from moeviz.ui.lab.kept import leave_kept
from moeviz.ui.lab.link import form_fields
from moeviz.ui.lab.regimes import regime_controls
from moeviz.ui.lab.state import STUDIES
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.words import duration


def run_button(spec: Specification, snapshot: Snapshot | None) -> bool:
    """Offer to run the study, say its work, and return whether it is wanted.

    Parameters
    ----------
    spec : Specification
    snapshot : Snapshot or None
        The study on show; while it is the form's and is computed, there is nothing to offer.
    """
    if snapshot is not None and snapshot.active and snapshot.job_id == spec.hash:
        return False
    st.markdown(_cost(spec), width="content")
    return st.button("Run", type="primary", key="lab.run", width=110)


def settings_button(preset: Preset, values: Mapping[str, Value]) -> None:
    """Offer the drawer of settings; nothing of it is made before it is opened.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    values : mapping of str to Value
        What the form says.
    """
    st.session_state.pop(_CLOSED, None)
    changed = _changed(preset, values)
    label = f"Settings · {changed}" if changed else "Settings"
    hint = f"{changed} changed from the study's own" if changed else None
    if st.button(label, key="lab.settings", help=hint):
        _drawer(preset)


_CLOSED = "lab.settings.closed"
"""Key of what says that the drawer was closed, until the page has been drawn."""


def _close() -> None:
    st.session_state[_CLOSED] = True


@st.dialog("Settings", width="medium", position="right", on_dismiss=_close)
def _drawer(preset: Preset) -> None:
    # A value that is entered by closing comes in one message with that, which runs this alone.
    if st.session_state.get(_CLOSED):
        st.rerun()
    st.button(
        "Back to the study's own settings",
        icon=":material/restart_alt:",
        disabled=not _changed(preset, form_values(preset)),
        on_click=reset_form,
        args=(preset,),
        key="lab.reset",
    )
    _what_follows(preset)
    regime_controls(preset)
    settings(preset)
    upload()


def _what_follows(preset: Preset) -> None:
    """Say the work of the study as set, or why it cannot be run; the page behind waits."""
    try:
        st.markdown(_cost(form_study(preset)))
    except SpecificationError as error:
        st.error(plain(str(error)))


def _changed(preset: Preset, values: Mapping[str, Value]) -> int:
    fields = form_fields(preset.name)
    return sum(field.applies(values) and values[field.name] != field.default for field in fields)


def show_notices(spec: Specification) -> None:
    """Say what the study cannot do, before it is run.

    Parameters
    ----------
    spec : Specification
    """
    for notice in _notices(spec):
        st.info(plain(notice))


def run(spec: Specification) -> None:
    """Hand the study to the workers and show it; for when the whole form has been drawn.

    Parameters
    ----------
    spec : Specification

    Raises
    ------
    EngineError
        If the study cannot be submitted.
    """
    STUDIES.submit(spec)
    leave_kept()
    st.rerun()


@lru_cache(maxsize=256)
def _notices(spec: Specification) -> tuple[str, ...]:
    return notices(spec)


@lru_cache(maxsize=256)
def _cost(spec: Specification) -> str:
    blocks = split(spec)
    fits = sum(block.last - block.first for block in blocks)
    seconds = sum(block.cost for block in blocks)
    return f"{fits:,} fits, about {duration(max(1.0, seconds / local_workers()))}"
