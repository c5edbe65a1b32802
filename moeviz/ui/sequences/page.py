"""The page of slow sequences: the picture, what to try, and what it proves."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.charts.papers import PAPERS
from moeviz.charts.sequence_formula import sequence_formula
from moeviz.charts.sequences import STEP, sequence_document
from moeviz.study import PRESETS
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.course import HALVINGS
from moeviz.symbolic.catalogue.walked import SEQUENCES
from moeviz.ui.checker.link import CHECKER as CHECKER_LINKS
from moeviz.ui.checker.link import request_of
from moeviz.ui.lab.link import preset_link
from moeviz.ui.sequences.link import AT, FIELDS, FORM
from moeviz.ui.sequences.state import PICTURE, STATE
from moeviz.ui.shared.formula import typeset
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.navigation import CHECKER, CONVERGENCE
from moeviz.ui.shared.plane import moved, plane
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.tries import tries
from moeviz.ui.shared.typeset import mixed
from moeviz.ui.shared.widgets import field_widget

TITLE = "Two different answers, one function."

TRIES: Mapping[str, dict[str, str]] = {
    "Walk until double precision fails": {"at": "14"},
    "A sequence whose function stands still": {"sequence": "ray"},
    "Ask for the fifth power": {"sequence": "flat-tanh", "power": "5"},
}
"""What a visitor may try: a label, and what a link says that sets it up."""

SAYS = (
    "**What a minimax bound says.** Fix an estimator and n. Then there is a truth, perhaps another "
    "one for each n, at which the error is at least the bound. Sequences like this one show it: "
    "where the ratio goes to 0, an answer that is wrong by the loss looks right."
)
SAYS_NOT = (
    "**What it does not say.** Fix one truth and let n grow: the bound says nothing about that "
    "curve, which may fall like 1/√n from some n on. A study of one truth that falls fast does "
    "not contradict the bound, and one that falls slowly does not prove it."
)


def asked() -> tuple[Request, list[str]]:
    """Return what the form says, and what is wrong with it in sentences."""
    values, wrong = STATE.checked(FORM, tuple(FIELDS.values()))
    return Request({AT: STATE.own(AT)}, values), wrong


def show_picture(request: Request, wrong: list[str]) -> None:
    """Show the sequence at the step where the handle is, what to try, and the formula.

    Parameters
    ----------
    request : Request
    wrong : list of str
        What is wrong with the form.
    """
    for sentence in wrong:
        st.error(plain(sentence))
    slow = SEQUENCES[str(request.values["sequence"])]
    if not slow.certificate:
        st.error("The certificate of this sequence has to be decided anew; choose another one.")
        return
    document = sequence_document(slow.name, int(request.values["power"]))  # type: ignore[arg-type]
    (handle,) = document["handles"]
    at = [request.own[AT], handle["at"][1]]
    plane(
        {**document, "handles": [{**handle, "at": at}]},
        key=PICTURE,
        scene="sequences",
        title=f"{TITLE} {slow.title[0].upper()}{slow.title[1:]}",
        file_name=f"moeviz-sequence-{slow.name}",
        on_move=_take,
    )
    tries(STATE, TRIES)
    typeset(
        sequence_formula(slow.name, int(request.values["power"]), request.own[AT]),  # type: ignore[arg-type]
        key="sequences.formula",
    )


def show_choice(request: Request) -> None:
    """Show which sequence is followed, what is special about it, and the way to its proof.

    Parameters
    ----------
    request : Request
    """
    slow = SEQUENCES[str(request.values["sequence"])]
    claim = CATALOGUE.claims[slow.claim]
    first, second, third = st.columns([3, 2, 5], vertical_alignment="bottom")
    with first:
        field_widget(STATE, FORM, FIELDS["sequence"])
    with second:
        field_widget(STATE, FORM, FIELDS["power"])
    with third:
        paper = PAPERS.get(claim.paper, claim.paper)
        whose = f"Sequence of {slow.paper.source}." if slow.paper else "The checker's sequence."
        st.markdown(plain(f"{slow.truth} {whose}"))
        st.page_link(
            CHECKER,
            label=f"Decide it: {plain(claim.reference)} ({plain(paper)})",
            query_params=CHECKER_LINKS.write(request_of(claim.id)),
        )
        for preset in PRESETS.values():
            if preset.values.get("moving") == slow.name:
                st.page_link(
                    CONVERGENCE,
                    label=f"Measure it: {plain(preset.title)}",
                    query_params=preset_link(preset.name),
                )


def show_words(request: Request) -> None:
    """Say what such a sequence proves and what it does not, and how the numbers are made.

    Parameters
    ----------
    request : Request
    """
    for column, words in zip(st.columns(2), (SAYS, SAYS_NOT), strict=True):
        with column:
            with_terms(words)
    slow = SEQUENCES[str(request.values["sequence"])]
    with st.expander("Details"):
        claim = CATALOGUE.claims[slow.claim]
        st.markdown(mixed(claim.statement))
        if slow.certificate:
            st.markdown("What cancels, of the certificate:")
            st.latex(slow.certificate["latex"])
        st.markdown(
            "The change of the function is the root of its mean square over 24 inputs, computed "
            "with 80 digits; its order is read off the last steps, as the certificate's is. "
            "Distances in a crowded cell enter the loss with the exponent r, weighted as in the "
            "papers; the certificate has r = 2."
        )


def _take() -> None:
    """Remember where the handle is."""
    found = moved(PICTURE)
    if found is not None and STEP in found.handles:
        at = found.handles[STEP][0]
        STATE.say(AT, min(HALVINGS, key=lambda step: abs(step - at)))
