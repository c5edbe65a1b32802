"""The takeaway of a study: one sentence or two that say what its curves show today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from moeviz.charts.meter import Meter, course
from moeviz.charts.moving_words import moving_takeaway
from moeviz.study.result import Curve, Result
from moeviz.study.slope import Slope
from moeviz.text import signed
from moeviz.theory import GAUGES


def takeaway(
    result: Result, meters: Sequence[Meter], shown: Sequence[int], stopped: str = ""
) -> str:
    """Say what a study shows, as far as it has come.

    Parameters
    ----------
    result : Result
    meters : sequence of Meter
        One for each curve.
    shown : sequence of int
        Places of the curves that are on at first, which the first sentence is about.
    stopped : str
        How a study that is not whole came to its end, as "Cancelled"; "" where it goes on.

    Returns
    -------
    str
        First what the shown curves do, those together that cannot be told apart; then how many of
        all curves agree with theory, and which do not. Starts of protocols do not count.
    """
    if not any(curve.n for curve in result.curves if not curve.separates):
        if stopped:
            return f"{stopped} before any sample size was fitted."
        return "No sample size has been fitted yet."
    if nothing_learnt(result):
        return "Every fit diverged, or ended with a cost that is not a number: no curve is left."
    slopes = [
        (f"“{meter.name}”{_unseen(curve)}", curve.slope)
        for meter, curve in zip(meters, result.curves, strict=True)
    ]
    moves = moving_takeaway(result, [meter.name for meter in meters], shown)
    shown = [place for place in shown if result.curves[place].trained]
    known = [(name, slope) for name, slope in (slopes[i] for i in shown) if slope is not None]
    known = known or [(name, slope) for name, slope in slopes if slope is not None]
    if not known:
        return (
            "The curves of this study have no slope."
            if result.complete
            else f"{_so_far(stopped)}no curve has the two sample sizes that make a slope."
        )
    start = "" if result.complete else _so_far(stopped)
    fitted = [pair for pair in zip(meters, result.curves, strict=True) if pair[1].trained]
    lead = _lead([(meters[place], result.curves[place]) for place in shown])
    begun = f"{start}{lead}" if start else lead[:1].upper() + lead[1:]
    judged = f"{_verdict([one for one, _ in fitted])}{_named(fitted)}"
    return f"{begun}{_contrast(known)}. {judged}{moves}"


def _so_far(stopped: str) -> str:
    return f"{stopped} before it was complete; as far as it came, " if stopped else "So far "


def nothing_learnt(result: Result) -> bool:
    """Return whether there are fits, and none of them has a loss.

    Parameters
    ----------
    result : Result
    """
    losses = [
        loss for curve in result.curves if curve.trained for row in curve.loss for loss in row
    ]
    return bool(losses) and all(loss is None for loss in losses)


def _unseen(curve: Curve) -> str:
    """Say of what no data can show that it is so."""
    return ", which no data can show," if curve.reading.loss == "radial" else ""


def _lead(shown: Sequence[tuple[Meter, Curve]]) -> str:
    """Answer the question which of several routers is slow, where none of them is."""
    read = [(meter, curve) for meter, curve in shown if curve.reading.loss != "radial"]
    routers = {curve.router for _, curve in read}
    if len(routers) < 2 or any(meter.mark != "yes" or not meter.theory for meter, _ in read):
        return ""
    return "neither router is slow: " if len(routers) == 2 else "no router is slow: "


def _contrast(known: Sequence[tuple[str, Slope]]) -> str:
    """Say what each curve does; curves that cannot be told apart are named together."""
    groups: list[list[tuple[str, Slope]]] = []
    for name, slope in sorted(known, key=lambda pair: pair[1].estimate):
        if groups and _alike(groups[-1][0][1], slope):
            groups[-1].append((name, slope))
        else:
            groups.append([(name, slope)])
    return "; ".join(_said(group) for group in groups)


def _alike(one: Slope, other: Slope) -> bool:
    """Return whether each of two slopes lies in the other's interval, and both go one way."""
    within = other.low <= one.estimate <= other.high and one.low <= other.estimate <= one.high
    return within and _way(one) == _way(other)


def _way(slope: Slope) -> str:
    return course(slope).partition(" ")[0]


def _said(group: Sequence[tuple[str, Slope]]) -> str:
    names = [name for name, _ in group]
    if len(group) == 1:
        return f"{names[0]} {_lower(course(group[0][1]))}"
    plural = _lower(course(group[0][1]))
    for one, many in (("falls", "fall"), ("rises", "rise"), ("stays", "stay")):
        plural = plural.replace(one, many)
    first, last = (signed(group[place][1].estimate) for place in (0, -1))
    if first != last:
        for one, many in (("the power", "powers"), ("slope", "slopes")):
            plural = plural.replace(f"{one} {first}", f"{many} from {first} to {last}")
    before = ", ".join(names[:-1]).replace(",,", ",")  # A clause ends with a comma of its own.
    return f"{before} and {names[-1]} cannot be told apart: they {plural}"


_MOST_NAMED = 2


def _named(fitted: Sequence[tuple[Meter, Curve]]) -> str:
    """Name the curves that do not do as theory says."""
    against = [(meter, curve) for meter, curve in fitted if meter.mark == "no"]
    said = "; ".join(
        f"“{meter.name}” has {signed(meter.estimate)} where theory says {signed(meter.theory)}"
        f"{_free(curve)}"
        for meter, curve in against[:_MOST_NAMED]
        if meter.estimate is not None and meter.theory is not None
    )
    more = len(against) - _MOST_NAMED
    return f" {said}{f'; and {more} more' if more > 0 else ''}." if said else ""


def _free(curve: Curve) -> str:
    """Say what a reading leaves open that fixes less than the gauge."""
    complete = GAUGES[curve.reading.gauge].complete
    return "" if complete else ": read so, a shift of all gates alike is still free"


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
        two = len(meters) == 2
        every = "Both" if two else f"All {len(meters)}"
        no = "Neither curve" if two else f"None of the {len(meters)} curves"
        none = {"no": "does as theory says", "unknown": "can be held against theory"}
        return f"{no} {none[mark]}." if mark in none else f"{every} curves {plural[mark]}."
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
