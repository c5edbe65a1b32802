"""The convergence lab's Run button, its drawer of settings and its predictions."""

from __future__ import annotations

from functools import lru_cache, partial

import streamlit as st

from moeviz.charts.notices import notices
from moeviz.engine import Snapshot
from moeviz.engine.snapshot import ACTIVE
from moeviz.engine.workers.hardware import local_workers
from moeviz.study import Preset, Specification, split
from moeviz.ui.lab.files import upload
from moeviz.ui.lab.form import change_form, form_study
from moeviz.ui.lab.kept import leave_kept
from moeviz.ui.lab.regimes import regime_controls
from moeviz.ui.lab.state import STATE, STUDIES, follows
from moeviz.ui.shared.drawer import Drawer
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.words import about

_COST = 160
"""Pixels across of how long a study takes, which stands in two lines."""


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
    st.markdown(f":small[{_cost(spec)}]", width=_COST)
    return st.button("Run", type="primary", key="lab.run", width=110)


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


@lru_cache(maxsize=256)
def _cost(spec: Specification) -> str:
    blocks = split(spec)
    fits = sum(block.last - block.first for block in blocks)
    seconds = sum(block.cost for block in blocks)
    return f"{fits:,} fits, {about(max(1.0, seconds / local_workers()))}"
