"""Checks that this server decides: how one stands, asking for it, waiting for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from moeviz.engine import Check, Snapshot, UnknownJobError
from moeviz.engine.ended_by import ended_words
from moeviz.ui.shared.follow import follow
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.jobs import ONLY_LOOK
from moeviz.ui.shared.person import person, visitor
from moeviz.ui.shared.power import end_button
from moeviz.ui.shared.session import checker


def known(request: Mapping[str, Any]) -> Snapshot | None:
    """Return a check as it stands, or None when it was never asked for.

    Parameters
    ----------
    request : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` takes it.
    """
    try:
        view = checker().look(Check(request))
    except UnknownJobError:
        return None
    return None if view.state == "interrupted" else view


def want(request: Mapping[str, Any]) -> None:
    """Have a check decided.

    Parameters
    ----------
    request : mapping
        As for :func:`known`.
    """
    check = Check(request)
    with INTEREST.asked(check.hash, visitor()):
        checker().submit(check, person(visitor()))


def show_state(view: Snapshot) -> None:
    """Show how far a check is, or why it has no verdict; nothing of one that is decided.

    Parameters
    ----------
    view : Snapshot
    """
    if view.active:
        _wait(view)
    elif view.state == "cancelled":
        ended = ended_words(view.state, view.message)
        st.info(f"This check was {ended[0].lower()}{ended[1:]}; it can be asked again.")
    elif view.state != "done":
        st.error(plain(view.message))


def _wait(view: Snapshot) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        follow(view, key="checker.follow")
        if not INTEREST.wants(view.job_id, visitor()):
            _only_look(view)
            return
        pressed = st.button("Cancel", key="checker.cancel", width=140)
    if not pressed:
        return
    if INTEREST.withdraw(view.job_id, visitor(), everywhere=True):
        st.rerun()
    st.info("Somebody else waits for this check too, so it goes on.")


def _only_look(view: Snapshot) -> None:
    """Say why somebody else's check cannot be cancelled, and offer to ask for it too."""
    st.markdown(ONLY_LOOK, width=105)
    words = (
        "You can look at this check, but not cancel it: somebody else asked for it. Ask too, and "
        "it goes on for you as well; it is decided once for all."
    )
    if st.button("Ask too", key="checker.too", width=110, help=words):
        want(view.spec.request)
        st.rerun()
    end_button(view, "checker.end")
