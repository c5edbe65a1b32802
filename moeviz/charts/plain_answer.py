"""The answer to a check of one's own in plain words, with the numbers that were found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.charts.certified import enclosed
from moeviz.charts.claim_sides import CONDITION, FAILS, UNDECIDED, counterexample

Plain = Mapping[str, Any]

_OF_ONE_TERM = frozenset({"literal-first", "literal-second", "literal-zeroth", "discover"})


def plain_answer(test: str, verdict: Plain) -> str:
    """Return what a check of one's own found, as a sentence that begins with yes or no.

    Parameters
    ----------
    test : str
        Which of :data:`moeviz.symbolic.request.selection.TESTS` was asked for.
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it for that.

    Returns
    -------
    str
        Empty where nothing is decided. Text between dollars is LaTeX.
    """
    if verdict["verdict"] == UNDECIDED or not verdict["tests"]:
        return ""
    found = verdict["tests"][0]
    certificate = found["certificate"]
    if verdict["verdict"] == FAILS:
        return f"No: {_against(test, found)}"
    begin = "Yes, where that condition is met" if verdict["verdict"] == CONDITION else "Yes"
    return f"{begin}: {_for(test, certificate)}"


def _for(test: str, certificate: Plain) -> str:
    rank = certificate.get("rank", 0)
    if test == "cone":
        return (
            "no crowded cell can spread out unseen: to second order the function changes with it."
        )
    if test == "relation":
        constants = list(certificate.get("constants", {}).values())
        if not constants:
            return f"the sum is zero {certificate.get('where', 'for all inputs')}."
        if len(constants) == 1:
            return f"there is such a constant, and it is {constants[0]}."
        return f"there are such constants: {', '.join(constants)}."
    if test in _OF_ONE_TERM:
        return f"all {_functions(test, rank)} are independent."
    gauge = len(certificate.get("gauge", ()))
    if not gauge:
        return (
            "no small change of the parameters is invisible to first order: all "
            f"{rank} derivatives are independent."
        )
    those = "1 is the gauge's" if gauge == 1 else f"{gauge} are the gauge's"
    return (
        "apart from the gauge no small change of the parameters is invisible to first order: of "
        f"{rank + gauge} derivatives {those}, the other {rank} are independent."
    )


def _against(test: str, found: Plain) -> str:
    certificate = found["certificate"]
    if test == "cone":
        if not certificate.get("sequence"):
            return "a crowded cell can spread out, and the function hardly sees it."
        said = counterexample(found)
        return f"{said[:1].lower()}{said[1:]}"
    if test == "relation":
        if "value" in certificate:
            return (
                f"the sum {enclosed(certificate['value'])} at a rational point, which is not zero."
            )
        return "no constants make the sum zero."
    rank, count = certificate.get("rank", 0), certificate.get("relations in all", 1)
    follow = "1 follows" if count == 1 else f"{count} follow"
    if test in _OF_ONE_TERM:
        return f"of {_functions(test, rank + count)} {follow} from the others."
    beyond = "" if test == "pinned" else " beyond the gauge"
    return (
        f"some small change of the parameters{beyond} is invisible to first order: of "
        f"{rank + count} derivatives {follow} from the others."
    )


def _functions(test: str, count: int) -> str:
    """Name what was asked about; some of these are the term itself."""
    itself = test in ("discover", "literal-zeroth")
    return f"{count} functions" if itself else f"{count} derivatives"
