"""The checker's page: a claim with its verdict, or a check of one's own, beside the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.ui.checker.claim import show_claim
from moeviz.ui.checker.derivation import derived
from moeviz.ui.checker.gallery import known_question, show_gallery
from moeviz.ui.checker.link import FIRST_CLAIM, request_of
from moeviz.ui.checker.map import claim_map
from moeviz.ui.checker.own import compose, current, invitation
from moeviz.ui.checker.state import STATE, go, with_map
from moeviz.ui.checker.tiles import says
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request

Verdict = Mapping[str, Any]

HOMOGENEITY = "Does the cosine router see how long β₁ is?"
"""The page's question at first."""

OWN = "What do you want to know?"


def open_claim() -> str | None:
    """Return the claim on show, or None for a check of one's own."""
    if STATE.own("compose"):
        return None
    return STATE.own("claim") or FIRST_CLAIM


def heading() -> str:
    """Return the page's title: the question on show."""
    claim = open_claim()
    if claim is None:
        known = known_question(current())
        return OWN if known is None else plain(known.title)
    if derived(claim) and claim.startswith("C1."):
        return HOMOGENEITY
    return f"Is it so? {plain(says(claim))}."


def show_map() -> None:
    """Show the map of claims, below questions to start from where one asks one's own."""
    claim = open_claim()
    if claim is None:
        show_gallery(current())
    claim_map(claim or "", lambda wanted: go(request_of(wanted)))


def show_check() -> tuple[Request, Verdict | None]:
    """Show what the page is about, and return the request with its verdict, if there is one."""
    claim = open_claim()
    if claim is not None:
        found = show_claim(request_of(claim, STATE.own("live"), STATE.own("family")))
        families = found.verdict["exceptions"] if found.verdict is not None else ()
        # A family that is not there is not kept in the address either.
        family = STATE.own("family") if STATE.own("family") < len(families) else 0
        request = request_of(claim, STATE.own("live"), family)
        invitation()
        return with_map(request), found.verdict
    request, verdict = compose()
    return with_map(request), verdict
