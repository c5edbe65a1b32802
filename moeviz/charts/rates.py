"""The table of rates: which curve of a study measures a claim, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from moeviz.model import EXPERTS
from moeviz.study import ESTIMATORS, PRESETS, Curve, PlannedCurve, Result
from moeviz.study.rates_table import RateCell
from moeviz.study.slope import Slope
from moeviz.text import signed
from moeviz.theory import GAUGES, Reading
from moeviz.theory.claim import SLOW
from moeviz.theory.rates import RateClaim, claimed_rate

COLUMNS = ("Linear", "Polynomial", "Networks: ReLU, GELU, tanh, FFN", "Multinomial logistic")


def column_of(cell: RateCell) -> str:
    """Return the column of :data:`COLUMNS` in which a claim stands.

    Parameters
    ----------
    cell : RateCell
    """
    for column in COLUMNS:
        if cell.expert_words.startswith(column.lower()):
            return column
    return COLUMNS[2]


def covers(result: Result, cell: RateCell) -> bool:
    """Return whether a result of the cell's preset measures the cell's claim.

    Parameters
    ----------
    result : Result
        It may compare more routers, gates or experts
        than the cell asks for, and read more losses.
    cell : RateCell
    """
    fields = result.spec.fields
    preset = PRESETS[cell.preset]
    for name, value in preset.parse(cell.settings).items():
        if isinstance(value, tuple) and not all(one in fields[name] for one in value):
            return False
        if not isinstance(value, tuple) and fields[name] != value:
            return False
    return True


def measured(result: Result, cell: RateCell) -> Curve | None:
    """Return the curve of a result that measures a claim, or None where it has no slope.

    Parameters
    ----------
    result : Result
        One that covers the cell.
    cell : RateCell
    """
    curve = next((curve for curve in result.curves if cell.speaks_of(curve)), None)
    return curve if curve is not None and curve.slope else None


def alike(curve: PlannedCurve, other: PlannedCurve) -> bool:
    """Return whether a curve of another study is one that the same claim speaks of.

    Parameters
    ----------
    curve : PlannedCurve
        Of the study that a claim names.
    other : PlannedCurve
        Of another study.

    Notes
    -----
    It must be of fits. Router, gate, output, loss, setting and regime must agree; data, sizes,
    starts, estimator and gauge need not, nor whether some true gates are zero where the claim does
    not depend on it.
    A network may stand for another one.
    """
    if other.reading.loss != curve.reading.loss or not other.trained:
        return False
    mine, theirs = curve.setting, other.setting
    if kind_of(curve.expert) != kind_of(other.expert):
        return False
    # In the papers' own gauge: their claims are what must not depend on zero gates.
    reading = Reading(curve.reading.loss, "offset")
    claims = {claimed_rate(replace(mine, sparse=sparse), reading) for sparse in (False, True)}
    sparse = theirs.sparse if len(claims) == 1 else mine.sparse
    return replace(mine, sparse=sparse, expert=theirs.expert) == theirs


def kind_of(expert: str) -> str:
    """Return the column of :data:`COLUMNS` to which a registered expert of a regression belongs.

    Parameters
    ----------
    expert : str
    """
    return expert.capitalize() if expert in ("linear", "polynomial") else COLUMNS[2]


def study_words(curve: PlannedCurve) -> str:
    """Say of which expert, by which estimator and in which gauge a curve is.

    Parameters
    ----------
    curve : PlannedCurve
    """
    estimator = ESTIMATORS[curve.estimator].title
    return f"{EXPERTS[curve.expert].title}, {estimator}, {curve.gauge_title}"


def reconciled(claim: RateClaim, curve: Curve, curves: Sequence[Curve]) -> str:
    """Say why a curve can fall although the claim is that no power of n holds.

    Parameters
    ----------
    claim : RateClaim
    curve : Curve
        The one that measures it.
    curves : sequence of Curve
        All curves of its study.

    Returns
    -------
    str
        Empty where claim and curve do not seem to disagree.
    """
    if not claim.rate.startswith(SLOW) or not curve.slope or curve.slope.high >= 0:
        return ""
    said = (
        "Both can be right: the claim is a minimax statement, about the worst truth; the curve is "
        "one fixed truth's."
    )
    of_fit = {c.reading: c for c in curves if c.fit == curve.fit and c.trained}
    radial = of_fit.get(Reading("radial", "offset"))
    if radial is None or not radial.slope:
        return said
    flat = (
        "What stays flat is the gates' length, which no data can show: the same fits' radial "
        f"error has slope {signed(radial.slope.estimate)}"
    )
    other = of_fit.get(Reading(curve.reading.loss, _other_gauge(curve)))
    if not GAUGES[curve.reading.gauge].complete:
        return f"{said} The paper pins only β₀ₖ, and so does this curve.{_whole(other)} {flat}."
    if other is not None and other.slope:
        flat += f", and their loss as the paper reads it {signed(other.slope.estimate)}"
    return f"{said} The paper pins only β₀ₖ; here the whole gauge is fixed. {flat}."


def _other_gauge(curve: Curve) -> str:
    return "offset" if GAUGES[curve.reading.gauge].complete else "pinned"


def _whole(pinned: Curve | None) -> str:
    """Say how the same fits fall once the whole gauge is fixed, where that was read."""
    if pinned is None or not pinned.slope:
        return ""
    exponent, source = pinned.claim.exponent, pinned.claim.source
    theory = "" if exponent is None else f", where theory says {signed(exponent)} ({source})"
    slope = signed(pinned.slope.estimate)
    return f" With the whole gauge fixed the same fits have slope {slope}{theory}."


def measured_words(slope: Slope) -> str:
    """Say a measured slope with its interval.

    Parameters
    ----------
    slope : Slope
    """
    return (
        f"slope {signed(slope.estimate)}, 95 % interval {signed(slope.low)} to "
        f"{signed(slope.high)}, n = {slope.window[0]:,} to {slope.window[1]:,}"
    )
