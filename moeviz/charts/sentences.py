"""What is said of one curve: its slope beside theory's, or why it has none, and its fits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from moeviz.charts.left_words import left_words
from moeviz.charts.meter import course
from moeviz.charts.moving_words import separation_words
from moeviz.charts.protocol_words import protocol_words
from moeviz.charts.symmetries import equal_words
from moeviz.estimate import ENDED, FAILED, Status
from moeviz.study.curve_kinds import APART, STARTS, UNFINISHED
from moeviz.study.result import Curve
from moeviz.study.slope import NoSlope, Slope
from moeviz.study.specification import Specification
from moeviz.study.summary import Losses
from moeviz.text import signed, within
from moeviz.theory.claim import RateClaim

WITHOUT = {
    NoSlope.TOO_FEW: "Two sample sizes with two fits each are needed before a slope can be drawn.",
    NoSlope.ZERO: "The loss is exactly zero; no slope.",
    NoSlope.ROUNDED: "The loss is zero up to rounding; no slope.",
    NoSlope.SOME_ZERO: "Some losses are exactly zero, and zero has no logarithm; no slope.",
}


def way_words(kernels: tuple[str, ...]) -> str:
    """Return how a result's passes over its samples were computed; nothing where it is not known.

    Parameters
    ----------
    kernels : tuple of str
        As :class:`~moeviz.study.result.Result` has them.
    """
    return {
        ("fused",): "passes over the samples compiled",
        ("torch",): "passes over the samples tensor by tensor",
        ("fused", "torch"): "passes over the samples compiled for some fits, else tensor by tensor",
    }.get(kernels, "")


def curve_words(spec: Specification, curve: Curve) -> str:
    """Say in a few sentences what a curve shows.

    Parameters
    ----------
    spec : Specification
        The curve's study.
    curve : Curve
    """
    if curve.kind == APART:
        return separation_words(curve)
    if curve.kind == UNFINISHED:
        return left_words(spec, curve)
    if curve.kind == STARTS:
        return _of_starts(curve)
    return _shown(curve) + protocol_words(curve, spec["window_from"]) + equal_words(spec, curve)


def _shown(curve: Curve) -> str:
    reason, status = curve.no_slope, curve.status
    if curve.slope is not None:
        return _slope(curve.slope, curve.claim) + _ends(status)
    if reason is NoSlope.LOST:
        return _lost(curve.loss, status) + _ends(status, said=FAILED)
    return WITHOUT[reason or NoSlope.TOO_FEW] + ("" if reason is NoSlope.TOO_FEW else _ends(status))


def _of_starts(curve: Curve) -> str:
    """Say what starts show that nobody trained."""
    said = "Nobody trained these: it is the loss of the starts themselves, read as fits are."
    if curve.slope is None:
        return said
    slope = curve.slope
    return (
        f"{said} It {_course(slope)}; a trained curve that does no better shows where its fits "
        "started."
    )


def _course(slope: Slope) -> str:
    said = course(slope)
    interval = f"95 % interval {signed(slope.low)} to {signed(slope.high)}"
    return f"{said[0].lower()}{said[1:]} ({interval})"


def _slope(slope: Slope, claim: RateClaim) -> str:
    text = f"Between n = {slope.window[0]:,} and {slope.window[1]:,} the loss {_course(slope)}."
    if claim.exponent is None:
        return f"{text} Theory gives no slope ({claim.source})."
    inside = within(claim.exponent, slope.low, slope.high)
    return (
        f"{text} Theory says {signed(claim.exponent)} ({claim.source}): "
        f"{'inside' if inside else 'outside'} the interval."
    )


def _lost(losses: Sequence[Losses], status: Sequence[Mapping[str, int]]) -> str:
    """Say how many fits have no loss, and that no slope goes through what is left."""
    missing = sum(value is None for row in losses for value in row)
    total = sum(len(row) for row in losses)
    words = {
        Status.DIVERGED: "diverged",
        Status.NON_FINITE: "had a cost that is not a number",
    }
    failed = {kind: sum(count.get(kind.label, 0) for count in status) for kind in words}
    parts = [f"{number} {words[kind]}" for kind, number in failed.items() if number]
    rest = missing - sum(failed.values())
    if rest > 0:
        parts.append(f"{rest} have a loss that is not a number")
    return (
        f"No slope: of {total} fits, {' and '.join(parts)}. A sample size with such a fit has no "
        "mean; its median counts the fit as worse than every other."
    )


def _ends(status: Sequence[Mapping[str, int]], said: Collection[int] = ()) -> str:
    """Count the fits that have not plainly converged, without the ends that are `said` already."""
    ends = {
        kind: sum(count.get(kind.label, 0) for count in status)
        for kind in ENDED
        if kind is not Status.CONVERGED and int(kind) not in said
    }
    total = sum(sum(count.values()) for count in status)
    shown = ", ".join(f"{number} {kind.label}" for kind, number in ends.items() if number)
    return f" Of {total} fits, not plainly converged: {shown}." if shown else ""
