"""A study on the screen, running or finished, with those that lie behind and beside it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.charts.notices import older_words
from moeviz.charts.sentences import way_words
from moeviz.engine import Snapshot
from moeviz.study import PRESETS, Preset, Specification, plan
from moeviz.study.kept import KeptResult, kept_result
from moeviz.ui.lab.controls import goes_on
from moeviz.ui.lab.drawn import Guesses, Shown, screen_of, shown_kept, shown_of
from moeviz.ui.lab.files import downloads
from moeviz.ui.lab.following import before_layer, before_of, said_of
from moeviz.ui.lab.form import heading, own_model
from moeviz.ui.lab.layers import layers, pin_name, pinned
from moeviz.ui.lab.link import FIRST_PRESET
from moeviz.ui.lab.predict import guesses_of, predicted_for
from moeviz.ui.lab.state import STUDIES, follows, pin, pins, unpin
from moeviz.ui.shared.component import only_a_run
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.watch import watch
from moeviz.ui.shared.words import duration, progress_sentence

PICTURE = "lab.watch"
"""The picture's key in the session."""


def show_study(
    preset: Preset,
    spec: Specification,
    guesses: Guesses,
    kept: KeptResult | None,
    snapshot: Snapshot | None,
    link: Mapping[str, str],
) -> Shown | None:
    """Draw the study that the address names; without one, what is kept of the preset, faintly.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    spec : Specification
        What the form says.
    guesses : sequence of float or None
        What was predicted, curve by curve.
    kept : KeptResult or None
        The kept result, where that is to be shown in place of a study.
    snapshot : Snapshot or None
        The one that the address names, as it stands.
    link : mapping of str to str
        The query parameters that restore the screen.

    Returns
    -------
    Shown or None
        What is on the screen, if it is there and nothing is computed any more.
    """
    if kept is not None:
        shown = shown_kept(preset.name, kept).read_as(spec)
        _picture(preset, spec, shown, guesses_of(guesses, spec, shown.spec), asked=spec)
        _buttons(None, shown, link)
        _about_kept(kept)
        return shown
    if snapshot is None:
        _picture(preset, spec, None, (), lent=_lent(preset, spec))
        _buttons(None, None, link)
        return None
    _remarks(snapshot, spec)
    shown = shown_of(snapshot).read_as(spec)
    own = guesses_of(guesses, spec, snapshot.spec)
    _picture(preset, spec, shown, own, snapshot, before=before_of(snapshot))
    _buttons(snapshot, shown, link, above=goes_on(spec, snapshot))
    return None if snapshot.active else shown


def _picture(
    preset: Preset,
    spec: Specification,
    shown: Shown | None,
    guesses: Guesses,
    snapshot: Snapshot | None = None,
    lent: str = "",
    asked: Specification | None = None,
    before: Snapshot | None = None,
) -> None:
    theme = st.context.theme.type
    name = shown.spec.hash if shown is not None else preset.name
    live = snapshot is not None and snapshot.active
    waiting, done = said_of(spec, snapshot, before)
    # What a visitor has chosen to see stays for as long as the same curves follow each other.
    view = name if done is None and waiting is None else _curves(shown)
    first = [before_layer(before, theme)] if before is not None else []
    watch(
        key=PICTURE,
        job=snapshot.job_id if snapshot is not None else None,
        screen=None
        if shown is None or live
        else screen_of(shown, shown.spec["sizes"], theme, asked),
        live=live,
        guesses=guesses,
        layers=[*first, *layers(preset, spec, shown, theme, behind=not first)],
        view=view,
        file_name=f"moeviz-{preset.name}-{name}" if shown is not None else f"moeviz-{preset.name}",
        on_end=only_a_run,
        title=heading(preset, preset.defaults if shown is None else shown.spec.fields),
        sentence="" if snapshot is None or live else progress_sentence(snapshot),
        lent=lent,
        follows=follows() and snapshot is not None,
        predicted="" if shown is None else predicted_for(shown.spec),
        waiting=waiting,
        done=done,
    )


def _curves(shown: Shown | None) -> str:
    return "" if shown is None else repr([curve.key for curve in plan(shown.spec).curves])


def _lent(preset: Preset, spec: Specification) -> str:
    """Say whose picture stands in place of a study that is none of its preset's; else nothing."""
    lender = preset.name
    if kept_result(lender) is None:
        lender = FIRST_PRESET
    elif not own_model(preset, spec.fields):
        return ""
    return f"An example, not your study: “{PRESETS[lender].title}”"


def _buttons(
    snapshot: Snapshot | None, shown: Shown | None, link: Mapping[str, str], above: bool = False
) -> None:
    """Offer to go on, unless that is done `above`; to pin what is done, to unpin, to export."""
    with st.container(horizontal=True, vertical_alignment="center"):
        done = snapshot is not None and not snapshot.active
        if snapshot is not None and done and _can_go_on(snapshot):
            if not above:
                STUDIES.continue_button(snapshot)
        elif snapshot is not None and done and snapshot.job_id not in pins():
            st.button(
                "Pin",
                help="Keep these curves in the picture while another study is run.",
                on_click=pin,
                args=(snapshot.job_id,),
                key="lab.pin",
            )
        for number, job_id in enumerate(pins(), 1):
            found = pinned(job_id)
            name = "a study that this server does not know" if not found else pin_name(found, shown)
            st.button(
                f"Unpin {number}: {plain(name)}",
                on_click=unpin,
                args=(job_id,),
                key=f"lab.unpin.{job_id}",
            )
        if shown is not None and (done or snapshot is None):
            downloads(shown.result, link)


def _can_go_on(snapshot: Snapshot) -> bool:
    """Return whether what is missing can be computed; of an older arithmetic it cannot."""
    return snapshot.state != "done" and not older_words(snapshot.spec)


def _remarks(snapshot: Snapshot, spec: Specification) -> None:
    if snapshot.state == "failed":
        st.error(plain(snapshot.message))
    older = older_words(snapshot.spec)
    if older:
        st.warning(plain(older))
    if snapshot.job_id != spec.hash and not follows():  # else it is said why it does not follow
        st.info(
            "The form has changed since this study was run. Press **Run** for the study that the "
            "form describes."
        )


def _about_kept(kept: KeptResult) -> None:
    older = older_words(kept.result.spec)
    if older:
        st.warning(plain(older))
    way = way_words(kept.result.kernels)
    st.markdown(
        f"The full-size result, kept with the project: computed on {plain(kept.date)} in "
        f"{duration(kept.result.seconds)} by the clock, device {plain(kept.device)}"
        f"{way and ', '}{way}. Of the settings only statistic and band change what is seen of it."
    )
