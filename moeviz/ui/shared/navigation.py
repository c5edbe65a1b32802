"""Which pages there are, and what they share."""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from moeviz.later import load
from moeviz.ui.shared.frame import frame
from moeviz.ui.shared.projector import follow_projector, say_projector

HOME = "pages/lab/home.py"
GATES = "pages/see/gates.py"
ATTENTION = "pages/see/attention.py"
CELLS = "pages/see/cells.py"
INFORMATION = "pages/see/information.py"
SEQUENCES = "pages/see/sequences.py"
FIT = "pages/see/fit.py"
CONVERGENCE = "pages/lab/convergence.py"
RATES = "pages/lab/rates.py"
PROTOCOLS = "pages/lab/protocols.py"
CHECKER = "pages/lab/checker.py"
SPARSE = "pages/train/sparse.py"
LESSONS_PATH = "pages/teach/lessons.py"
ROOM = "pages/teach/room.py"
JOBS = "pages/lab/jobs.py"
WORKERS = "pages/lab/workers.py"

ADDRESSES = {
    GATES: "gates",
    ATTENTION: "attention",
    CELLS: "cells",
    INFORMATION: "information",
    SEQUENCES: "sequences",
    FIT: "fit",
    CONVERGENCE: "convergence",
    CHECKER: "checker",
    RATES: "rates",
    PROTOCOLS: "protocols",
    SPARSE: "train",
    LESSONS_PATH: "lessons",
    ROOM: "room",
    JOBS: "jobs",
    WORKERS: "workers",
}
"""Where each page but the first answers, below the app's own address."""

TITLES = {
    GATES: "Gates",
    ATTENTION: "Attention",
    CELLS: "Cells",
    INFORMATION: "Information and reach",
    SEQUENCES: "Slow sequences",
    FIT: "One fit",
    CONVERGENCE: "Convergence lab",
    CHECKER: "Symbolic checker",
    RATES: "Rates",
    PROTOCOLS: "Protocols",
    SPARSE: "Sparse experts",
    LESSONS_PATH: "Lessons",
    ROOM: "Lecture room",
    JOBS: "Your jobs",
    WORKERS: "Workers",
}
"""What they are called."""

SCRIPTS = {address: path for path, address in ADDRESSES.items()}
"""The script of each page by its address."""

_ICON = Path(__file__).with_name("icon.svg")


SECTIONS = {
    "See": (HOME, GATES, ATTENTION, CELLS, INFORMATION, SEQUENCES, FIT),
    "Measure": (CONVERGENCE, RATES, PROTOCOLS),
    "Decide": (CHECKER,),
    "Train": (SPARSE,),
    "Teach": (LESSONS_PATH, ROOM),
    "Jobs": (JOBS, WORKERS),
}
"""The menu: sections with their pages, in order. A section comes with its first page."""


def pages() -> dict[str, list[Page]]:
    """Return the app's pages, section by section, in the order of the menu.

    Returns
    -------
    dict of str to list of Page
        The first one answers at ``/``; every other one at its ``url_path``.
    """
    return {title: [copy(_page(path)) for path in paths] for title, paths in SECTIONS.items()}


@lru_cache
def _page(path: str) -> Page:
    """Return a page, to be copied by each run, which marks the one that it may call.

    Making one anew asks the disk where its script lies.
    """
    if path == HOME:
        return st.Page(HOME, title="Home", default=True)
    return st.Page(path, title=TITLES[path], url_path=ADDRESSES[path])


def run_page() -> None:
    """Run the page that the visitor asked for.

    The icon in the browser's tab is a file of ours, and no page has a material icon: for those
    the browser would fetch the tab's icon from another host.
    """
    page = st.navigation(pages(), position="top")
    st.set_page_config(page_title=f"{page.title} · moeviz", page_icon=_ICON, layout="wide")
    follow_projector()
    frame()
    if page.url_path:  # The first page needs no PyTorch; it may not be loaded yet.
        load("torch")
    try:
        page.run()
    finally:
        # Also where the page ended early; what it wrote into the address says the mode already.
        say_projector()
