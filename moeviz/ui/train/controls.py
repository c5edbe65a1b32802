"""The training page's Run button, its drawer of settings, and how to stop and go on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import streamlit as st

from moeviz.engine import Snapshot
from moeviz.engine.workers.hardware import local_workers
from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.train.plan import plan, runs
from moeviz.train.specification import Training
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.widgets import show_fields
from moeviz.ui.shared.words import duration
from moeviz.ui.train.files import upload
from moeviz.ui.train.form import form_training, form_values, reset_form
from moeviz.ui.train.link import form_fields
from moeviz.ui.train.state import STATE

PACE = 2.6e10
"""Multiplications of training that a core of an ordinary machine takes in a second."""

STEP = 0.005
"""Seconds that a step takes beside them; most of the time of a small network."""

LOOK = 0.001
"""Seconds that looking at a layer takes for each of its experts, beside what the plan has of it."""

BEFORE = 1.0
"""Seconds until the first stretch has begun."""

_CLOSED = "train.settings.closed"
"""Key of what says that the drawer was closed, until the page has been drawn."""


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
    st.markdown(plain(cost(spec)), width="content")
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
    return f"{said}, about {duration(seconds_of(spec))}"


def seconds_of(spec: Training) -> float:
    """Return about how long a run takes on this machine with nobody else on it.

    Parameters
    ----------
    spec : Training
    """
    count, stretches = len(runs(spec)), plan(spec)
    work = sum(stretch.cost for stretch in stretches) / PACE + count * spec["steps"] * STEP
    work += len(stretches) * spec["layers"] * spec["experts"] * LOOK
    begun = 0.0
    if spec.dense_work:
        # Every worker trains it by itself for the runs that it has of a seed.
        begun = spec.dense_work / PACE + spec["dense_steps"] * STEP
    # Runs go on beside each other, and no run is faster for a second core.
    return BEFORE + spec["seeds"] * len(spec.domains) * begun + work / min(local_workers(), count)


def settings_button(preset: str, values: Mapping[str, Value]) -> None:
    """Offer the drawer of settings; nothing of it is made before it is opened.

    Parameters
    ----------
    preset : str
        The one chosen in the form.
    values : mapping of str to Value
        What the form says.
    """
    st.session_state.pop(_CLOSED, None)
    changed = _changed(preset, values)
    label = f"Settings · {changed}" if changed else "Settings"
    hint = f"{changed} changed from the question's own" if changed else None
    if st.button(label, key="train.settings", help=hint):
        _drawer(preset)


def _close() -> None:
    st.session_state[_CLOSED] = True


@st.dialog("Settings", width="medium", position="right", on_dismiss=_close)
def _drawer(preset: str) -> None:
    # A value that is entered by closing comes in one message with that, which runs this alone.
    if st.session_state.get(_CLOSED):
        st.rerun()
    values = form_values(preset)
    st.button(
        "Back to the question's own settings",
        icon=":material/restart_alt:",
        disabled=not _changed(preset, values),
        on_click=reset_form,
        args=(preset,),
        key="train.reset",
    )
    _what_follows(preset)
    show_fields(STATE, preset, form_fields(preset), values)
    upload()


def _what_follows(preset: str) -> None:
    """Say the work of the run as set, or why it cannot be done; the page behind waits."""
    try:
        st.markdown(plain(cost(form_training(preset))))
    except SpecificationError as error:
        st.error(plain(str(error)))


def _changed(preset: str, values: Mapping[str, Value]) -> int:
    fields = form_fields(preset)
    return sum(field.applies(values) and values[field.name] != field.default for field in fields)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
