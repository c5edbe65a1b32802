"""What the convergence lab remembers of a visit, and how it follows the address.

The form starts from a :class:`Request`: every widget takes its first value from there. Setting the
form anew, from a link or a file, makes a new generation of widgets with new keys. Writing into the
state of widgets that exist would be shorter, but a browser that misses the message keeps the old
value, and sends it back as the visitor's wish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from moeviz.engine import UnknownJobError
from moeviz.errors import SpecificationError
from moeviz.study import Specification
from moeviz.ui.address import Address
from moeviz.ui.link import Request, read_link, request_for, write_link
from moeviz.ui.session import engine

_PREFIX = "lab."
_REQUEST = "lab.request"
_GENERATION = "lab.generation"
_JOB = "lab.job"
_RESTORED = "lab.restored"
_ADDRESS = Address("lab")


def widget_key(name: str) -> str:
    """Return the key of the form's widget called `name`, in its present generation."""
    return f"{_PREFIX}{st.session_state.get(_GENERATION, 0)}.{name}"


def request() -> Request:
    """Return what the form started from."""
    found: Request = st.session_state[_REQUEST]
    return found


def restore(wanted: Request) -> None:
    """Set the whole form as `wanted` says, whatever the address says; for a callback."""
    _set_form(wanted)
    st.session_state[_RESTORED] = True


def job() -> str | None:
    """Return the study on show."""
    value: str | None = st.session_state.get(_JOB)
    return value


def show_job(job_id: str | None) -> None:
    """Choose the study on show."""
    st.session_state[_JOB] = job_id


def leave_study() -> None:
    """Take the study off the screen; for a callback."""
    show_job(None)


def start_again() -> None:
    """Go back to the first preset, with nothing on show; for a callback."""
    st.query_params.clear()
    _ADDRESS.forget()
    restore(read_link({}))


def follow_address() -> None:
    """Set the form from the address, if somebody else than this visit's form wrote it.

    That is so on arrival, after a reload, when a link is opened and when the browser goes back.

    Raises
    ------
    MoevizError
        If the address asks for something that does not exist.
    """
    if st.session_state.pop(_RESTORED, False):
        return
    address = _ADDRESS.wish(arrived=widget_key("preset") not in st.session_state)
    if address is not None:
        _set_form(_request(address))
        _ADDRESS.followed()


def write_address(spec: Specification, guesses: Sequence[float | None], kept: bool = False) -> None:
    """Make the address one that restores this screen.

    Parameters
    ----------
    spec : Specification
        What the form says.
    guesses : sequence of float or None
        What was predicted, curve by curve.
    kept : bool
        Whether the kept full-size result is on show.
    """
    _ADDRESS.write(write_link(spec, job(), guesses, kept))


def unknown_job(job_id: str) -> str:
    """Return the sentence for a job that this server has never seen."""
    return (
        f"Expected a study that this server has run, but it knows none with the identity "
        f"{job_id}; the link may come from another server."
    )


def _set_form(wanted: Request) -> None:
    st.session_state[_REQUEST] = wanted
    st.session_state[_GENERATION] = st.session_state.get(_GENERATION, 0) + 1
    show_job(wanted.job)


def _request(address: dict[str, str]) -> Request:
    """Return what an address asks for; a job alone brings its own form along."""
    wanted = read_link(address)
    if wanted.job is None or not set(address) <= {"job", "v", "guess"}:
        return wanted
    try:
        known = request_for(engine().look(wanted.job).spec, wanted.job)
        return replace(known, guesses=wanted.guesses)
    except UnknownJobError:
        raise SpecificationError(unknown_job(wanted.job)) from None
