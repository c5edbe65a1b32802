"""What the lecturer may do: end a job whoever wants it."""

from __future__ import annotations

import logging

import streamlit as st

from moeviz.engine import Snapshot
from moeviz.errors import MoevizError
from moeviz.ui.shared.lecturer import is_lecturer
from moeviz.ui.shared.person import SHOWN, person, visitor
from moeviz.ui.shared.session import cancel, look, wished_by

logger = logging.getLogger(__name__)


def end(job: str, lecturer: str) -> None:
    """End a job for all who want it, and write into the log who did.

    Parameters
    ----------
    job : str
        The job's name.
    lecturer : str
        The person who does, and has shown that they may.

    Raises
    ------
    MoevizError
        If there is no such job, or it cannot be ended.
    """
    kind, wanted = look(job).kind.name, wished_by(job)
    cancel(job, "lecturer")
    logger.warning(
        "The lecturer, visitor %s, ended %s %s, which %d wanted",
        lecturer[:SHOWN],
        kind,
        job,
        len(wanted),
    )


def end_button(snapshot: Snapshot, key: str) -> None:
    """Offer the lecturer to end a job; nobody else.

    Parameters
    ----------
    snapshot : Snapshot
        A job that goes on.
    key : str
        Identity of the button on its page.
    """
    if not is_lecturer():
        return
    words = "The lecturer may: it ends for everybody who wants it."
    if st.button("End for all", width=120, key=key, help=words):
        try:
            end(snapshot.job_id, person(visitor()))
        except MoevizError as error:
            st.error(str(error))
            return
        st.rerun()
