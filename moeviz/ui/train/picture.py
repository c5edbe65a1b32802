"""A training run on the screen: one that goes on or has ended, or what is kept of its question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import streamlit as st

from moeviz.charts.training import FIRST
from moeviz.engine import Snapshot
from moeviz.errors import MoevizError
from moeviz.train.kept import KeptTraining, kept
from moeviz.train.presets import PRESETS
from moeviz.train.specification import Training
from moeviz.ui.shared.component import only_a_run
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.words import duration, training_sentence
from moeviz.ui.train.drawn import Shown, screen_of, shown_kept, shown_of
from moeviz.ui.train.files import downloads
from moeviz.ui.train.form import heading
from moeviz.ui.train.link import VIEW
from moeviz.ui.train.predict import outcome
from moeviz.ui.train.state import RUNS, STATE, view
from moeviz.ui.train.watch import viewed, watch_training

PICTURE = "train.watch"
"""Key of the picture on the page."""


def show_picture(preset: str, spec: Training, snapshot: Snapshot | None) -> Shown | None:
    """Draw the run that the address names; without one, what is kept of the question.

    Parameters
    ----------
    preset : str
        The one chosen in the form.
    spec : Training
        What the form says.
    snapshot : Snapshot or None
        The one that the address names, as it stands.

    Returns
    -------
    Shown or None
        What is on the screen.
    """
    if snapshot is None:
        return _kept(preset, spec)
    if snapshot.state == "failed":
        st.error(plain(snapshot.message))
    if snapshot.job_id != spec.hash:
        st.info(
            "The form has changed since this run was done. Press **Run** for the one that the form "
            "describes."
        )
    shown = shown_of(snapshot)
    first = sides(shown.spec, shown.spec)
    if snapshot.active:
        _draw(shown, snapshot.job_id, live=True, first=first)
    else:
        said = f"{training_sentence(snapshot)} {outcome(shown.result)}".strip()
        _draw(shown, snapshot.job_id, sentence=said, first=first)
    if not snapshot.active:
        with st.container(horizontal=True, vertical_alignment="center"):
            if snapshot.state != "done":
                RUNS.continue_button(snapshot)
            downloads(shown.result)
    return shown


def _kept(preset: str, spec: Training) -> Shown | None:
    found = kept(preset)
    if found is None:
        st.info(
            "No result of this question was computed before. Press **Run**: the first points come "
            "within seconds."
        )
        return None
    shown = shown_kept(preset, found)
    differs = not is_part(spec, shown.spec)
    _draw(
        shown,
        None,
        first=sides(spec, shown.spec),
        chosen=() if differs else [method.text for method in spec.methods][:FIRST],
        lent="Kept from before, not what you have set: press Run." if differs else "",
    )
    st.markdown(about_kept(found))
    return shown


def about_kept(found: KeptTraining) -> str:
    """Return where a kept result comes from.

    Parameters
    ----------
    found : KeptTraining
    """
    result = found.result
    methods, seeds = len(result.spec.methods), result.spec["seeds"]
    return (
        f"Computed before, on {plain(found.date)} with {plain(found.device)}: {methods} methods × "
        f"{seeds} seeds, {result.spec['steps']:,} steps, {duration(result.seconds)}."
    )


def is_part(spec: Training, whole: Training) -> bool:
    """Return whether a run is another one, or some of its methods.

    Parameters
    ----------
    spec, whole : Training
    """
    alike = {**spec.fields, "methods": ""} == {**whole.fields, "methods": ""}
    known = {method.text for method in whole.methods}
    return alike and spec.text == whole.text and {each.text for each in spec.methods} <= known


def sides(spec: Training, whole: Training) -> dict[str, Any]:
    """Return as a view the first and the last router that are on, of those that there are.

    Parameters
    ----------
    spec : Training
        What is on.
    whole : Training
        What there is.
    """
    known = {method.text for method in whole.methods if not method.dense}
    on = [method.text for method in spec.methods if method.text in known]
    return {"left": on[0], "right": on[-1]} if len(on) > 1 else {}


def _draw(
    shown: Shown,
    job_id: str | None,
    live: bool = False,
    sentence: str = "",
    lent: str = "",
    first: Mapping[str, Any] = MappingProxyType({}),
    chosen: Sequence[str] = (),
) -> None:
    name = PRESETS[shown.spec.name].name if shown.spec.name in PRESETS else "training"
    watch_training(
        key=PICTURE,
        job=job_id,
        screen=None if live else screen_of(shown, st.context.theme.type),
        live=live,
        source=shown.source,
        view={**first, **{part: said for part, said in view().items() if said is not None}},
        on_view=_take_view,
        on_end=only_a_run,
        file_name=f"moeviz-{name}-{shown.spec.hash}",
        title=heading(shown.spec.name, shown.spec.fields),
        sentence=sentence,
        lent=lent,
        chosen=chosen,
    )


def _take_view() -> None:
    """Remember how the hand left the picture."""
    said = viewed(PICTURE)
    if said is None:
        return
    read = {key.name: key.read for key in STATE.page.keys}
    for part, name in VIEW.items():
        # A browser may say anything; what is none of it changes nothing.
        with suppress(MoevizError):
            STATE.say(name, read[name](str(said[part])) if part in said else None)
