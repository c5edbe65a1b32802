"""What the checker's page remembers of a visit."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.ui.checker.link import CHECKER
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.link import Request

MAP = "checker.map"
"""Key of the map of claims, which is always on the page."""

_ASKED = "checker.asked"

STATE = FormState(CHECKER, MAP)
"""The state of the page's form."""


def with_map(request: Request) -> Request:
    """Return a request with what the map shows now, which no claim and no question changes.

    Parameters
    ----------
    request : Request
    """
    shown = {name: STATE.own(name) for name in ("paper", "only")}
    return Request({**request.own, **shown}, request.values)


def go(request: Request, typed: Mapping[str, str] | None = None) -> None:
    """Set the page as a request says, but for what the map shows; for a callback.

    Parameters
    ----------
    request : Request
    typed : mapping of str to str, optional
        As :meth:`~moeviz.ui.shared.form.FormState.restore` takes it.
    """
    st.session_state[_ASKED] = asked() + 1
    STATE.restore(with_map(request), typed)


def asked() -> int:
    """Return how often something else was asked in this visit."""
    return int(st.session_state.get(_ASKED, 0))
