"""What stands at the top of every page beside its title: projector mode, and sharing."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from moeviz.ui.shared.projector import projector, set_projector
from moeviz.ui.shared.qr import LONGEST, PATH

KEY = "shared.frame"

_ON, _OFF = "on", "off"
"""What the browser says."""

_HERE = Path(__file__).parent

_frame = st.components.v2.component(
    "moeviz.frame",
    html='<div class="moeviz-frame"></div>',
    css=(_HERE / "frame.css").read_text(encoding="utf-8"),
    js=(_HERE / "frame.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def frame() -> None:
    """Show the frame."""
    data = {"projector": projector(), "qr": PATH[1:], "longest": LONGEST}
    _frame(key=KEY, data=data, on_projector_change=_take)


def _take() -> None:
    wanted = st.session_state[KEY].get("projector")
    if wanted in (_ON, _OFF):
        set_projector(wanted == _ON)
