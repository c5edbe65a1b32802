"""The page of information: a design's eigenvalues and its reach, which follow the hand."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.charts.information import information_document
from moeviz.charts.information_formula import information_formula
from moeviz.charts.information_panels import MOST_MOVED
from moeviz.errors import MoevizError
from moeviz.study import PRESETS
from moeviz.ui.information.design import (
    design_of,
    designs_of,
    in_turn,
    moved_by,
    study_link,
    study_now,
)
from moeviz.ui.information.link import (
    DESIGN,
    FORM,
    HANDLES,
    INFORMATION,
    MODEL,
    OWN,
    written,
)
from moeviz.ui.information.moving import moving_address
from moeviz.ui.information.state import PICTURE, STATE
from moeviz.ui.shared.formula import typeset
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

READ = (
    "**The line** is the error that all parameters together have left after n observations, "
    "predicted before any fit is run. The *reach* is the n at which it falls below 0.1; before "
    "that a measured slope need not be theory's. **Rings** are the reaches of the designs behind "
    "the papers' figures.\n\n"
    "**The bars** are the eigenvalues of the [information matrix](term:information), one for each "
    "independent direction in which the parameters can change: how much one observation says "
    "about that direction. Grey: a *gauge*, along which the function never changes, so that there "
    "is nothing to learn. Orange: a direction that this truth has lost, though the model has it; "
    "then no amount of data is enough. The data below the picture name each of them."
)
"""What the marks of the picture are."""

DETAILS = (
    "The information is the mean over the inputs of J Jᵀ / σ² (of the score's second moment for a "
    "density), at the truth, for as many fitted experts as are true. Its null vectors are the "
    "declared gauge and what this truth has lost besides. Off the gauge the error of n "
    "observations is C/√n to first order, gauge pinned.\n\n"
    "When the hand rests, the mean is over 16,384 inputs; while it moves, over 8,192, and over "
    "4,096 with more than 300 parameters. The note over the bars says which. The quick reach is "
    "then off by 3 % at most, by 30 % where the inputs are made 16 times as wide; with more than "
    "300 parameters it comes out up to 40 % too long."
)


def prepare() -> None:
    """Compute what the first visitor of the page will see."""
    first = INFORMATION.read({})
    information_document(design_of(first), moved_by(first))


def asked() -> Request:
    """Return what the form says; of the lab's model, the study that it is of."""
    own = STATE.own_values()
    request = Request(own, STATE.values(FORM, (DESIGN,)))
    if request.values[DESIGN.name] == OWN and own[OWN] is None:
        own[OWN] = study_now()
        STATE.say(OWN, own[OWN])
    return written(request)


def show_picture(request: Request) -> None:
    """Show the design as the hand has moved it, its formula, and the way to its study.

    Parameters
    ----------
    request : Request
    """
    try:
        with st.spinner("Finding the truth of the lab’s model …"):
            seen = design_of(request)
        by = moved_by(request)
        with in_turn(seen.study is not None):
            document = information_document(seen, by)
    except MoevizError as error:
        st.error(plain(str(error)))
        return
    plane(
        document,
        key=PICTURE,
        title=f"{TITLE} {seen.title}",
        file_name=f"moeviz-information-{seen.name}",
        on_move=_take,
        asks=moving_address(request),
    )
    typeset(information_formula(seen, by), key="information.formula")
    study = "the lab’s study" if seen.study else f"“{plain(PRESETS[seen.preset].title)}”"
    st.page_link(CONVERGENCE, label=f"Measure it: {study}", query_params=study_link(seen, by))


def show_choice(request: Request) -> None:
    """Show what to try, which design is looked at, and what the marks mean.

    Parameters
    ----------
    request : Request
    """
    tries(STATE, TRIES)
    first, second = st.columns(2, vertical_alignment="bottom")
    with first:
        field_widget(STATE, FORM, DESIGN)
    try:
        designs = designs_of(request)
    except MoevizError:
        designs = ()  # The picture has said so.
    if len(designs) > 1:
        with second:
            st.selectbox(
                "Model, of those that the lab compares",
                range(1, len(designs) + 1),
                min(len(designs), request.own[MODEL]) - 1,
                format_func=lambda place: designs[place - 1].title.partition(": ")[2],
                key=STATE.key(MODEL),
                on_change=_choose_model,
            )
    with_terms(READ)
    with st.expander("Details"):
        with_terms(DETAILS)


def _choose_model() -> None:
    STATE.say(MODEL, int(st.session_state[STATE.key(MODEL)]))


def _take() -> None:
    """Remember where the handles are."""
    found = moved(PICTURE)
    if found is None:
        return
    for name in HANDLES:
        if name in found.handles:
            at = found.handles[name][0]
            STATE.say(name, min(MOST_MOVED, max(-MOST_MOVED, round(at, 3))))
