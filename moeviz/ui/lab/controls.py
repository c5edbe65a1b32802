"""The convergence lab's Run button, its drawer of settings and its predictions."""

from __future__ import annotations

from functools import lru_cache, partial

import streamlit as st

from moeviz.charts.notices import notices
from moeviz.engine import Snapshot
from moeviz.engine.snapshot import ACTIVE, STOPPED
from moeviz.engine.workers.hardware import local_workers
from moeviz.study import Preset, Specification, split
from moeviz.ui.lab.files import upload
from moeviz.ui.lab.form import change_form, form_study
from moeviz.ui.lab.kept import leave_kept
from moeviz.ui.lab.regimes import regime_controls
from moeviz.ui.lab.state import STATE, STUDIES, follows
from moeviz.ui.shared.drawer import Drawer
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.words import about, duration


def run_button(spec: Specification, snapshot: Snapshot | None) -> bool:
    """Offer to run the study, say its work, and return whether it is wanted.

    Parameters
    ----------
    spec : Specification
    snapshot : Snapshot or None
        The study on show; while it is the form's and is computed, there is nothing to offer, nor
        where it follows the form and is done.
    """
    known = ("waiting", "running", "done") if follows() else ACTIVE
    if snapshot is not None and snapshot.job_id == spec.hash and snapshot.state in known:
        return False
    cancels = snapshot is not None and snapshot.active
    words, said = "Run", f"{_cost(spec)}."
    if goes_on(spec, snapshot) and snapshot is not None:
        words = "Continue"
        said = f"It goes on where it stopped: {snapshot.total - snapshot.done} parts are missing."
    # Together, so that no line ends between them; beside Cancel there is room for the button alone.
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        if words == "Run" and not cancels:
            st.markdown(_work(spec), width="content")
        return st.button(words, type="primary", key="lab.run", width=110, help=said)


def goes_on(spec: Specification, snapshot: Snapshot | None) -> bool:
    """Return whether the study of the form is on show and stopped before its end.

    Parameters
    ----------
    spec : Specification
        What the form says.
    snapshot : Snapshot or None
        The study on show.
    """
    return snapshot is not None and snapshot.job_id == spec.hash and snapshot.state in STOPPED


def settings(preset: Preset) -> Drawer:
    """Return the drawer of settings.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    """
    return Drawer(
        STATE,
        preset.name,
        "study",
        change=partial(change_form, preset),
        follows=lambda: _cost(form_study(preset)),
        above=partial(regime_controls, preset),
        below=upload,
    )


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
    if follows():
        STUDIES.submit_alone(spec)
    else:
        STUDIES.submit(spec)
    leave_kept()
    st.rerun()


@lru_cache(maxsize=256)
def _notices(spec: Specification) -> tuple[str, ...]:
    return notices(spec)


def _cost(spec: Specification) -> str:
    fits, seconds = _amount(spec)
    return f"{fits:,} fits, {about(seconds)}"


def _work(spec: Specification) -> str:
    """Say the same in two short lines."""
    fits, seconds = _amount(spec)
    return f":small[{fits:,} fits,]  \n:small[about {duration(seconds)}]"


@lru_cache(maxsize=256)
def _amount(spec: Specification) -> tuple[int, float]:
    blocks = split(spec)
    fits = sum(block.last - block.first for block in blocks)
    seconds = sum(block.cost for block in blocks)
    return fits, max(1.0, seconds / local_workers())
