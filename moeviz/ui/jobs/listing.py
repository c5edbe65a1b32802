"""What the page of jobs lists: one's own, and for the lecturer everybody's."""

from __future__ import annotations

from typing import Any

from moeviz.engine.asked import Asked, asked_for, latest
from moeviz.engine.ended_by import ended_words
from moeviz.engine.snapshot import ACTIVE, STOPPED
from moeviz.engine.store import Store
from moeviz.errors import MoevizError
from moeviz.ui.jobs.words import called
from moeviz.ui.shared.news import TELLERS
from moeviz.ui.shared.session import look
from moeviz.ui.shared.words import duration

MOST = 50
"""Jobs in a list."""

FILES = "moeviz/jobs"
"""Below this address lie the jobs' files."""


def listed(store: Store, person: str, lecturer: bool) -> dict[str, Any]:
    """Return what a person's page of jobs shows.

    Parameters
    ----------
    store : Store
    person : str
        As :func:`moeviz.ui.shared.person.person` names them; "" for somebody without a name.
    lecturer : bool
        Whether all jobs are listed too.

    Returns
    -------
    dict
        ``named`` (whether the browser has a name), ``lecturer``, ``jobs``, and ``all``, which is
        empty for everybody else.

    Raises
    ------
    StoreError
        If the store cannot be read.
    """
    own = asked_for(store, person, MOST) if person else []
    return {
        "named": bool(person),
        "lecturer": lecturer,
        "jobs": [told(store, job, own=True) for job in own],
        "all": [told(store, job, own=False) for job in latest(store, MOST)] if lecturer else [],
    }


def told(store: Store, job: Asked, own: bool) -> dict[str, Any]:
    """Return what is said of one job.

    Parameters
    ----------
    store : Store
    job : Asked
    own : bool
        Whether it is listed for whoever asked for it; a text of theirs is nobody else's business.
    """
    name, words = job.name, called(store, job.name)
    state, fraction, sentence = _stands(job)
    active = state in ACTIVE
    begun = own and job.state is not None
    return {
        "job": name.hash,
        "kind": words.kind,
        "title": words.title,
        "detail": words.detail if own or not words.own else "a text of somebody's own",
        "link": words.link if own or not words.own else "",
        "state": state,
        "active": active,
        "fraction": fraction,
        "sentence": sentence,
        "at": round(job.at),
        "ended": ended_words(state, job.message) if state in STOPPED else "",
        "cancels": own and active and job.wanted,
        "continues": begun and state in STOPPED and words.goes_on,
        "wishes": job.wishes,
        "file": f"{FILES}/{name}.json" if begun else "",
    }


def _stands(job: Asked) -> tuple[str, float, str]:
    """Return a job's state, its share that is done, and a sentence that says both."""
    state = job.state or "waiting"
    if state in ACTIVE:
        try:
            snapshot = look(job.name.hash)
        except MoevizError:
            return "interrupted", 0.0, "It was not begun; open it and run it again."
        teller = TELLERS[snapshot.kind.name]
        fraction = min(1.0, max(0.0, teller.fraction(snapshot)))
        return snapshot.state, fraction, teller.sentence(snapshot)
    spent = f"{duration(job.seconds)} of computing"
    if state == "done":
        return state, 1.0, f"Finished in {spent}."
    return state, 0.0, f"{ended_words(state, job.message)} after {spent}."
