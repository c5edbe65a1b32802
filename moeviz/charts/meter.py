"""Slope meters: a curve's slope beside theory's and the paper's, with a mark and a sentence.

A mark says whether what was measured agrees with theory's exponent, and a sentence of plain words
says the same; both are made here, so that they cannot contradict each other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from moeviz.charts.chosen import short_names
from moeviz.charts.left_words import left_of
from moeviz.charts.palette import Theme, style
from moeviz.charts.words import NO_SLOPE, whole
from moeviz.study.against import held_against
from moeviz.study.curve_kinds import APART, STARTS, UNFINISHED
from moeviz.study.fit_report import FitReport
from moeviz.study.moving import leaves
from moeviz.study.result import Curve, Result
from moeviz.study.slope import NoSlope, Slope, used_sizes
from moeviz.study.specification import Specification
from moeviz.study.statistic import STATISTICS
from moeviz.text import signed, within

Mark = Literal["yes", "no", "unknown", "waiting"]
"""Agrees with theory; does not; cannot tell; not enough is computed yet."""

GAP = 0.25
"""Half of what lies between a flat line and n^(−1/2): an interval wider than that says little."""

FEWEST = 3
"""Sample sizes without which nobody sees whether a line is straight."""

OTHERS = {
    STARTS: "what the starts alone would show, without training",
    UNFINISHED: "how far the fits are from the converged estimator on the same data",
    APART: "how far the truths are from their limit",
}
"""What other kinds of curves than fits show, of which theory does not speak."""

ENDED_BADLY = 0.2
"""Share of fits that have not plainly converged above which their mean says little."""


@dataclass(frozen=True)
class Meter:
    """What a slope meter shows.

    Attributes
    ----------
    curve : int
        Place in the study.
    name, colour, glyph : str
        Of the curve.
    estimate, low, high : float or None
        Its slope and interval; None where there is none.
    theory, paper : float or None
        The exponent that theory claims, and the slope that a paper prints.
    mark : {"yes", "no", "unknown", "waiting"}
    words : str
        One or two short sentences.
    """

    curve: int
    name: str
    colour: str
    glyph: str
    estimate: float | None
    low: float | None
    high: float | None
    theory: float | None
    paper: float | None
    mark: Mark
    words: str


def meters(result: Result, theme: Theme, stopped: str = "") -> tuple[Meter, ...]:
    """Return the meter of every curve of a study.

    Parameters
    ----------
    result : Result
    theme : Theme
        Where the colours come from.
    stopped : str
        How a study that is not whole came to its end; "" where it goes on.

    Notes
    -----
    A tick: the interval of the slope contains theory's exponent, and is no wider than
    :data:`GAP`. A cross: it does not contain it, and is narrower than the distance from the
    estimate to the exponent. Otherwise one cannot tell; nor can one where theory names no power
    of n, where fewer than :data:`FEWEST` sizes are in the window, where the fits stopped at a
    protocol's end or more than the share :data:`ENDED_BADLY` of them at an edge or a limit, and,
    for a cross, where fewer than :data:`FEWEST` of the sizes lie beyond the reach of the design.
    Exponent and interval are compared as they are printed.
    """
    reports = {report.fit: report for report in result.truth}
    names = short_names(result.curves)
    made = []
    for index, curve in enumerate(result.curves):
        look, slope = style(index, theme), curve.slope
        mark, words = judged(curve, reports.get(curve.fit), result, stopped)
        made.append(
            Meter(
                index,
                names[index],
                look.colour,
                look.glyph,
                slope.estimate if slope else None,
                slope.low if slope else None,
                slope.high if slope else None,
                curve.claim.exponent,
                curve.published.slope if curve.published else None,
                mark,
                words + _paper(result.spec, curve),
            )
        )
    return tuple(made)


def judged(
    curve: Curve, report: FitReport | None, result: Result, stopped: str = ""
) -> tuple[Mark, str]:
    """Return a curve's mark and the words that belong to it.

    Parameters
    ----------
    curve : Curve
    report : FitReport or None
        What is known of its fit's truth.
    result : Result
        Its study.
    stopped : str
        As of :func:`meters`.
    """
    slope = curve.slope
    if slope is None:
        return _without(curve, result, stopped)
    if curve.separates:  # It is known whole before anything has been fitted.
        return "unknown", f"{course(slope)}: {OTHERS[APART]}."
    if not result.complete and _sizes(curve, result) < min(FEWEST, len(result.spec["sizes"])):
        if stopped:
            return "unknown", f"{course(slope)}. Cannot tell: {_too_early(curve, stopped)}."
        return "waiting", f"{course(slope)} so far; not all sample sizes are there."
    exponent = curve.claim.exponent
    if curve.kind in OTHERS:
        left = left_of(curve) if curve.kind == UNFINISHED else ""
        return "unknown", f"{course(slope)}: {OTHERS[curve.kind]}.{left}"
    if exponent is None:
        single = "single " if "n^(" in curve.claim.rate else ""
        return "unknown", f"{course(slope)}. Theory gives no {single}slope here."
    why = _blocked(curve, result)
    if why:
        return "unknown", f"{course(slope)}. This cannot be compared with theory: {why}."
    if within(exponent, slope.low, slope.high):
        if slope.high - slope.low > GAP:
            return "unknown", (
                f"{course(slope)}. Cannot tell: the interval, {_interval(slope)}, is too wide."
            )
        return "yes", (
            f"{course(slope)}; theory's {signed(exponent)} lies inside the interval, "
            f"{_interval(slope)}."
        )
    if abs(slope.estimate - exponent) < slope.high - slope.low:
        return "unknown", (
            f"{course(slope)}. Cannot tell: theory's {signed(exponent)} lies just outside the "
            f"interval, {_interval(slope)}, by too little to decide."
        )
    if exponent < 0 and leaves(result.spec.fields):
        return "unknown", f"{course(slope)}. Cannot tell: no reach is known off the limit."
    if exponent < 0 and report is not None and (short := _short_of_reach(curve, report)):
        return "unknown", f"{course(slope)}. Cannot tell: the reach of this design {short}."
    return "no", f"{course(slope)}, {_against(slope, exponent)}; interval {_interval(slope)}."


def course(slope: Slope) -> str:
    """Say how a loss moves with n: falls, rises, stays level, or neither.

    Parameters
    ----------
    slope : Slope

    Returns
    -------
    str
        Without a full stop; a loss is only said to fall where its whole interval is below 0.
    """
    if round(slope.high, 2) < 0:
        return f"Falls like n to the power {signed(slope.estimate)}"
    if round(slope.low, 2) > 0:
        return f"Rises like n to the power {signed(slope.estimate)}"
    if slope.high - slope.low <= GAP:
        return f"Stays level, slope {signed(slope.estimate)}"
    return f"Neither plainly falls nor rises, slope {signed(slope.estimate)}"


def alone(words: str) -> str:
    """Return the words of a curve as sentences that stand without its name.

    Parameters
    ----------
    words : str
        As :func:`judged` has them.
    """
    begun = ("Falls", "Rises", "Stays", "Neither plainly")
    return f"It {words[0].lower()}{words[1:]}" if words.startswith(begun) else words


def _against(slope: Slope, exponent: float) -> str:
    """Say where theory's exponent lies, seen from an interval that does not contain it."""
    way = "faster than" if slope.estimate < exponent else "more slowly than"
    if round(slope.high, 2) >= 0:
        return f"where theory says {signed(exponent)}"
    return f"{way} theory's {signed(exponent)}"


def _too_early(curve: Curve, stopped: str) -> str:
    """Say that a study came to its end before a curve had its sample sizes."""
    there = {0: "none of its sample sizes", 1: "one of its sample sizes"}
    ended = f"{stopped[0].lower()}{stopped[1:]}"
    return f"{ended} with {there.get(len(curve.n), f'{len(curve.n)} of its sample sizes')}"


def _without(curve: Curve, result: Result, stopped: str) -> tuple[Mark, str]:
    why = curve.no_slope or NoSlope.TOO_FEW
    if why is not NoSlope.TOO_FEW:
        said = NO_SLOPE[why]
        return "unknown", f"{said[0].upper()}{said[1:]}."
    if result.complete:
        return "unknown", "Cannot tell: two sample sizes with two fits each make a slope."
    if stopped:
        return "unknown", f"Cannot tell: {_too_early(curve, stopped)}."
    return "waiting", "Waiting for a second sample size."


def _blocked(curve: Curve, result: Result) -> str:
    """Return why a slope says nothing of theory's exponent; empty where it may."""
    sizes = _sizes(curve, result)
    if sizes < FEWEST:
        return f"{'one size' if sizes == 1 else f'{sizes} sizes'} cannot show a straight line"
    ended: Counter[str] = Counter()
    for count in curve.status:
        ended.update(count)
    total = sum(ended.values())
    if ended["protocol run"]:
        return "the fits stopped where the protocol ends, converged or not"
    badly = total - ended["converged"]
    if curve.reading.of_function:
        # A minimum on the edge of the box is the estimator over the box, of which the theorems on
        # functions speak; only of parameters does it say no more than where the box ends.
        badly -= ended["boundary"]
    if badly > ENDED_BADLY * total:
        return f"{badly} of {total} fits did not plainly converge"
    return ""


def _sizes(curve: Curve, result: Result) -> int:
    """Return how many sizes a slope is drawn through."""
    first = curve.slope.window[0] if curve.slope else result.spec["window_from"]
    return len(used_sizes(curve.n, curve.loss, first))


def _short_of_reach(curve: Curve, report: FitReport) -> str:
    """Say where the reach lies if too few sizes lie beyond it; else return nothing."""
    if report.null is None:
        return ""
    if report.reach is None:
        return "is infinite"
    first = max(report.reach, curve.slope.window[0] if curve.slope else 0.0)
    beyond = sum(n >= first for n in curve.n)
    if beyond >= FEWEST:
        return ""
    few = (
        "our samples end before it",
        "one size alone lies beyond it",
        "only two sizes lie beyond it",
    )
    return f"is n = {whole(report.reach)}, and {few[beyond]}"


def _interval(slope: Slope) -> str:
    return f"{signed(slope.low)} to {signed(slope.high)}"


def _paper(spec: Specification, curve: Curve) -> str:
    """Say where the slope lies that a paper prints, read as the paper reads its own."""
    found = held_against(spec, curve)
    if found is None:
        return ""
    printed, slope = signed(found.published.slope), found.slope
    if slope is None:
        return f" The paper prints {printed}."
    said = (
        f" The paper's {printed} lies {'inside' if found.slope_inside else 'outside'} our interval"
    )
    if found.published.statistic == spec["statistic"]:
        return f"{said}."
    through = STATISTICS[found.published.statistic].plural
    return f"{said} through {through}, {_interval(slope)}."
