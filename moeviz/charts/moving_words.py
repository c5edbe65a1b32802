"""A truth that moves with n, in words: what its separation shows, and what a bound says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from moeviz.charts.meter import course
from moeviz.charts.words import number
from moeviz.study.moving import leaves, move_of, moves, step
from moeviz.study.planned_curves import PlannedCurve
from moeviz.study.result import Curve, Result
from moeviz.study.slope import NoSlope
from moeviz.study.specification import Specification

BLIND = 0.95
"""Errors that sum to more than this are nearly a coin's."""

CERTAIN = 0.05
"""Errors that may sum to less than this let a test know the truth."""


def moving_notice(spec: Specification) -> Iterator[str]:
    """Yield what to know of a truth that moves, before the study is run.

    Parameters
    ----------
    spec : Specification
    """
    move = move_of(spec.fields)
    if move is None:
        return
    if not leaves(spec.fields):
        yield (
            "The truth is its limit at every sample size, for c is 0: this is the ordinary study "
            "of that one truth. Truth, reach and information shown are its own; no line is "
            "predicted from them, nor for a protocol."
        )
        return
    first, last = spec["sizes"][0], spec["sizes"][-1]
    near, far = (f"{step(spec.fields, n):.3g} at n = {n:,}" for n in (last, first))
    law = f"t = {spec['moving_scale']:g} n^(−{spec['moving_power']:g})"
    begun, way = "Each sample size has a truth of its own", f"{law} goes from {far} to {near}."
    if not moves(spec.fields):
        begun = (
            "One truth for all sample sizes: it stands still, at a fixed distance from the limit"
        )
        way = f"Here t is {step(spec.fields, first):.3g}."
    yield (
        f"{begun}. {move.title} {way} Truth, reach and information shown are the limit's; no line "
        "is predicted from them, nor for a protocol."
    )


def separation_words(curve: Curve) -> str:
    """Say what the separation of a moving truth shows.

    Parameters
    ----------
    curve : Curve
        One that separates.
    """
    said = "No fit: how far the truth of each n is from the limit of these truths, read as fits are"
    if curve.no_slope in {NoSlope.ZERO, NoSlope.ROUNDED}:
        return f"{said}. It is zero: read so, all of these truths are one."
    if curve.slope is None:
        return f"{said}."
    way = course(curve.slope)
    return f"{said}. It {way[0].lower()}{way[1:]}.{_told_apart(curve)}"


def _told_apart(curve: Curve) -> str:
    """Say how well a test can tell the truth from the limit, and what follows for estimators."""
    errors, apart = curve.least_errors or (), curve.mean
    if not errors or errors[-1] is None or apart[-1] is None:
        return ""
    least, n = errors[-1], curve.n[-1]
    if least < CERTAIN:
        return f" At n = {n:,} a test may tell the truth from its limit, so that no bound follows."
    test = f"the two errors of any test between the truth and its limit sum to {least:.2f} at least"
    if least > BLIND:
        test = "no test tells the truth from its limit much better than a coin"
    said = f" At n = {n:,} {test}"
    if not curve.reading.metric:
        return f"{said}: an estimator that is right about the one is wrong about the other."
    return (
        f"{said}. So every estimator that is made of the data alone has at one of the two a "
        f"mean error of {number(0.5 * apart[-1] * least)} or more: half the separation times that "
        "sum (Le Cam). Of one of them alone it says nothing."
    )


def partner(curve: PlannedCurve, curves: Sequence[PlannedCurve]) -> int | None:
    """Return the place of the separation that is read as a curve of fits is, if there is one.

    Parameters
    ----------
    curve : PlannedCurve
        Of fits.
    curves : sequence of PlannedCurve
        Of its study.
    """
    own = (curve.router, curve.gate, curve.expert, curve.reading)
    for place, other in enumerate(curves):
        if other.separates and own == (other.router, other.gate, other.expert, other.reading):
            return place
    return None


def moving_takeaway(result: Result, names: Sequence[str], shown: Sequence[int]) -> str:
    """Say how the shown curves stand to the separation of their truths; empty for one truth.

    Parameters
    ----------
    result : Result
    names : sequence of str
        Of its curves.
    shown : sequence of int
        Places of the curves that are on at first.
    """
    if not moves(result.spec.fields):
        return ""
    said, largest = [], 0
    losses = {c.reading.loss for c in (result.curves[place] for place in shown) if c.separates}
    for place in shown:
        curve = result.curves[place]
        seen = curve.trained and curve.n and curve.reading.loss in losses
        found = partner(curve, result.curves) if seen else None
        if found is None:
            continue
        other, n = result.curves[found], curve.n[-1]
        apart = dict(zip(other.n, other.mean, strict=True)).get(n)
        mean = curve.mean[-1]
        if apart and mean is not None:
            said.append(f"“{names[place]}” is {number(mean / apart)} times the separation")
            largest = max(largest, n)
    if not said:
        return ""
    return (
        f" The truth moves towards its limit like n to the power "
        f"−{result.spec['moving_power']:g}, and at n = {largest:,} {'; '.join(said)}. This is the "
        "uniform view, another truth for each n; point-wise, with one of them held fixed, an error "
        "may fall faster."
    )
