"""Numbers and short sentences about a study."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from moeviz.model import EXPERTS, GATES, SCORES
from moeviz.study import ESTIMATORS, Curve, FitReport, PlannedCurve, Result
from moeviz.study.fields import FIELDS
from moeviz.study.slope import NoSlope
from moeviz.text import NOT_FINITE, signed

OPEN_FIELDS: Mapping[str, str | None] = {
    "start": None,
    "start_scale": None,
    "batch": "sgd",
    "em_tolerance": "em",
    "em_rule": "em",
    "box": None,
}
"""Fields on which the papers are silent, and the estimator that a field is about, if only one.

`cosine` and `multinomial` say that starts are near the truth, and not how near; `sigmoid` says
nothing of its starts. `cosine` does not say how large a batch is, nor `multinomial` of which
quantity 1e-6 is the tolerance.
"""

OPEN_IF_SET = ("start_power", "start_unit", "start_weight")
"""Fields on which they are silent, too, and which are named where they leave their default."""

OPEN_IN_SIGMOID = ("atoms", "sizes", "replicates", "epochs", "rate")
"""Fields on which `sigmoid` alone is silent: it names no optimiser, no sizes and no replicates."""

FOREIGN = "the fitted model does not contain the truth"
NO_DERIVATIVE = "the model has no derivative at this truth"

NO_SLOPE: Mapping[NoSlope, str] = {
    NoSlope.LOST: "no slope, for some fits have no loss",
    NoSlope.ZERO: "no slope, for the loss is exactly zero",
    NoSlope.SOME_ZERO: "no slope, for some losses are exactly zero",
    NoSlope.ROUNDED: "no slope, for the loss is zero up to rounding",
}
"""What is said of a curve without a slope, and why it has none."""


def number(value: float | None) -> str:
    """Write a loss with three significant digits, such as ``0.0123`` or ``4.5·10⁻⁷``.

    Parameters
    ----------
    value : float or None
        None where there is none.
    """
    if value is None or not math.isfinite(value):
        return NOT_FINITE
    if value == 0:
        return "0"
    if 1e3 <= abs(value) < 1e6:
        return f"{value:,.0f}".replace("-", "−")
    if 1e-4 <= abs(value) < 1e3:
        return f"{value:.3g}".replace("-", "−")
    mantissa, exponent = f"{value:.2e}".split("e")
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}·10{power}".replace("-", "−")


def describe(result: Result) -> str:
    """Say in one paragraph what the plot of a study shows; for those who cannot see it.

    Parameters
    ----------
    result : Result
    """
    parts = []
    for curve in result.curves:
        slope = curve.slope
        said = f"slope {signed(slope.estimate)}" if slope else no_slope(curve, "no slope so far")
        parts.append(f"{curve.label}: {len(curve.n)} sample sizes, {said}")
    return "Loss against sample size on logarithmic axes. " + "; ".join(parts) + "."


def no_slope(curve: Curve, waiting: str) -> str:
    """Say why a curve has no slope.

    Parameters
    ----------
    curve : Curve
    waiting : str
        What to say where only sizes are missing.
    """
    return waiting if curve.no_slope is None else NO_SLOPE.get(curve.no_slope, waiting)


def whole(value: float) -> str:
    """Write a number of samples, such as ``1,288`` or ``6.20·10⁹``.

    Parameters
    ----------
    value : float
        At least 1.
    """
    return f"{value:,.0f}" if value < 1e6 else number(value)


def model_words(curves: Sequence[PlannedCurve], estimator: bool = False) -> dict[int, str]:
    """Name each fit of a study by what tells it apart from the others.

    Parameters
    ----------
    curves : sequence of PlannedCurve
        A result's, or a plan's.
    estimator : bool
        Whether the estimator belongs to the name, where there are several.

    Returns
    -------
    dict of int to str
        By the fit's place in the study.
    """
    several = {
        key: len({getattr(curve, key) for curve in curves}) > 1
        for key in ("gate", "expert", "estimator")
    }
    words = {}
    for curve in curves:
        parts = [SCORES[curve.router].title]
        if several["gate"]:
            parts.append(GATES[curve.gate].title)
        if several["expert"]:
            parts.append(EXPERTS[curve.expert].title)
        if estimator and several["estimator"]:
            parts.append(ESTIMATORS[curve.estimator].title)
        words[curve.fit] = ", ".join(parts)
    return words


def reach_words(fit: FitReport) -> str:
    """Say how far the reach of one fit's truth is.

    Parameters
    ----------
    fit : FitReport
    """
    if fit.null is None:
        return f"not defined, because {why_undefined(fit)}"
    return "infinite" if fit.reach is None else whole(fit.reach)


def why_undefined(fit: FitReport) -> str:
    """Say why the truth of a fit has no reach."""
    # Only what does not contain the truth is held against an approximation of it.
    return FOREIGN if fit.projection is not None else NO_DERIVATIVE


def design_sentence(result: Result) -> str:
    """Say what the design's reach is, and which estimators were used.

    Parameters
    ----------
    result : Result
    """
    if not result.truth:
        return "The truth is still being looked for."
    names = model_words(result.curves)
    reaches = dict.fromkeys(f"{names[fit.fit]}: {reach_words(fit)}" for fit in result.truth)
    ran = [curve for curve in result.curves if curve.trained]
    estimators = dict.fromkeys(curve.estimator_title for curve in ran)
    return (
        "Reach of this design, the n at which the predicted total error falls below 0.1: "
        f"{'; '.join(reaches)}. Estimator: {'; '.join(estimators)}."
    )


def open_choices(result: Result) -> str:
    """Say what was chosen where the papers are silent, and under which names to change it.

    Parameters
    ----------
    result : Result

    Returns
    -------
    str
        One sentence; empty for a study that repeats no published figure.
    """
    ran = {curve.estimator for curve in result.curves if curve.published}
    if not ran:
        return ""
    names = [name for name, needs in OPEN_FIELDS.items() if needs is None or needs in ran]
    names += [name for name in OPEN_IF_SET if result.spec[name] != FIELDS[name].default]
    sources = [curve.published.source for curve in result.curves if curve.published]
    if any(source.startswith("sigmoid ") for source in sources):
        names += OPEN_IN_SIGMOID
    chosen = "; ".join(
        f"{FIELDS[name].label}: {FIELDS[name].write(result.spec[name])}" for name in names
    )
    return f"Chosen here: {chosen}. Each is a field under Settings."
