"""Files in and out: a specification to upload; data, specification and result to download."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from moeviz.charts.printed import printed
from moeviz.charts.table import replicates_csv
from moeviz.errors import MoevizError
from moeviz.study import Result, Specification
from moeviz.study.document import read_document
from moeviz.text import json_text
from moeviz.ui.lab.link import request_for
from moeviz.ui.lab.state import STATE
from moeviz.ui.shared.guard import plain

_UPLOAD = "lab.upload"
_REFUSED = "lab.upload.refused"


def read_specification(content: bytes) -> Specification:
    """Return the specification in an uploaded file.

    Parameters
    ----------
    content : bytes
        The whole file.

    Raises
    ------
    SpecificationError
        If the file is too large, not JSON, or not a specification that can be run.
    """
    return Specification.from_json(read_document(content))


def upload() -> None:
    """Offer to set the form from a file; a broken file gives one sentence and changes nothing."""
    st.file_uploader(
        "Set the form from a file (JSON of a specification or of a result)",
        type="json",
        key=_UPLOAD,
        on_change=_take,
        max_upload_size=1,
    )
    if _REFUSED in st.session_state:
        st.error(plain(st.session_state[_REFUSED]))


def _take() -> None:
    st.session_state.pop(_REFUSED, None)
    file = st.session_state.get(_UPLOAD)
    if file is None:
        return
    try:
        STATE.restore(request_for(read_specification(file.getvalue())))
    except MoevizError as error:
        st.session_state[_REFUSED] = str(error)


def downloads(result: Result, link: Mapping[str, str]) -> None:
    """Offer the study's data, specification, whole result, and a link that restores the screen.

    Parameters
    ----------
    result : Result
    link : mapping of str to str
        The query parameters that restore the screen.
    """
    name = f"moeviz-{result.spec.name}-{result.hash}"
    offers = (
        ("Data (CSV)", f"{name}.csv", "text/csv", lambda: replicates_csv(result)),
        (
            "Specification (JSON)",
            f"{name}-specification.json",
            "application/json",
            lambda: json_text(result.spec.to_json(), indent=2),
        ),
        ("Result (JSON)", f"{name}.json", "application/json", lambda: json_text(printed(result))),
    )
    with st.container(horizontal=True):
        for label, file_name, mime, content in offers:
            st.download_button(label, content, file_name, mime, on_click="ignore")
        with st.popover("Link to this screen"):
            address = urlencode(link, safe=",")
            st.code(f"{st.context.url}?{address}", language=None, wrap_lines=True)
