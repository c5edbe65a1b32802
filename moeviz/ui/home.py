"""Parts of the home page."""

from __future__ import annotations

import streamlit as st

from moeviz.charts.gate import GateView
from moeviz.ui.shared.guard import guard
from moeviz.ui.shared.session import engine
from moeviz.ui.shared.words import hardware_sentence

_UNSEEN = 5e-4


def verdict(view: GateView) -> str:
    """Say by how much the weight has changed.

    Parameters
    ----------
    view : GateView
        A gate and its reference.
    """
    title = view.title.capitalize()
    if view.change < _UNSEEN:
        return f"{title}: nothing moves ({view.change:.3f})"
    return f"{title}: weight moves by up to {view.change:.3f}"


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
