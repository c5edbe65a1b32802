"""Questions to start a check of one's own from."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.fields import Value
from moeviz.symbolic.request.gallery import Question, gallery
from moeviz.symbolic.request.selection import asked, validated
from moeviz.text import json_text
from moeviz.ui.checker.link import composed, plain_request
from moeviz.ui.checker.run import want
from moeviz.ui.checker.state import go
from moeviz.ui.shared.component import declared

KEY = "checker.gallery"
HEADING = "Start from one of twelve"

_gallery = declared(__file__, '<div class="moeviz-gallery"></div>')


def show_gallery(values: Mapping[str, Value]) -> None:
    """Offer the questions; a tap sets one up and has it decided.

    Parameters
    ----------
    values : mapping
        Of all fields of the check as it is set up.
    """
    questions = gallery()
    now = known_question(values)
    data = {
        "heading": HEADING,
        "titles": [question.title for question in questions],
        "chosen": None if now is None else questions.index(now),
    }
    _gallery(key=KEY, data={"questions": json_text(data, compact=True)}, on_picked_change=_take)


def known_question(values: Mapping[str, Value]) -> Question | None:
    """Return the question of the gallery that a check asks, or None for any other.

    Parameters
    ----------
    values : mapping
        Of all fields of a check.
    """
    wanted = asked(values)
    return next((q for q in gallery() if q.request["compose"] == wanted), None)


def _take() -> None:
    picked, questions = st.session_state[KEY].get("picked"), gallery()
    if isinstance(picked, int) and 0 <= picked < len(questions):
        wanted = composed(validated(questions[picked].selection))
        go(wanted)
        want(plain_request(wanted))
