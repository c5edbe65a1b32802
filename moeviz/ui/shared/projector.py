"""Projector mode: text and strokes half as large again, on every page of a visit.

It is kept in the visit and said in the address of every page, as ``projector=1``. Once the visitor
has switched it by hand, an address that comes along with a run may be one of a moment ago; then
only one that Back or Forward brought is followed.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

PARAMETER = "projector"
"""The parameter of the address; no page has a field of this name."""

ON = "1"

_KEY, _BY_HAND = "shared.projector", "shared.projector.by-hand"


def projector() -> bool:
    """Return whether the visit is in projector mode."""
    found: bool = st.session_state.get(_KEY, False)
    return found


def set_projector(on: bool) -> None:
    """Switch projector mode on or off for the visit; for a callback."""
    st.session_state[_KEY] = on
    st.session_state[_BY_HAND] = True


def follow_projector() -> None:
    """Read the mode from the address, where that may be a wish; at the beginning of a run."""
    said = st.query_params.get(PARAMETER)
    if said is not None and (_BY_HAND not in st.session_state or went_back()):
        st.session_state[_KEY] = said == ON


def of_the_page(address: dict[str, str]) -> dict[str, str]:
    """Return an address without what belongs to the visit and not to a page.

    Parameters
    ----------
    address : dict of str to str
        Query parameters.
    """
    return {name: text for name, text in address.items() if name != PARAMETER}


def with_projector(link: dict[str, str]) -> dict[str, str]:
    """Return a page's parameters with the visit's mode.

    Parameters
    ----------
    link : dict of str to str
    """
    return {**link, PARAMETER: ON} if projector() else dict(link)


def say_projector() -> None:
    """Make the address say the mode; at the end of a run, when the page has written its own."""
    address = st.query_params.to_dict()
    wanted = with_projector(of_the_page(address))
    if address == wanted:
        return
    if projector():
        st.query_params[PARAMETER] = ON
    else:
        del st.query_params[PARAMETER]


def went_back() -> bool:
    """Return whether this run was brought by the browser's Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and bool(context.is_history_navigation)
