"""What stands at the top of every page beside its title: projector mode, and sharing."""

from __future__ import annotations

import streamlit as st

from moeviz.ui.shared.classroom import alone_words
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.projector import projector, set_projector
from moeviz.ui.shared.qr import LONGEST, PATH

KEY = "shared.frame"

_ON, _OFF = "on", "off"
"""What the browser says."""


_frame = declared(__file__, '<div class="moeviz-frame"></div>')


def frame() -> None:
    """Show the frame."""
    data = {"projector": projector(), "qr": PATH[1:], "longest": LONGEST, "alone": alone_words()}
    _frame(key=KEY, data=data, on_projector_change=_take)


def _take() -> None:
    wanted = st.session_state[KEY].get("projector")
    if wanted in (_ON, _OFF):
        set_projector(wanted == _ON)
