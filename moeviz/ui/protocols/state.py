"""What the page of protocol maps remembers of a visit."""

from __future__ import annotations

from moeviz.study.protocol_map import ProtocolMap
from moeviz.ui.protocols.link import AT, FIGURE, FIRST_FIGURE, JOB, KEPT, PROTOCOLS_PAGE
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.jobs import Jobs
from moeviz.ui.shared.link import Request

PICTURE = "protocols.plane"
"""Key of the picture on the page."""

STATE = FormState(PROTOCOLS_PAGE, PICTURE)
"""What the page shows in the present visit."""


def figure() -> str:
    """Return the preset of the figure on show."""
    return str(STATE.own(FIGURE) or FIRST_FIGURE)


def job() -> str | None:
    """Return the map that was run here, whether or not it is on show."""
    found: str | None = STATE.own(JOB)
    return found


def place() -> tuple[int, int] | None:
    """Return column and row of the cell on show; None where nobody chose one."""
    found: tuple[int, int] | None = STATE.own(AT)
    return found


def wants_kept() -> bool:
    """Return whether the kept map is to be on show although one was run here."""
    return bool(STATE.own(KEPT))


def show_job(job_id: str | None) -> None:
    """Choose the map that was run here, and put it on show; another one has other cells."""
    if job_id != job():
        STATE.say(AT, None)
    STATE.say(JOB, job_id)
    STATE.say(KEPT, False)


def turn_to(kept: bool, at: tuple[int, int] | None) -> None:
    """Put the kept map on show or the one that was run here; for a callback.

    Parameters
    ----------
    kept : bool
    at : tuple of int, optional
        Column and row of the cell on show.
    """
    STATE.say(KEPT, kept)
    STATE.say(AT, at)


def choose(name: str) -> None:
    """Show the kept map of another figure; for a callback."""
    STATE.say(FIGURE, name)
    STATE.say(AT, None)
    STATE.say(JOB, None)
    STATE.say(KEPT, False)


def request() -> Request:
    """Return the request that restores the page as it is."""
    return Request({FIGURE: figure(), AT: place(), JOB: job(), KEPT: wants_kept()}, {})


RUNS = Jobs("protocols", ProtocolMap, "map", "run", "a protocol map of this server", show_job)
"""What may be done with the map on show."""
