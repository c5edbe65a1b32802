"""The takeaway of a study: one sentence or two that say what its curves show today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from moeviz.charts.meter import Meter, course
from moeviz.study.result import Result
from moeviz.study.slope import Slope


def takeaway(result: Result, meters: Sequence[Meter], shown: Sequence[int]) -> str:
    """Say what a study shows, as far as it has come.

    Parameters
    ----------
    result : Result
    meters : sequence of Meter
        One for each curve.
    shown : sequence of int
        Places of the curves that are on at first, which the first sentence is about.

    Returns
    -------
    str
        First what the steepest and the flattest of the shown curves do, then how many of all
        curves agree with theory. Starts of protocols do not count.
    """
    if not any(curve.n for curve in result.curves):
        return "No sample size has been fitted yet."
    slopes = [(meter.name, curve.slope) for meter, curve in zip(meters, result.curves, strict=True)]
    shown = [place for place in shown if result.curves[place].trained]
    known = [(name, slope) for name, slope in (slopes[i] for i in shown) if slope is not None]
    known = known or [(name, slope) for name, slope in slopes if slope is not None]
    if not known:
        return (
            "The curves of this study have no slope."
            if result.complete
            else "So far no curve has the two sample sizes that make a slope."
        )
    start = "The" if result.complete else "So far the"
    fitted = [m for m, curve in zip(meters, result.curves, strict=True) if curve.trained]
    return f"{start} {_contrast(known)}. {_verdict(fitted)}"


def _contrast(known: Sequence[tuple[str, Slope]]) -> str:
    """Say what the steepest and the flattest curve do."""
    ordered = sorted(known, key=lambda pair: pair[1].estimate)
    (steep, first), (flat, last) = ordered[0], ordered[-1]
    said = f"curve “{steep}” {_lower(course(first))}"
    if len(ordered) == 1:
        return said
    apart = round(first.high, 2) < round(last.low, 2)
    said += f"; “{flat}” {_lower(course(last))}"
    return said if apart else f"{said} (the intervals overlap)"


def _verdict(meters: Sequence[Meter]) -> str:
    """Count the marks."""
    marks: Counter[str] = Counter(meter.mark for meter in meters)
    said = {
        "yes": "does as theory says",
        "no": "does not",
        "unknown": "cannot be held against it",
        "waiting": "is still to come",
    }
    if len(meters) == 1:
        return f"It {said[meters[0].mark]}.".replace("against it", "against theory")
    plural = {"yes": "do as theory says", "no": "do not", "waiting": "are still to come"}
    if len(marks) == 1:
        (mark,) = marks
        of = f"All {len(meters)} curves {plural.get(mark, '')}."
        none = {"no": "does as theory says", "unknown": "can be held against theory"}
        return f"None of the {len(meters)} curves {none[mark]}." if mark in none else of
    parts = [
        f"{marks[mark]} {one if marks[mark] == 1 else plural.get(mark, one)}"
        for mark, one in said.items()
        if marks[mark]
    ]
    if not marks["yes"] and marks["no"]:
        parts[0] = f"{marks['no']} do{'es' * (marks['no'] == 1)} not do as theory says"
    return f"Of {len(meters)} curves {', '.join(parts)}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
