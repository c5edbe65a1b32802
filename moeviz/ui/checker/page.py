"""The checker's page: choose a claim or compose one, have it decided, read the verdict."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.engine import Check, Snapshot, UnknownJobError
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.questions.claims import Claim
from moeviz.ui.checker.form import compose_form
from moeviz.ui.checker.link import composed, plain_request, request_of
from moeviz.ui.checker.state import STATE
from moeviz.ui.checker.verdict import show_question, show_verdict
from moeviz.ui.shared.follow import follow
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.session import checker, visitor
from moeviz.ui.shared.studies import PAPERS

_CLAIM, _OWN = "A claim of the papers", "A check of my own"


def choose_check() -> Request:
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
        index=int(STATE.asked.own["compose"]),
        key=STATE.key("mode"),
        horizontal=True,
        label_visibility="collapsed",
    )
    if mode == _OWN:
        return composed(compose_form())
    names = list(CATALOGUE.claims)
    wanted = STATE.asked.own["claim"]
    name = st.selectbox(
        "Claim",
        names,
        index=names.index(wanted) if wanted in names else 0,
        format_func=claim_label,
        key=STATE.key("claim"),
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
    return request_of(name)


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


def check_button(request: Request) -> None:
    """Offer to decide the request.

    Parameters
    ----------
    request : Request
    """
    if st.button("Check", type="primary", key="checker.run", width=160):
        check = Check(plain_request(request))
        INTEREST.want(check.hash, visitor())
        checker().submit(check)


def show_check(request: Request, link: Mapping[str, str]) -> None:
    """Show how far the check is, or its verdict; nothing before it was asked for.

    Parameters
    ----------
    request : Request
    link : mapping
        Query parameters that restore this screen.
    """
    view = _known(request)
    if view is None or view.state == "interrupted":
        st.info("Press **Check** to have it decided; the verdict comes with a certificate.")
    elif view.active:
        _wait(view)
    elif view.state == "done":
        verdict = view.result()
        if request.own["compose"]:
            show_question(verdict)
        show_verdict(verdict, link)
    else:
        _explain(view)


def _known(request: Request) -> Snapshot | None:
    """Return a check as it stands, or None when it was never asked for."""
    try:
        return checker().look(Check(plain_request(request)))
    except UnknownJobError:
        return None


def _wait(view: Snapshot) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        follow(view, key="checker.follow")
        pressed = st.button("Cancel", key="checker.cancel", width=140)
    if not pressed:
        return
    if INTEREST.withdraw(view.job_id, visitor()):
        st.rerun()
    st.info("Somebody else waits for this check too, so it goes on.")


def _explain(view: Snapshot) -> None:
    if view.state == "cancelled":
        st.info("This check was cancelled. Press **Check** to have it decided.")
    else:
        st.error(plain(view.message))
