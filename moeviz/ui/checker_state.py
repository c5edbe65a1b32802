"""What the checker's page remembers of a visit, and how it follows the address.

As in the lab, the form starts from a request: every widget takes its first value from there, and
an address that the form itself did not write makes a new generation of widgets.
"""

from __future__ import annotations

import time

import streamlit as st

from moeviz.ui.checker_link import CheckRequest, read_check_link, write_check_link

_REQUEST = "checker.request"
_GENERATION = "checker.generation"
_LINK = "checker.link"
_ECHOES = "checker.echoes"
_ECHO_SECONDS = 5.0


def check_key(name: str) -> str:
    """Return the key of the page's widget called `name`, in its present generation."""
    return f"checker.{st.session_state.get(_GENERATION, 0)}.{name}"


def asked() -> CheckRequest:
    """Return what the page's widgets started from."""
    found: CheckRequest = st.session_state[_REQUEST]
    return found


def start_check_again() -> None:
    """Go back to the first claim; for a callback."""
    st.query_params.clear()
    for name in (_LINK, _ECHOES):
        st.session_state.pop(name, None)
    _set(read_check_link({}))


def follow_check_address() -> None:
    """Set the page from the address, if somebody else than this visit wrote it.

    Raises
    ------
    SpecificationError
        If the address asks for something that does not exist.

    Notes
    -----
    A visitor who types fast sends the address of a moment ago along with the newest values: an
    address that this page wrote or read within the last seconds is an echo, not a wish.
    """
    address = st.query_params.to_dict()
    arrived = check_key("mode") not in st.session_state
    last = st.session_state.get(_LINK)
    if not arrived and (address == last or address in [a for _, a in _recent()]):
        return
    if arrived and not address and last is not None:
        address = last
    _set(read_check_link(address))
    _remember(st.query_params.to_dict())


def write_check_address(request: CheckRequest) -> dict[str, str]:
    """Make the address one that restores this screen, and return its parameters.

    Parameters
    ----------
    request : CheckRequest
        What the form says.
    """
    link = write_check_link(request)
    st.session_state[_LINK] = link
    _remember(link)
    if st.query_params.to_dict() != link:
        st.query_params.from_dict(link)
    return link


def _set(wanted: CheckRequest) -> None:
    st.session_state[_REQUEST] = wanted
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1


def _remember(address: dict[str, str]) -> None:
    st.session_state[_ECHOES] = [*_recent(), (time.monotonic(), address)]


def _recent() -> list[tuple[float, dict[str, str]]]:
    now = time.monotonic()
    return [(t, a) for t, a in st.session_state.get(_ECHOES, []) if now - t < _ECHO_SECONDS]
