"""Why a study comes out as it does: the claims of its paper that it measures, for the checker."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from moeviz.charts.papers import PAPERS
from moeviz.study import Specification
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.questions.claims import Claim
from moeviz.theory import GAUGES
from moeviz.ui.checker.link import CHECKER as LINKS
from moeviz.ui.checker.link import request_of
from moeviz.ui.information.link import lab_link
from moeviz.ui.lab.link import STUDY
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.navigation import CHECKER, INFORMATION
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.typeset import mixed

MOST = 3
"""Reasons that are given."""

REACH = (
    "The error of all parameters together, gauge pinned, is predicted to fall below 0.1 at this n; "
    "before it a slope need not be theory's. It is another loss than the one that is drawn."
)

WORDS = (
    "Words on the picture: [gauge pinned](term:pinned), [reach](term:reach), [slope](term:slope)"
)

REACH_LINK = "How much data until this rate shows?"


@lru_cache(maxsize=64)
def reasons(preset: str) -> tuple[Claim, ...]:
    """Return the claims that a preset measures: one for each reason why it matters.

    Parameters
    ----------
    preset : str
        A preset's name.
    """
    first: dict[str, Claim] = {}
    for claim in CATALOGUE.claims.values():
        if claim.study == preset and claim.why:
            first.setdefault(claim.why, claim)
    return tuple(first.values())[:MOST]


def show_reasons(preset: str) -> None:
    """Say why a preset's slopes are what they are, with ways to the proofs.

    Parameters
    ----------
    preset : str
        A preset's name.
    """
    for claim in reasons(preset):
        paper = PAPERS.get(claim.paper, claim.paper)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Why?** {mixed(claim.why)}", width="content")
            st.page_link(
                CHECKER,
                label=f"Decided: {plain(claim.reference)} ({plain(paper)})",
                query_params=LINKS.write(request_of(claim.id)),
            )


def show_reach(spec: Specification) -> None:
    """Say what the words on the picture mean, and lead to the page of their information.

    Parameters
    ----------
    spec : Specification
        The study on the screen, or the form's.
    """
    st.session_state[STUDY] = spec
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="content"):
            with_terms(WORDS, key="lab.words")
        st.page_link(INFORMATION, label=REACH_LINK, query_params=lab_link(spec))


def show_names(gauges: tuple[str, ...]) -> None:
    """Say what the words on the picture mean.

    Parameters
    ----------
    gauges : tuple of str
        Names of the gauges in which a study's fits are read.
    """
    said = [(GAUGES[name].title, GAUGES[name].help) for name in gauges]
    lines = [f"**{plain(name)}.** {plain(help)}" for name, help in [*said, ("reach", REACH)]]
    with_terms("\n\n".join(lines))
