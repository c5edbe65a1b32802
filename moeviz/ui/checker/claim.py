"""A claim of the papers on the screen: its answer, what decides it, what repairs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from moeviz.charts.claim_repairs import begun, repair_line
from moeviz.charts.claim_sides import sides
from moeviz.charts.decided import CONDITION, leading, same, sense
from moeviz.charts.walks import ray_walk
from moeviz.engine import Snapshot
from moeviz.study import PRESETS
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped, stale
from moeviz.symbolic.questions.claims import Claim
from moeviz.ui.checker.certificate import show_proof
from moeviz.ui.checker.derivation import derived, show_derivation
from moeviz.ui.checker.families import show_families
from moeviz.ui.checker.link import plain_request
from moeviz.ui.checker.own import ask_own
from moeviz.ui.checker.run import known, show_state, want
from moeviz.ui.checker.state import STATE
from moeviz.ui.checker.tiles import choose_case
from moeviz.ui.checker.walk import walk
from moeviz.ui.checker.words import GLYPHS, agreement, answer_words, paper_words
from moeviz.ui.lab.link import preset_link
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.navigation import CONVERGENCE
from moeviz.ui.shared.studies import study_label
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.typeset import mixed

Verdict = Mapping[str, Any]


@dataclass(frozen=True)
class Decision:
    """What is known of a claim.

    Attributes
    ----------
    verdict : mapping or None
    said : str
        When and where it was decided.
    view : Snapshot or None
        This server's own check, where one is asked for.
    """

    verdict: Verdict | None
    said: str
    view: Snapshot | None = None


def decision(request: Request) -> Decision:
    """Return what is known of a claim: this server's verdict where it is asked for, else ours.

    Parameters
    ----------
    request : Request
        For a claim.
    """
    ours = shipped(request.own["claim"])
    view = known(plain_request(request)) if request.own["live"] else None
    if view is not None and view.state == "done":
        verdict = view.result()
        said = f"Decided by this server in {verdict['seconds']:.2f} s"
        if ours is not None:
            said += ", as it ships" if same(verdict, ours.verdict) else ", other than it ships"
        return Decision(verdict, f"{said}.", view)
    if ours is None:
        return Decision(None, f"No verdict is shown: {stale(request.own['claim'])}.", view)
    seconds = ours.verdict["seconds"]
    said = f"Decided on {ours.date} in {seconds:.2f} s (version {ours.version[:8]})."
    if request.own["live"] and view is None:
        said = f"This server has not decided it; what ships is shown. {said}"
    return Decision(ours.verdict, said, view)


def show_claim(request: Request) -> Decision:
    """Show a claim with its verdict, and return what is known of it.

    Parameters
    ----------
    request : Request
        For a claim.
    """
    claim = CATALOGUE.claims[request.own["claim"]]
    found = decision(request)
    _answer(request, found)
    if found.view is not None:
        show_state(found.view)
    if found.verdict is None:
        st.markdown(mixed(claim.statement))
        return found
    if derived(claim.id):
        picture, lines = st.columns([9, 11], gap="medium")
        with picture:
            walk(ray_walk(), key="checker.ray")
            _why(claim)
        with lines:
            show_derivation(claim.id)
        return found
    _evidence(claim, found.verdict, request)
    _why(claim)
    return found


def _answer(request: Request, found: Decision) -> None:
    verdict = found.verdict
    with st.container(horizontal=True, vertical_alignment="center"):
        if verdict is not None:
            st.header(answer_words(verdict["verdict"]), anchor=False, width="content")
        choose_case(request.own["claim"])
        st.button(
            "Decide it again, live" if verdict is not None else "Decide it",
            key="checker.run",
            on_click=_decide,
            args=(request,),
        )
        ask_own()
    line = repair_line(verdict) if verdict is not None else ""
    if line:
        begin, rest = begun(line)
        with_terms(f"**{begin}** {plain(rest)}", key="checker.line")
    said = agreement(verdict) if verdict is not None else ""
    st.markdown(f"{said} {plain(found.said)}".strip())


def _decide(request: Request) -> None:
    STATE.say("live", True)
    want(plain_request(request))


def _evidence(claim: Claim, verdict: Verdict, request: Request) -> None:
    """Show what decides a claim; a counterexample stands before what anybody says."""
    said = sides(verdict)
    if said["counterexample"]:
        st.markdown(f"**{said['counterexample_title']}.** {mixed(said['counterexample'])}")
    _said(claim, verdict, said)
    if said["repair"]:
        words = f"**{said['repair_title']}.** {mixed(said['repair'])}"
        with_terms(words, key="checker.repair")
    if verdict["verdict"] == CONDITION:
        if show_families(verdict, request.own["family"]):
            return
        st.markdown(_without_families(verdict))
    test = verdict["tests"][leading(verdict)]
    with_terms(f"**What shows it:** {mixed(test['name'])}. {sense(test)}", key="checker.shows")
    show_proof(test["certificate"], "first")


def _without_families(verdict: Verdict) -> str:
    """Say why a claim under a condition has no table of families."""
    known = verdict["searched"]
    if known and all(one.get("proved") for one in known):
        why = " ".join(mixed(one["words"]) + "." for one in known)
        return f"**No table of families.** No search is needed: {why}"
    searched = "a search found no other family" if known else "no other was searched"
    return f"**No table of families.** The condition was tested as it stands; {searched}."


def _said(claim: Claim, verdict: Verdict, said: Mapping[str, Any]) -> None:
    """Show the claim; where we differ from its paper, the paper's sentence beside ours."""
    where = plain(paper_words(claim.paper, claim.reference))
    if not said["differ"]:
        st.markdown(f"{mixed(claim.statement)} **{where}.** {mixed(claim.words)}")
        return
    left, right = st.columns([3, 2], gap="medium")
    theirs = f"{mixed(claim.statement)} {mixed(said['paper_words'])}"
    left.markdown(f"**The paper says** ({where}): {theirs}")
    answer = GLYPHS[verdict["verdict"]]
    right.markdown(f"**Decided here:** {answer} {mixed(said['our_words'])}")


def _why(claim: Claim) -> None:
    if claim.why:
        with_terms(f"**Why it matters.** {mixed(claim.why)}", key="checker.why")
    if claim.study in PRESETS:
        st.page_link(
            CONVERGENCE,
            label="Measure it in the lab",
            help=plain(study_label(claim.study)),
            icon=":material/play_arrow:",
            query_params=preset_link(claim.study),
        )
