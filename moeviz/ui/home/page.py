"""Parts of the home page."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moeviz.charts.gates import gates_document
from moeviz.text import json_text
from moeviz.ui.gates.link import BETA, X, kept_inside
from moeviz.ui.home.link import PICTURE, STATE, hero_of
from moeviz.ui.shared.guard import guard
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.plane import moved, plane
from moeviz.ui.shared.session import engine
from moeviz.ui.shared.words import hardware_sentence


def hero() -> None:
    """Show the picture to touch; the browser computes it, and the address says how it was left."""
    with guard(STATE.start_again):
        STATE.follow()
    with guard():
        own = STATE.own_values()
        plane(
            _hero_document(own[BETA] or (), own[X] or ()),
            key=PICTURE,
            scene="gates",
            title="Does the gate see how long β is?",
            file_name="moeviz-gate",
            tools=False,
            on_move=_take,
        )
    with guard(STATE.start_again):
        if any(own.values()) or STATE.page.names & set(st.query_params):
            STATE.write(Request(own, {}))


def _take() -> None:
    """Remember where the hand left arrows and input."""
    found = moved(PICTURE)
    if found is None:
        return
    at = found.handles
    STATE.say(BETA, kept_inside([at[name] for i in range(1, 10) if (name := f"b{i}") in at]))
    STATE.say(X, kept_inside([at["x"]] if "x" in at else []))


@lru_cache(maxsize=100)
def _hero_document(beta: tuple[float, ...], x: tuple[float, ...]) -> str:
    return json_text(gates_document(hero_of({BETA: beta, X: x})), compact=True)


def hardware() -> None:
    """Show on what the fits run; the numbers settle when the workers have started."""
    with guard():
        ready = engine().hardware()["ready"]
        st.fragment(_hardware, run_every=None if ready else 0.2)(ready)


def _hardware(was_ready: bool) -> None:
    with guard():
        now = engine().hardware()
        if now["ready"] and not was_ready:
            st.rerun()
        st.markdown(hardware_sentence(now))
