"""Follow: what the form says is run as soon as it says it, in place of the study before."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from moeviz.engine import Snapshot, UnknownJobError
from moeviz.engine.ended_by import ended_words
from moeviz.study import FULL, Preset, Specification, split
from moeviz.study.designs import DESIGNS
from moeviz.study.fields import MODEL, TRUTH
from moeviz.study.kept import KeptResult
from moeviz.ui.lab.drawn import screen_of, shown_of
from moeviz.ui.lab.hand import hand
from moeviz.ui.lab.named import named
from moeviz.ui.lab.predict import PREDICT
from moeviz.ui.lab.sizes import size_now
from moeviz.ui.lab.state import STUDIES, follow, follows, job
from moeviz.ui.shared.turns import still_wanted
from moeviz.ui.shared.watch import Said
from moeviz.ui.shared.words import duration

MOST_WORK = 100.0
"""Seconds of one core, as estimated, that a study which is followed may take."""

PACE = 0.7
"""Seconds between two studies that one visit has start; of wishes in between the newest counts."""

_STOPPED = ("cancelled", "interrupted")
_GLANCE = 0.05

_LAST = "lab.follow.last"
"""Key of when this visit had a study start, on the clock that only moves on."""

_BEFORE = "lab.follow.before"
"""Key of the study that follows and the one that was on show before it."""

_MET = "lab.follow.met"
"""Key of the study that this page took up last; others of the same person's may come after it."""

_TAKEN = "Stopped, perhaps for a newer study of yours in another tab"
"""Where a study has stopped that nobody cancelled here."""


def follow_form(
    preset: Preset,
    values: Mapping[str, Any],
    spec: Specification,
    snapshot: Snapshot | None,
    kept: KeptResult | None,
) -> None:
    """Offer what the hand moves, and run what the form says; nothing where nobody has it follow.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    values : mapping
        What the form says.
    spec : Specification
        The study that it describes.
    snapshot : Snapshot or None
        The study on show.
    kept : KeptResult or None
        The kept result, where that is on show in place of a study.

    Raises
    ------
    EngineError
        If the study cannot be submitted.
    """
    if not follows():
        STUDIES.unfollow()
        return
    why = why_not(preset, spec, kept)
    hand(preset, values, why)
    if not why:
        _follow(spec, snapshot)


def stop_following() -> None:
    """Have nothing follow any more: who cancels a study wants no other in its place."""
    follow(False)
    st.session_state.pop(_BEFORE, None)


def why_not(preset: Preset, spec: Specification, kept: KeptResult | None) -> str:
    """Say why a study is not run as soon as the form says it; "" where it is.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    spec : Specification
        The study that the form describes.
    kept : KeptResult or None
        The kept result, where that is on show in place of a study.
    """
    if st.session_state.get(PREDICT):
        return "Nothing is run while the predictions are open; close them, and the study follows."
    if kept is not None:
        return "The kept result is on show; choose anything else, or press Run, and that follows."
    if size_now(preset, spec.fields) == FULL:
        return (
            "A study of full size does not follow: press Run, or choose the live size (first chip)."
        )
    work = sum(block.cost for block in split(spec))
    if work > MOST_WORK:
        return (
            f"This study does not follow: it takes about {duration(work)} of one idle core, "
            f"and {MOST_WORK:.0f} s are the most. Press Run, or take fewer samples, replicates or "
            "models."
        )
    return ""


def before_of(snapshot: Snapshot | None) -> Snapshot | None:
    """Return the study that was on show before one that follows; None where there is none.

    Parameters
    ----------
    snapshot : Snapshot or None
        The one on show.
    """
    new, before = _new_and_before()
    if not follows() or snapshot is None or before is None or snapshot.job_id != new:
        return None
    try:
        return STUDIES.look(before)
    except UnknownJobError:
        return None


def before_layer(before: Snapshot, theme: str | None) -> dict[str, Any]:
    """Return how the study before is drawn until the first point of the one on show is there.

    Parameters
    ----------
    before : Snapshot
    theme : str or None
        The browser's theme.
    """
    return {
        "name": "the study before",
        "short": "before",
        "screen": screen_of(shown_of(before), before.spec["sizes"], theme),
        "look": "faint",
        "until": "point",
        "before": True,
    }


def said_of(
    spec: Specification, snapshot: Snapshot | None, before: Snapshot | None
) -> tuple[Said | None, Said | None]:
    """Say whose curves are on the screen and how old they are.

    Parameters
    ----------
    spec : Specification
        The study that the form describes.
    snapshot : Snapshot or None
        The study on show.
    before : Snapshot or None
        The one before it.

    Returns
    -------
    (Said or None, Said or None)
        For as long as the study on show has no point, and for when it has.
    """
    if not follows() or snapshot is None:
        return None, None
    taken = snapshot.job_id == spec.hash and snapshot.state in _STOPPED
    stopped = _stopped(snapshot)
    waiting = Said("Yours is on its way.") if snapshot.active else Said(stopped) if taken else None
    if before is not None:
        end = "of the new ones none came."
        if snapshot.active:
            end = "the new ones are on their way."
        elif taken:
            end = stopped[0].lower() + stopped[1:]
        belong = f"These curves belong to {_told(before.spec, snapshot.spec)}"
        anew = _anew(before.spec, snapshot.spec)
        waiting = Said(f"{belong} and are {{age}} old; {end}{anew}", _age(before))
    return waiting, _done(spec, snapshot)


def _done(spec: Specification, snapshot: Snapshot) -> Said | None:
    if snapshot.job_id != spec.hash:
        told = _told(snapshot.spec, spec)
        anew = _anew(snapshot.spec, spec)
        return Said(f"These curves belong to {told} and are {{age}} old.{anew}", _age(snapshot))
    if snapshot.state in _STOPPED:
        return Said(_stopped(snapshot))
    return None if snapshot.active else Said("This answer is {age} old.", _age(snapshot))


def _stopped(snapshot: Snapshot) -> str:
    """Say how a study came to its end that nobody cancelled here."""
    ended = ended_words(snapshot.state, snapshot.message)
    if ended == snapshot.state.capitalize():
        ended = _TAKEN
    return f"{ended}; press Continue to have it go on."


def _anew(old: Specification, new: Specification) -> str:
    """Say that two settings have two truths, where each searches its own."""
    if not DESIGNS[new["design"]].searched or not named(old, new, (MODEL, TRUTH)):
        return ""
    return " Each setting searches a truth of its own, so that all curves move."


def _follow(spec: Specification, snapshot: Snapshot | None) -> None:
    if snapshot is not None and job() == spec.hash:
        if snapshot.active and st.session_state.get(_MET) != spec.hash:
            STUDIES.follow(spec.hash)
        st.session_state[_MET] = spec.hash
        # What has stopped goes on, but is asked for once: it may stop again by itself.
        if snapshot.state not in _STOPPED or _new_and_before()[0] == spec.hash:
            return
    _keep_pace()
    before = _answer(snapshot)
    st.session_state[_BEFORE] = (spec.hash, before if before != spec.hash else None)
    st.session_state[_MET] = spec.hash
    STUDIES.submit_followed(spec)
    st.session_state[_LAST] = time.monotonic()
    st.rerun()


def _keep_pace() -> None:
    """Wait where another study has just started; a newer wish of the visitor's ends that."""
    end = st.session_state.get(_LAST, -PACE) + PACE
    while (left := end - time.monotonic()) > 0:
        still_wanted()
        time.sleep(min(_GLANCE, left))


def _answer(snapshot: Snapshot | None) -> str | None:
    """Return the last study that has anything to show: the one on show, or the one before it."""
    if snapshot is None:
        return None
    if snapshot.results:
        return snapshot.job_id
    return _new_and_before()[1]


def _new_and_before() -> tuple[str | None, str | None]:
    found: tuple[str | None, str | None] = st.session_state.get(_BEFORE, (None, None))
    return found


def _age(snapshot: Snapshot) -> float:
    return max(0.0, time.time() - snapshot.changed) if snapshot.changed else 0.0


def _told(one: Specification, other: Specification) -> str:
    return named(one, other) or "the same settings"
