"""Files in and out: a specification to upload; data, specification and result to download."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from moeviz.charts.printed import printed
from moeviz.charts.table import replicates_csv
from moeviz.export.formats import FORMATS
from moeviz.export.words import LONGEST_LINK
from moeviz.study import Result, Specification
from moeviz.study.document import read_document
from moeviz.text import json_text
from moeviz.ui.lab.link import request_for
from moeviz.ui.lab.state import STATE
from moeviz.ui.shared.handed import hand_in


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
    """Offer to set the form from a file."""
    hand_in(
        "lab.upload", "Set the form from a file (JSON of a specification or of a result)", _take
    )


def _take(content: bytes) -> None:
    STATE.restore(request_for(read_specification(content)))


def downloads(result: Result, link: Mapping[str, str]) -> None:
    """Offer the study as files, each made when it is asked for.

    Parameters
    ----------
    result : Result
    link : mapping of str to str
        The query parameters that restore the screen.
    """
    address = f"{st.context.url}?{urlencode(link, safe=',')}"
    with st.popover("Export"):
        for offer in offers(result, address):
            st.download_button(
                offer.label,
                offer.content,
                offer.file_name,
                offer.mime,
                help=offer.help,
                on_click="ignore",
                width="stretch",
            )


@dataclass(frozen=True)
class Offer:
    """One file to download.

    Attributes
    ----------
    label, file_name, mime, help : str
    content : callable
        Makes what is in it.
    """

    label: str
    file_name: str
    mime: str
    help: str
    content: Callable[[], str | bytes]


def offers(result: Result, address: str) -> list[Offer]:
    """Return the files in which a study can be taken along.

    Parameters
    ----------
    result : Result
    address : str
        Of the screen; left out of files where it is longer than these print.
    """
    name = f"moeviz-{result.spec.name}-{result.hash}"
    source = address if len(address) <= LONGEST_LINK else ""
    made = [
        Offer(
            each.label, f"{name}{ending}", each.mime, each.help, partial(each.make, result, source)
        )
        for ending, each in FORMATS.items()
        if each.offered(result)
    ]
    return [
        Offer(
            "Data (CSV)",
            f"{name}.csv",
            "text/csv",
            "Every replicate's loss.",
            lambda: replicates_csv(result),
        ),
        *made,
        Offer(
            "Specification (JSON)",
            f"{name}-specification.json",
            "application/json",
            "What was set; the form and the command line read it.",
            lambda: json_text(result.spec.to_json(), indent=2),
        ),
        Offer(
            "Result (JSON)",
            f"{name}.json",
            "application/json",
            "Everything that is known, with the sentences beside the plot.",
            lambda: json_text(printed(result)),
        ),
    ]
