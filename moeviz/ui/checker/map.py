"""The map of claims: papers as columns, groups of claims as tiles, and a search in words."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.ui.checker.state import MAP
from moeviz.ui.shared.claims import CLAIMS, FIND_PATH
from moeviz.ui.shared.component import declared

_map = declared(__file__, '<div class="moeviz-map"></div>')


def claim_map(opened: str, on_pick: Callable[[str], None]) -> None:
    """Show the map; a claim that the visitor opens is told.

    Parameters
    ----------
    opened : str
        The claim on show; empty for none.
    on_pick : callable
        Takes a claim's id; for a callback.
    """

    def take() -> None:
        picked = st.session_state[MAP].get("picked")
        if isinstance(picked, str) and picked in CATALOGUE.claims:
            on_pick(picked)

    data = {"map": CLAIMS.path(), "find": FIND_PATH[1:], "open": opened}
    _map(key=MAP, data=data, on_picked_change=take)
