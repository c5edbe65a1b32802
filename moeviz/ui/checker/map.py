"""The map of claims: papers as columns, groups of claims as tiles, and a search in words."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from moeviz.charts.claims import KINDS
from moeviz.charts.papers import PAPERS
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.ui.checker.state import MAP, STATE
from moeviz.ui.shared.claims import CLAIMS, FIND_PATH
from moeviz.ui.shared.component import declared

_map = declared(__file__, '<div class="moeviz-map"></div>')


def claim_map(opened: str, on_pick: Callable[[str], None]) -> None:
    """Show the map; a claim that the visitor opens is told, and what is shown alone is kept.

    Parameters
    ----------
    opened : str
        The claim on show; empty for none.
    on_pick : callable
        Takes a claim's id; for a callback.
    """

    def take() -> None:
        said = st.session_state[MAP].get("told")
        if not isinstance(said, dict):
            return
        for name, known in (("paper", PAPERS), ("only", KINDS)):
            value = said.get(name)
            STATE.say(name, value if isinstance(value, str) and value in known else None)
        picked = said.get("open")
        if isinstance(picked, str) and picked in CATALOGUE.claims:
            on_pick(picked)

    # What the address asked for, not what the visitor chose since: the map shows that already.
    asked = {} if STATE.own("compose") is None else STATE.asked.own
    data = {
        "map": CLAIMS.path(),
        "find": FIND_PATH[1:],
        "open": opened,
        "paper": asked.get("paper"),
        "only": asked.get("only"),
        "set": STATE.key("map"),
    }
    _map(key=MAP, data=data, on_told_change=take)
