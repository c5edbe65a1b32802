"""Questions to start a check of one's own from."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.fields import Value
from moeviz.symbolic.request.gallery import Question, gallery
from moeviz.symbolic.request.selection import validated
from moeviz.ui.checker.link import composed
from moeviz.ui.checker.state import STATE
from moeviz.ui.shared.guard import plain


def show_gallery() -> None:
    """Offer the questions; a tap sets one up."""
    st.markdown("**Start from one of twelve**")
    with st.container(gap="xxsmall"):
        for number, question in enumerate(gallery()):
            st.button(
                plain(question.title),
                key=STATE.key(f"gallery.{number}"),
                on_click=_open,
                args=(question,),
                type="tertiary",
            )


def next_step(values: Mapping[str, Value]) -> str:
    """Return what to change next in a question of the gallery; empty for any other.

    Parameters
    ----------
    values : mapping
        Of all fields of a check.
    """
    found = (q.try_next for q in gallery() if validated(q.selection) == dict(values))
    return next(found, "")


def _open(question: Question) -> None:
    STATE.restore(composed(validated(question.selection)))
