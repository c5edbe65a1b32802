"""The page of gates: a picture of two models, what to try, and what can be set."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.charts.gates import COMPETITION, LINEAR, PERTURBED, Setup, gates_document
from moeviz.charts.gates_affinities import competition_table, competitions, kept
from moeviz.charts.gates_formula import gates_formula
from moeviz.charts.gates_words import DETAILS
from moeviz.errors import MoevizError
from moeviz.model import SCORES
from moeviz.ui.gates.link import (
    BETA,
    FORM,
    GATES_PAGE,
    OFFSETS,
    PQ,
    START,
    V,
    X,
    fields,
    kept_inside,
    setup_of,
)
from moeviz.ui.gates.state import PICTURE, STATE
from moeviz.ui.shared.formula import typeset
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.plane import moved, plane
from moeviz.ui.shared.readers import between_commas
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.tries import tries
from moeviz.ui.shared.widgets import field_widget

TRIES: Mapping[str, dict[str, str]] = {
    "β₁ three times longer": {"beta": "2.7,0.75"},
    "Perturb the cosine router": {"beta": "2.7,0.75", "right": PERTURBED},
    "Add one vector to every expert": {
        "beta": "0.9,0.25", "left": LINEAR, "right": PERTURBED, "added": "v",
    },
    "Only the two best count": {
        "beta": "0.9,0.25", "experts": "4", "left": LINEAR, "right_gate": "top-softmax",
    },
    "Weights that do not add up to 1": {
        "beta": "0.9,0.25", "left": LINEAR, "left_gate": "sigmoid", "view": "sum",
    },
    "Follow the weights along a line": {"beta": "0.9,0.25", "along": "line"},
    "Competition: theory and algorithm": {
        "left": COMPETITION, "right": COMPETITION, "right_gate": "winners-share",
        "affinity": "silu", "beta": "0.9,0.25",
    },
}  # fmt: skip
"""What a visitor may try: a label, and what a link says that sets it up."""

_ROW = ("left", "left_gate", "right", "right_gate", "experts", "view")
_WIDE = (5, 4, 5, 4, 3, 6)


def asked() -> tuple[Request, list[str]]:
    """Return what the form says, and what is wrong with it in sentences.

    What cannot be read stands at its default, so that the page has something to show.
    """
    values, wrong = STATE.checked(FORM, fields())
    own = STATE.own_values()
    return Request(own, values), wrong


def show_picture(request: Request, wrong: list[str]) -> None:
    """Show the two models, or one sentence where they cannot be shown.

    Parameters
    ----------
    request : Request
    wrong : list of str
        What is wrong with the form.
    """
    for sentence in wrong:
        st.error(plain(sentence))
    setup = setup_of(request)
    try:
        document = gates_document(setup)
        equations = gates_formula(setup)
    except MoevizError as error:
        st.error(plain(str(error)))
        return
    plane(
        document,
        key=PICTURE,
        scene="gates",
        title="Who answers for this input?",
        file_name="moeviz-gates",
        on_move=_take,
    )
    tries(STATE, TRIES)
    typeset(equations, key="gates.formula")
    with st.expander("Details"):
        with_terms(DETAILS)
    if any(SCORES[router].reads_expert for router, _ in setup.models):
        _show_competition(setup)


def _show_competition(setup: Setup) -> None:
    """Say what the algorithm's gate does with each affinity here, and what can go wrong."""
    with st.expander("Every κ at once, and what can go wrong with it", expanded=True):
        st.markdown(competition_table(competitions(setup)))
        st.markdown(
            f":small[κ reads how strongly an expert answers; the {kept(setup)} largest win, and "
            "each gets κ divided by the sum of the winners' κ.]"
        )


def show_form(request: Request) -> None:
    """Show what can be set: models and what is coloured, the rest on demand.

    Parameters
    ----------
    request : Request
    """
    table = {field.name: field for field in fields()}
    for column, name in zip(st.columns(_WIDE), _ROW, strict=True):
        with column:
            field_widget(STATE, FORM, table[name])
    shown = [f for f in fields() if f.name not in _ROW and f.applies(request.values)]
    columns = 4
    for begin in range(0, len(shown), columns):
        for column, field in zip(st.columns(columns), shown[begin : begin + columns], strict=False):
            with column:
                field_widget(STATE, FORM, field)
    count = len(setup_of(request).offsets)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    right.button("Compare from here", key="gates.from_here", on_click=_start_here)
    left.text_input(
        f"Offsets of the {count} experts, separated by commas",
        between_commas(request.own[OFFSETS]) or ",".join("0" * count),
        key=STATE.key("offsets"),
        on_change=_take_offsets,
    )


def _take_offsets() -> None:
    text = str(st.session_state[STATE.key("offsets")]).strip()
    (key,) = (key for key in GATES_PAGE.keys if key.name == OFFSETS)
    try:
        STATE.say(OFFSETS, key.read(text) if text else ())
    except MoevizError as error:
        st.toast(plain(str(error)))


def _take() -> None:
    """Remember where the handles are."""
    found = moved(PICTURE)
    if found is None:
        return
    at = found.handles
    vectors = [at[name] for i in range(1, 10) if (name := f"b{i}") in at]
    if vectors:
        STATE.say(BETA, kept_inside(vectors))
    for name, handles in ((X, "x"), (V, "v"), (PQ, "pq")):
        if all(handle in at for handle in handles):
            STATE.say(name, kept_inside([at[handle] for handle in handles]))


def _start_here() -> None:
    own = STATE.own_values()
    values = STATE.values(FORM, fields())
    vectors = setup_of(Request(own, values)).vectors
    STATE.say(START, kept_inside(list(vectors)))
