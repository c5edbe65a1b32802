"""The checker's page: choose a claim or compose one, have it decided, read the verdict."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.engine import Check, Snapshot, UnknownJobError
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.claims import Claim
from moeviz.ui.checker_form import compose_form
from moeviz.ui.checker_link import CheckRequest
from moeviz.ui.checker_state import asked, check_key
from moeviz.ui.checker_verdict import show_question, show_verdict
from moeviz.ui.choose import PAPERS
from moeviz.ui.guard import guard, plain
from moeviz.ui.session import checker

POLL_SECONDS = 0.2

_CLAIM, _OWN = "A claim of the papers", "A check of my own"


def choose_check() -> CheckRequest:
    """Let the visitor choose a claim or compose a check, and return the request.

    Raises
    ------
    SpecificationError
        If a formula or a number in the form cannot be read.
    """
    modes = (_CLAIM, _OWN)
    mode = st.radio(
        "What to check",
        modes,
        index=int(asked().compose is not None),
        key=check_key("mode"),
        horizontal=True,
        label_visibility="collapsed",
    )
    if mode == _OWN:
        return CheckRequest(compose=compose_form())
    names = list(CATALOGUE.claims)
    wanted = asked().claim
    name = st.selectbox(
        "Claim",
        names,
        index=names.index(wanted) if wanted in names else 0,
        format_func=claim_label,
        key=check_key("claim"),
    )
    claim = CATALOGUE.claims[name]
    show_question(
        {
            "statement": claim.statement,
            "paper": claim.paper,
            "reference": claim.reference,
            "paper_words": claim.words,
        }
    )
    return CheckRequest(claim=name)


def claim_label(name: str) -> str:
    """Return how a claim is called in the list: its paper, its id, where it stands.

    Parameters
    ----------
    name : str
        The claim's id.
    """
    claim: Claim = CATALOGUE.claims[name]
    paper = PAPERS.get(claim.paper, claim.paper.capitalize())
    return f"{paper}: {name}, {claim.reference}"


def check_button(request: CheckRequest) -> None:
    """Offer to decide the request.

    Parameters
    ----------
    request : CheckRequest
    """
    if st.button("Check", type="primary", key="checker.run", width=160):
        checker().submit(Check(request.plain()))


def show_check(request: CheckRequest, link: Mapping[str, str]) -> None:
    """Show how far the check is, or its verdict; nothing before it was asked for.

    Parameters
    ----------
    request : CheckRequest
    link : mapping
        Query parameters that restore this screen.
    """
    view = _known(request)
    if view is None or view.state == "interrupted":
        st.info("Press **Check** to have it decided; the verdict comes with a certificate.")
    elif view.active:
        st.fragment(_wait, run_every=POLL_SECONDS)(request)
    elif view.state == "done":
        verdict = view.result()
        if request.compose is not None:
            show_question(verdict)
        show_verdict(verdict, link)
    else:
        _explain(view)


def _known(request: CheckRequest) -> Snapshot | None:
    """Return a check as it stands, or None when it was never asked for."""
    try:
        return checker().look(Check(request.plain()))
    except UnknownJobError:
        return None


def _wait(request: CheckRequest) -> None:
    with guard():
        view = _known(request)
        if view is None or not view.active:
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(1.0, view.seconds / view.spec.limit), text=_progress(view))
            if st.button("Cancel", width=140):
                checker().cancel(Check(request.plain()))
                st.rerun()


def _progress(view: Snapshot) -> str:
    if view.state == "waiting":
        return "Waiting for a process that is free; the first one takes some seconds to load."
    return f"Deciding: {view.seconds:.0f} s, at most {view.spec.limit:g} s for each test."


def _explain(view: Snapshot) -> None:
    if view.state == "cancelled":
        st.info("This check was cancelled. Press **Check** to have it decided.")
    else:
        st.error(plain(view.message))
