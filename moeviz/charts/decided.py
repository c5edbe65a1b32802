"""Words about a verdict: when it was decided, and which of its tests speaks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FAILS, CONDITION, UNDECIDED = "fails", "holds under a condition", "undecided"

Test = Mapping[str, Any]


def leading(verdict: Mapping[str, Any]) -> int:
    """Return which test of a verdict is to be shown first: what decides it.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.

    Notes
    -----
    A counterexample comes before any proof: of a claim that fails, the first generic test that did
    not say what the claim needs; of one that holds under a condition, the first exception; of an
    undecided one, the first that is undecided.
    """
    tests = verdict["tests"]

    def wanted(test: Test) -> bool:
        if verdict["verdict"] == FAILS:
            return not test["special"] and against(test)
        if verdict["verdict"] == CONDITION:
            return against(test)
        if verdict["verdict"] == UNDECIDED:
            return bool(test["verdict"] == UNDECIDED)
        return True

    return next((i for i, test in enumerate(tests) if wanted(test)), 0)


def against(test: Test) -> bool:
    """Return whether a test says other than its claim needs.

    Parameters
    ----------
    test : mapping
        Of a verdict.
    """
    return bool(test["verdict"] not in (test["expected"], UNDECIDED))


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
