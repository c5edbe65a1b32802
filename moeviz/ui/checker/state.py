"""What the checker's page remembers of a visit, and how it follows the address.

As in the lab, the form starts from a request: every widget takes its first value from there, and
an address that the form itself did not write makes a new generation of widgets.
"""

from __future__ import annotations

import streamlit as st

from moeviz.ui.checker.link import CheckRequest, read_check_link, write_check_link
from moeviz.ui.shared.address import Address

_REQUEST = "checker.request"
_GENERATION = "checker.generation"
_ADDRESS = Address("checker")


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
    _ADDRESS.forget()
    _set(read_check_link({}))


def follow_check_address() -> None:
    """Set the page from the address, if somebody else than this visit wrote it.

    Raises
    ------
    SpecificationError
        If the address asks for something that does not exist.
    """
    address = _ADDRESS.wish(arrived=check_key("mode") not in st.session_state)
    if address is not None:
        _set(read_check_link(address))
        _ADDRESS.followed()


def write_check_address(request: CheckRequest) -> dict[str, str]:
    """Make the address one that restores this screen, and return its parameters.

    Parameters
    ----------
    request : CheckRequest
        What the form says.
    """
    link = write_check_link(request)
    _ADDRESS.write(link)
    return link


def _set(wanted: CheckRequest) -> None:
    st.session_state[_REQUEST] = wanted
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1
