"""Files in and out: a run to hand in; a run's data and what it was set to, to take along."""

from __future__ import annotations

import streamlit as st

from moeviz.errors import MoevizError
from moeviz.study.document import read_document
from moeviz.text import json_text
from moeviz.train.result import TrainingResult
from moeviz.train.specification import MOST_DOCUMENT, Training
from moeviz.ui.shared.guard import plain
from moeviz.ui.train.link import request_for
from moeviz.ui.train.own import remember
from moeviz.ui.train.state import STATE

_UPLOAD, _REFUSED, _TAKEN = "train.upload", "train.upload.refused", "train.upload.taken"


def read_run(content: bytes) -> Training:
    """Return the run in an uploaded file.

    Parameters
    ----------
    content : bytes
        The whole file: a specification, or a result with its own.

    Raises
    ------
    SpecificationError
        If the file is too large, not JSON, or not a run that can be done.
    """
    return Training.from_json(read_document(content, MOST_DOCUMENT))


def upload() -> None:
    """Offer to set the form from a file, which closes the drawer; a broken one changes nothing."""
    st.file_uploader(
        "Set the form from a file (JSON of a run)",
        type="json",
        key=_UPLOAD,
        on_change=_take,
        max_upload_size=MOST_DOCUMENT // 1_000_000,
    )
    if st.session_state.pop(_TAKEN, False):
        st.rerun()  # The whole page, for the run may be another question's.
    if _REFUSED in st.session_state:
        st.error(plain(st.session_state[_REFUSED]))


def _take() -> None:
    st.session_state.pop(_REFUSED, None)
    file = st.session_state.get(_UPLOAD)
    if file is None:
        return
    try:
        spec = read_run(file.getvalue())
        if spec.own is not None:
            remember(spec.own)
        STATE.restore(request_for(spec))
        st.session_state[_TAKEN] = True
    except MoevizError as error:
        st.session_state[_REFUSED] = str(error)


def downloads(result: TrainingResult) -> None:
    """Offer a run as files, each made when it is asked for.

    Parameters
    ----------
    result : TrainingResult
    """
    name = f"moeviz-{result.spec.name}-{result.spec.hash}"
    with st.popover("Download"):
        st.download_button(
            "Result (JSON)",
            lambda: json_text(result.to_json()),
            f"{name}.json",
            "application/json",
            help="Every curve and diagnostic, with what was set: `python -m moeviz train FILE` "
            "does the run again.",
            on_click="ignore",
            width="stretch",
        )
        st.download_button(
            "What was set (JSON)",
            lambda: json_text(result.spec.to_json(), indent=2),
            f"{name}-specification.json",
            "application/json",
            help="The form and the command line read it. A text of your own is in it.",
            on_click="ignore",
            width="stretch",
        )
