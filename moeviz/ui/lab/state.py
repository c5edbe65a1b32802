"""What the convergence lab remembers of a visit."""

from __future__ import annotations

from dataclasses import replace

from moeviz.engine import UnknownJobError
from moeviz.errors import SpecificationError
from moeviz.study import Specification
from moeviz.ui.lab.link import BESIDE, LAB, MOST_PINS, request_for
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.jobs import Jobs
from moeviz.ui.shared.link import VERSION, Request


def job() -> str | None:
    """Return the study on show."""
    found: str | None = STATE.own("job")
    return found


def show_job(job_id: str | None) -> None:
    """Choose the study on show."""
    STATE.say("job", job_id)


def pins() -> tuple[str, ...]:
    """Return the studies that are pinned for comparison."""
    found: tuple[str, ...] = STATE.own("pins")
    return found or ()


def pin(job_id: str) -> None:
    """Pin a study, in the oldest one's place when there are as many as there may be."""
    others = [each for each in pins() if each != job_id]
    STATE.say("pins", (*others, job_id)[-MOST_PINS:])


def unpin(job_id: str) -> None:
    """Take a study from those that are pinned."""
    STATE.say("pins", tuple(each for each in pins() if each != job_id))


def follows() -> bool:
    """Return whether a study is to be run whenever the form changes."""
    return bool(STATE.own("follow"))


def follow(on: bool) -> None:
    """Choose whether a study is to be run whenever the form changes."""
    STATE.say("follow", on)


def _find(address: dict[str, str]) -> Request:
    """Return what an address asks for; a job alone brings its own form along."""
    wanted = LAB.read(address)
    job_id = wanted.own["job"]
    if job_id is None or not LAB.names & set(address) <= {"job", VERSION, *BESIDE}:
        return wanted
    try:
        known = request_for(STUDIES.look(job_id).spec, job_id)
        said = {name: wanted.own[name] for name in BESIDE}
        return replace(known, own={**known.own, **said})
    except UnknownJobError:
        raise SpecificationError(STUDIES.unknown(job_id)) from None


STRIP = "lab.chips"
"""Key of the strip of chips; there while the lab is on the screen."""

STUDIES = Jobs(
    "lab", Specification, "study", "computed", "a study that this server has run", show_job
)
"""What may be done with the study on show."""

STATE = FormState(LAB, STRIP, _find)
"""The state of the lab's form."""
