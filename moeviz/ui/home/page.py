"""Parts of the home page."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moeviz.charts.gates import COSINE, LINEAR, Setup, gates_document
from moeviz.text import json_text
from moeviz.ui.shared.guard import guard
from moeviz.ui.shared.plane import plane
from moeviz.ui.shared.session import engine
from moeviz.ui.shared.words import hardware_sentence

HERO = Setup(models=((COSINE, "softmax"), (LINEAR, "softmax")))
"""Two routers under one set of arrows: to one of them the arrows' length is nothing."""


def hero() -> None:
    """Show the picture to touch; the browser computes it, and the server is not asked."""
    with guard():
        plane(
            _hero_document(),
            key="home.plane",
            scene="gates",
            title="Does the gate see how long β is?",
            file_name="moeviz-gate",
            tools=False,
        )


@lru_cache(maxsize=1)
def _hero_document() -> str:
    return json_text(gates_document(HERO), compact=True)


def hardware() -> None:
    """Show on what the fits run; the numbers settle when the workers have started."""
    with guard():
        ready = engine().hardware()["ready"]
        st.fragment(_hardware, run_every=None if ready else 0.5)(ready)


def _hardware(was_ready: bool) -> None:
    with guard():
        now = engine().hardware()
        if now["ready"] and not was_ready:
            st.rerun()
        st.markdown(hardware_sentence(now))
