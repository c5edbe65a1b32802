"""The question of a check of one's own: a sentence with choices in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from moeviz.charts.question import SAID, question
from moeviz.text import json_text
from moeviz.ui.shared.component import declared

KEY = "checker.sentence"

_sentence = declared(
    __file__, '<div class="moeviz-sentence" role="group" aria-label="Question"></div>'
)


def sentence(values: Mapping[str, Any], on_pick: Callable[[str, str], None]) -> None:
    """Show the question; a choice that the visitor makes is told as field and text.

    Parameters
    ----------
    values : mapping
        Of all fields of a check.
    on_pick : callable
        Takes a field of the sentence and the text of its new value; for a callback.
    """
    pieces = [p if isinstance(p, str) else asdict(p) for p in question(values)]

    def take() -> None:
        picked = st.session_state[KEY].get("picked")
        if isinstance(picked, dict) and picked.get("field") in SAID:
            on_pick(str(picked["field"]), str(picked.get("value", "")))

    _sentence(key=KEY, data={"sentence": json_text(pieces, compact=True)}, on_picked_change=take)
