"""A paper's sentence beside ours: what each says, and the counterexample that parts them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from moeviz.charts.certified import enclosed
from moeviz.charts.checker import order_text
from moeviz.charts.claim_words import SILENT, group_of

HOLDS = "holds"
FAILS, CONDITION, UNDECIDED = "fails", "holds under a condition", "undecided"

_TRIED: Mapping[str, str] = {
    FAILS: "A repair was tried, and fails too",
    UNDECIDED: "A repair was tried, and is undecided",
}
"""What is said of a repair that does not hold."""

MOST_TERMS = 4
"""Terms of a relation that a sentence has room for."""

Plain = Mapping[str, Any]


def sides(verdict: Plain) -> dict[str, Any]:
    """Return what a paper says, what the checker says, and where they part, in words.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.

    Returns
    -------
    dict
        "differ": whether they do; never where the paper says nothing. "counterexample": a sentence,
        empty where there is none, and "counterexample_title", its heading. "test": the number of
        the test that shows it, from 0, or None. "paper_words", "our_words": a sentence each.
        "repair": what the claim should say instead and how that stands, "repair_title": its heading
        without a full stop; empty where nothing is known. Text between dollars is LaTeX.
    """
    number = _against(verdict)
    shown = None if number is None else verdict["tests"][number]
    return {
        "differ": _differ(verdict),
        "counterexample": "" if shown is None else counterexample(shown),
        "counterexample_title": _against_title(shown),
        "test": number,
        "paper_words": verdict["paper_words"],
        "our_words": _ours(verdict),
        "repair": _repair(verdict["repair"]),
        "repair_title": _repair_title(verdict),
    }


def _differ(verdict: Plain) -> bool:
    if verdict["verdict"] == UNDECIDED or group_of(verdict["id"]) in SILENT:
        return False
    return verdict["agrees_with_paper"] is False


def _against(verdict: Plain) -> int | None:
    """Return the test that speaks against the claim: a generic one before one of an exception."""
    places = [
        number
        for number, test in enumerate(verdict["tests"])
        if test["verdict"] not in (test["expected"], UNDECIDED)
    ]
    return min(places, key=lambda n: (bool(verdict["tests"][n]["special"]), n), default=None)


def _against_title(test: Plain | None) -> str:
    """Return the heading of what speaks against a claim; a proof is no example."""
    proved = test is not None and test["expected"] == FAILS and test["asks"] == "independence"
    return "Why not" if proved else "Counterexample"


def counterexample(test: Plain) -> str:
    """Say what a test found that the claim denies.

    Parameters
    ----------
    test : mapping
        Of a verdict, one that does not say what the claim expects.
    """
    said = f"{_where(test)}{_found(test)}"
    return f"{said[:1].upper()}{said[1:]}"


def _found(test: Plain) -> str:
    certificate = test["certificate"]
    if test["asks"] == "value":
        return f"${certificate['latex']}$ {enclosed(certificate['value'])}."
    if test["asks"] == "relation":
        if test["verdict"] == FAILS:
            return (
                f"the left side of ${certificate['latex']}$ {enclosed(certificate['value'])} at a "
                "rational point, which is not zero."
            )
        return f"${certificate['latex']}$, {certificate.get('where', 'for all inputs')}."
    if test["verdict"] != FAILS:
        return _independent(certificate)
    if certificate.get("sequence"):
        return _sequence(certificate["sequence"])
    terms = len(certificate.get("members", ()))
    if "latex" in certificate and terms <= MOST_TERMS:
        return f"${certificate['latex']}$ for all inputs."
    return f"{terms} of the functions are tied by a relation for all inputs."


def _where(test: Plain) -> str:
    """Return at which parameters a test is made, as the beginning of a sentence."""
    _, colon, family = test["name"].partition(": ")
    if colon:
        return f"{family}: "
    return f'without the condition "{test["special"]}": ' if test["special"] else ""


def _independent(certificate: Plain) -> str:
    if certificate["kind"] == "determinant":
        count = len(certificate["members"])
        return (
            f"the {count} functions are independent: the determinant of their values at "
            f"{count} inputs {enclosed(certificate['determinant'])}, which is not zero."
        )
    return "no crowded cell can spread out unseen: a positive definite matrix forbids it."


def _sequence(sequence: Plain) -> str:
    """Say how measures come close without the function's seeing it."""
    loss, atoms = _order(sequence["loss order"]), sequence["atoms"]
    if sequence["exact"]:
        return (
            f"{atoms} fitted atoms differ from the truth by $\\varepsilon^{{{loss}}}$ and have its "
            "function."
        )
    order = _order(sequence["function order"])
    return (
        f"along a sequence of {atoms} fitted atoms the loss falls like $\\varepsilon^{{{loss}}}$ "
        f"and the function moves by $\\varepsilon^{{{order}}}$ only."
    )


def _order(text: str) -> str:
    """Return a measured order, as a whole number where it is one."""
    value = float(text)
    whole = math.isfinite(value) and abs(value - round(value)) < 0.01
    return str(round(value)) if whole else order_text(text)


def _ours(verdict: Plain) -> str:
    answer, condition = verdict["verdict"], verdict["condition"]
    if answer == CONDITION:
        return f"It holds under a condition: {condition}."
    if answer == UNDECIDED:
        return f"It is undecided: {condition}."
    return "It fails." if answer == FAILS else "It holds."


def _repair(repair: Plain | None) -> str:
    if repair is None:
        return ""
    if repair["verdict"] in _TRIED:
        return str(repair["statement"])
    where = f" under a condition: {repair['condition']}" if repair["condition"] else ""
    return f"{repair['statement']} This holds{where}."


def _repair_title(verdict: Plain) -> str:
    repair = verdict["repair"]
    if repair is None:
        return ""
    if repair["verdict"] in _TRIED:
        return _TRIED[repair["verdict"]]
    return "What repairs its other cases" if verdict["verdict"] == HOLDS else "What repairs it"
