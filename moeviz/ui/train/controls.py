"""The training page's Run button and its drawer of settings."""

from __future__ import annotations

from functools import lru_cache, partial

import streamlit as st

from moeviz.engine import Snapshot
from moeviz.engine.workers.hardware import local_workers
from moeviz.train.cost import seconds_with
from moeviz.train.plan import runs
from moeviz.train.specification import Training
from moeviz.ui.shared.drawer import Drawer
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.words import about
from moeviz.ui.train.files import upload
from moeviz.ui.train.form import change_form, form_training
from moeviz.ui.train.state import STATE

_COST = 225
"""Pixels across of how long a run takes, which stands in two lines."""


def run_button(spec: Training, snapshot: Snapshot | None) -> bool:
    """Offer to do the run, say its work, and return whether it is wanted.

    Parameters
    ----------
    spec : Training
    snapshot : Snapshot or None
        The run on show; while it is the form's and goes on, there is nothing to offer.
    """
    if snapshot is not None and snapshot.active and snapshot.job_id == spec.hash:
        return False
    size, _, time = cost(spec).partition(", ")
    st.markdown(f":small[{plain(size)},]  \n:small[{plain(time)}]", width=_COST)
    return st.button("Run", type="primary", key="train.run", width=110)


@lru_cache(maxsize=256)
def cost(spec: Training) -> str:
    """Return how large a run is, in words, with about how long it takes.

    Parameters
    ----------
    spec : Training
    """
    said = f"{_count(len(spec.methods), 'method')} × {_count(spec['seeds'], 'seed')}"
    if len(spec.domains) > 1:
        said = _count(len(runs(spec)), "run")
    return f"{said}, {about(seconds_of(spec))}"


def seconds_of(spec: Training) -> float:
    """Return about how long a run takes on this machine with nobody else on it.

    Parameters
    ----------
    spec : Training
    """
    return seconds_with(spec, local_workers())


def settings(preset: str) -> Drawer:
    """Return the drawer of settings.

    Parameters
    ----------
    preset : str
        The one chosen in the form.
    """
    return Drawer(
        STATE,
        preset,
        "question",
        change=partial(change_form, preset),
        follows=lambda: cost(form_training(preset)),
        below=upload,
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
