"""Words about a verdict: when it was decided, and which of its tests speaks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.charts.claim_sides import CONDITION, FAILS, UNDECIDED, sides

__all__ = ["CONDITION", "FAILS", "UNDECIDED", "leading", "same", "sense"]

Test = Mapping[str, Any]


def leading(verdict: Mapping[str, Any]) -> int:
    """Return which test of a verdict is to be shown first: what decides it, from 0.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.

    Notes
    -----
    What speaks against the claim comes before any proof; of an undecided claim, the first test
    that is undecided.
    """
    if verdict["verdict"] == UNDECIDED:
        tests = enumerate(verdict["tests"])
        return next((i for i, test in tests if test["verdict"] == UNDECIDED), 0)
    return sides(verdict)["test"] or 0


def sense(test: Test) -> str:
    """Say how a claim stands to a test that must fail for it; empty for any other.

    Parameters
    ----------
    test : mapping
        Of a verdict.
    """
    if test["expected"] != FAILS:
        return ""
    if test.get("asks") == "relation":
        return "The claim holds where this relation does not."
    if test.get("asks") == "value":
        return "The claim holds where this value lies elsewhere."
    return "The claim speaks of a dependence: it holds where this test of independence fails."


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two verdicts of a claim say the same, test by test.

    Parameters
    ----------
    one, other : mapping
        Verdicts; how long they took does not count.
    """
    return _said(one) == _said(other)


def _said(verdict: Mapping[str, Any]) -> tuple[Any, ...]:
    repair = verdict["repair"]
    tests = (*verdict["tests"], *(repair["tests"] if repair else ()))
    parts = tuple((t["name"], t["verdict"], t["condition"]) for t in tests)
    return verdict["verdict"], verdict["condition"], repair and repair["verdict"], parts
