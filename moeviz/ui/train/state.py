"""What the training page remembers of a visit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moeviz.engine import UnknownJobError
from moeviz.errors import SpecificationError
from moeviz.train.specification import Training
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.jobs import Jobs
from moeviz.ui.shared.link import VERSION, Request
from moeviz.ui.train.link import JOB, PRESET, TRAIN, VIEW, request_for
from moeviz.ui.train.own import remember


def job() -> str | None:
    """Return the run on show."""
    found: str | None = STATE.own(JOB)
    return found


def show_job(job_id: str | None) -> None:
    """Choose the run on show, as it is by itself: its newest step, its first methods."""
    if job_id != job():
        forget_view()
    STATE.say(JOB, job_id)


def view() -> dict[str, Any]:
    """Return how a run is looked at, by the names of :data:`~moeviz.ui.train.link.VIEW`."""
    return {part: STATE.own(name) for part, name in VIEW.items()}


def forget_view() -> None:
    """Look at a run as it is by itself."""
    for name in VIEW.values():
        STATE.say(name, None)


def _find(address: dict[str, str]) -> Request:
    """Return what an address asks for; a run brings its form and its text along."""
    wanted = TRAIN.read(address)
    job_id = wanted.own[JOB]
    if job_id is None:
        return wanted
    alone = TRAIN.names & set(address) <= {JOB, VERSION, *VIEW.values()}
    try:
        spec = RUNS.look(job_id).spec
    except UnknownJobError:
        if alone:
            raise SpecificationError(RUNS.unknown(job_id)) from None
        return wanted
    if spec.own is not None:
        remember(spec.own)
    if not alone:
        return wanted
    known = request_for(spec, job_id)
    return replace(known, own={**known.own, **{name: wanted.own[name] for name in VIEW.values()}})


RUNS = Jobs("train", Training, "run", "done", "a training run of this server", show_job)
"""What may be done with the run on show."""

STATE = FormState(TRAIN, PRESET, _find)
"""The state of the page's form."""
