"""Digests of a curve's numbers, with which two computations of one study are compared."""

from __future__ import annotations

import hashlib
import math

from moeviz.study import Curve

DIGITS = 6
"""Significant digits of a loss in a digest, as many as a kept result has."""

TOLERANCE = 1e-3
"""Relative. Computed again on another processor, means of converged fits differ by less."""


def curve_digest(curve: Curve) -> str:
    """Return the SHA-256 of a curve's losses, each rounded to :data:`DIGITS` significant digits.

    Parameters
    ----------
    curve : Curve

    Returns
    -------
    str
        64 hexadecimal digits. Equal numbers have equal digests; numbers that differ in their last
        bits have equal ones unless a rounding lies between them.
    """
    lines = [
        f"{n} {replicate} {_rounded(loss)}"
        for n, replicates, losses in zip(curve.n, curve.replicates, curve.loss, strict=True)
        for replicate, loss in zip(replicates, losses, strict=True)
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def largest_difference(curve: Curve, means: tuple[float | None, ...]) -> float:
    """Return the largest relative difference between a curve's means and others.

    Parameters
    ----------
    curve : Curve
    means : tuple of float or None
        One for each of its sample sizes.

    Returns
    -------
    float
        Infinity where one of two means is missing, or their numbers differ.
    """
    if len(means) != len(curve.mean):
        return math.inf
    return max(map(_difference, curve.mean, means), default=0.0)


def _difference(ours: float | None, theirs: float | None) -> float:
    if ours is None or theirs is None:
        return 0.0 if ours is theirs else math.inf
    scale = max(abs(ours), abs(theirs))
    return abs(ours - theirs) / scale if scale else 0.0


def _rounded(loss: float | None) -> str:
    return "none" if loss is None else f"{loss:.{DIGITS - 1}e}"
