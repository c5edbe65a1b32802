"""What the training page remembers of a visit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moeviz.engine import Snapshot, UnknownJobError
from moeviz.errors import SpecificationError
from moeviz.train.specification import Training
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.link import VERSION, Request
from moeviz.ui.shared.session import engine
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


def leave_run() -> None:
    """Take the run off the screen; for a callback."""
    show_job(None)


def view() -> dict[str, Any]:
    """Return how a run is looked at, by the names of :data:`~moeviz.ui.train.link.VIEW`."""
    return {part: STATE.own(name) for part, name in VIEW.items()}


def forget_view() -> None:
    """Look at a run as it is by itself."""
    for name in VIEW.values():
        STATE.say(name, None)


def training_snapshot(job_id: str) -> Snapshot:
    """Return a training run as it stands.

    Parameters
    ----------
    job_id : str

    Raises
    ------
    UnknownJobError
        If this server knows no such run; studies are none.
    """
    found = engine().look(job_id)
    if not isinstance(found.spec, Training):
        raise UnknownJobError(unknown_job(job_id))
    return found


def unknown_job(job_id: str) -> str:
    """Return the sentence for a run that this server has never seen."""
    return (
        f"Expected a training run of this server, but it knows none with the identity {job_id}; "
        "the link may come from another server."
    )


def _find(address: dict[str, str]) -> Request:
    """Return what an address asks for; a run brings its form and its text along."""
    wanted = TRAIN.read(address)
    job_id = wanted.own[JOB]
    if job_id is None:
        return wanted
    alone = TRAIN.names & set(address) <= {JOB, VERSION, *VIEW.values()}
    try:
        spec = training_snapshot(job_id).spec
    except UnknownJobError:
        if alone:
            raise SpecificationError(unknown_job(job_id)) from None
        return wanted
    if spec.own is not None:
        remember(spec.own)
    if not alone:
        return wanted
    known = request_for(spec, job_id)
    return replace(known, own={**known.own, **{name: wanted.own[name] for name in VIEW.values()}})


STATE = FormState(TRAIN, PRESET, _find)
"""The state of the page's form."""
