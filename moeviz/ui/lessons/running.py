"""Run it live: the truth's number, the cost, progress, cancel, and what is shown meanwhile."""

from __future__ import annotations

import streamlit as st

from moeviz.engine import Snapshot
from moeviz.errors import MoevizError
from moeviz.lessons.runs import LAST_SEED, Run
from moeviz.ui.lessons.heading import HERE, PLACE
from moeviz.ui.lessons.link import SEED
from moeviz.ui.lessons.live import cancel, start
from moeviz.ui.lessons.state import STATE
from moeviz.ui.shared.follow import follow
from moeviz.ui.shared.guard import plain

FIRST_SEED = 2
"""Offered first: the truth that ships has number 1."""

_WRONG = "lessons.refused"

_WORDS = {
    "study": "truth number",
    "training": "seed of weights and data",
    "check": "",
    "protocol": "",
}


def offer(run: Run, seed: int | None, job: Snapshot | None, place: str) -> None:
    """Offer a live run, or show how it stands.

    Parameters
    ----------
    run : Run
    seed : int or None
        Of the truth that the page is about; None for what ships.
    job : Snapshot or None
        The run as it stands.
    place : str
        Tells it from others of the same step.
    """
    with st.container(key=f"{PLACE}.run{place}"):
        _offer(run, seed, job, place)


def _offer(run: Run, seed: int | None, job: Snapshot | None, place: str) -> None:
    if job is not None and job.active:
        if run.what != "study":
            follow(job, key=f"lessons.follow{place}")
        st.markdown(":small[Until it has ended, the numbers are those of the kept result.]")
        st.button("Cancel", key=f"lessons.cancel{place}", on_click=_cancel, args=(run, seed))
        return
    if (wrong := st.session_state.pop(_WRONG, None)) is not None:
        st.info(f"{plain(wrong)} The kept result stays.")
    if job is not None and job.state == "done":
        what = f" with {_WORDS[run.what]} {seed}" if _WORDS[run.what] else ""
        with st.container(key=f"{HERE}.run{place}"):
            st.markdown(f":small[Run on this server{what}. All numbers of this lesson follow it.]")
    elif job is not None:
        st.info(plain(job.message or "The run did not come to its end."))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number: int | None = None
        if _WORDS[run.what]:
            number = st.number_input(
                _WORDS[run.what].capitalize(), 1, LAST_SEED, seed or FIRST_SEED, width=160,
                key=STATE.key(f"seed{place}"),
            )  # fmt: skip
        label = "Decide it again, live" if run.what == "check" else "Run it live"
        wanted = number or seed or FIRST_SEED
        st.button(label, key=f"lessons.run{place}", on_click=_start, args=(run, wanted))
        if seed is not None:
            st.button("Back to the kept result", key=f"lessons.kept{place}", on_click=_kept)


def _start(run: Run, seed: int) -> None:
    STATE.say(SEED, int(seed))
    try:
        start(run, int(seed))
    except MoevizError as error:
        st.session_state[_WRONG] = str(error)


def _cancel(run: Run, seed: int) -> None:
    try:
        cancel(run, seed)
    except MoevizError as error:
        st.session_state[_WRONG] = str(error)
    STATE.say(SEED, None)


def _kept() -> None:
    STATE.say(SEED, None)
