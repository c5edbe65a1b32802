"""What the page of protocol maps remembers of a visit."""

from __future__ import annotations

from moeviz.study.protocol_map import ProtocolMap
from moeviz.ui.protocols.link import AT, FIGURE, FIRST_FIGURE, JOB, PROTOCOLS_PAGE
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
    """Return the map on show that was run here."""
    found: str | None = STATE.own(JOB)
    return found


def place() -> tuple[int, int] | None:
    """Return column and row of the cell on show; None where nobody chose one."""
    found: tuple[int, int] | None = STATE.own(AT)
    return found


def show_job(job_id: str | None) -> None:
    """Choose the map on show; another one has other cells."""
    if job_id != job():
        STATE.say(AT, None)
    STATE.say(JOB, job_id)


def choose(name: str) -> None:
    """Show the kept map of another figure; for a callback."""
    STATE.say(FIGURE, name)
    STATE.say(AT, None)
    STATE.say(JOB, None)


def request() -> Request:
    """Return the request that restores the page as it is."""
    return Request({FIGURE: figure(), AT: place(), JOB: job()}, {})


RUNS = Jobs("protocols", ProtocolMap, "map", "run", "a protocol map of this server", show_job)
"""What may be done with the map on show."""
