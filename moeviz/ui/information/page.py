"""The page of information: a design's eigenvalues and its reach, which follow the hand."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.charts.designs_seen import Moved, designs_seen
from moeviz.charts.information import MOST_MOVED, information_document
from moeviz.errors import MoevizError
from moeviz.study import PRESETS
from moeviz.ui.information.link import DESIGN, FORM, HANDLES
from moeviz.ui.information.state import PICTURE, STATE
from moeviz.ui.lab.link import LAB
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.navigation import CONVERGENCE
from moeviz.ui.shared.plane import moved, plane
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.tries import tries
from moeviz.ui.shared.widgets import field_widget

TITLE = "How much data until the rate shows?"

TRIES: Mapping[str, dict[str, str]] = {
    "Bring two experts together": {"apart": "-3"},
    "A design as published": {"design": "multinomial-fig1a.0"},
    "A truth that no data show": {"design": "cosine-fig1a.0"},
}
"""What a visitor may try: a label, and what a link says that sets it up."""

DETAILS = (
    "The information is the mean over the inputs of J Jᵀ / σ² (of the score's second moment for a "
    "density), at the truth, for as many fitted experts as are true. Its null vectors are the "
    "declared gauge, along which the function never changes, and what this truth has lost besides. "
    "Off the gauge the error of n observations is C/√n to first order, gauge pinned; the reach is "
    "the n at which it falls below 0.1. Before that a measured slope need not be theory's. While "
    "the hand moves, the mean is over 512 to 8,192 inputs, as many as the number of parameters "
    "leaves time for; when it rests, over 16,384. With more than 150 parameters the quick numbers "
    "are rough."
)


def asked() -> Request:
    """Return what the form says."""
    own = {name: STATE.own(name) for name in HANDLES}
    return Request(own, STATE.values(FORM, (DESIGN,)))


def show_picture(request: Request) -> None:
    """Show the design as the hand has moved it.

    Parameters
    ----------
    request : Request
    """
    name = str(request.values["design"])
    found = moved(PICTURE)
    by = Moved(*(request.own[handle] for handle in HANDLES))
    try:
        document = information_document(name, by, quick=found is not None and not found.rests)
    except MoevizError as error:
        st.error(plain(str(error)))
        return
    plane(
        document,
        key=PICTURE,
        title=f"{TITLE} {designs_seen()[name].title}",
        file_name=f"moeviz-information-{name}",
        on_move=_take,
        live=True,
    )


def show_choice(request: Request) -> None:
    """Show which design is looked at, what to try, and the way to its study.

    Parameters
    ----------
    request : Request
    """
    first, second = st.columns([3, 2], vertical_alignment="bottom")
    with first:
        field_widget(STATE, FORM, DESIGN)
    preset = designs_seen()[str(request.values["design"])].preset
    with second:
        link = LAB.read({"preset": preset})
        st.page_link(
            CONVERGENCE,
            label=f"Measure it: {plain(PRESETS[preset].title)}",
            query_params=LAB.write(link),
        )
    tries(STATE, TRIES)
    with st.expander("Details"):
        with_terms(DETAILS)


def _take() -> None:
    """Remember where the handles are."""
    found = moved(PICTURE)
    if found is None:
        return
    for name in HANDLES:
        if name in found.handles:
            at = found.handles[name][0]
            STATE.say(name, min(MOST_MOVED, max(-MOST_MOVED, round(at, 3))))
