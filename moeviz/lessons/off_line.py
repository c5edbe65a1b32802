"""How far a curve is from the line whose slope is told of it, and its means from most fits."""

from __future__ import annotations

import math

from moeviz.study.curves import Curve
from moeviz.study.slope import used_sizes
from moeviz.study.statistic import statistic_named


def off_its_line(curve: Curve, statistic: str) -> float | None:
    """Return by what factor what a slope is of is off the slope's line at most.

    Parameters
    ----------
    curve : Curve
    statistic : str
        What the line runs through.

    Returns
    -------
    float or None
        At least 1; None where there is no line.
    """
    if curve.slope is None:
        return None
    log = statistic_named(statistic).log
    used = [
        (math.log(n), float(log(row)))
        for n, row in used_sizes(curve.n, curve.loss, curve.slope.window[0])
    ]
    across = math.fsum(x for x, _ in used) / len(used)
    up = math.fsum(y for _, y in used) / len(used)
    return math.exp(max(abs(y - up - curve.slope.estimate * (x - across)) for x, y in used))


def astray(curve: Curve) -> float | None:
    """Return how many times the geometric mean of a size's losses their mean is, at most.

    It is large where a few fits that went astray make the mean; None where nothing is measured.

    Parameters
    ----------
    curve : Curve
    """
    return max(_jumps(curve).values(), default=None)


def making_half(curve: Curve) -> int | None:
    """Return of how many fits more than half of that mean comes, by which a curve is astray.

    Parameters
    ----------
    curve : Curve

    Returns
    -------
    int or None
        The fewest; None where nothing is measured.
    """
    jumps = _jumps(curve)
    if not jumps:
        return None
    row = curve.loss[max(jumps, key=lambda at: jumps[at])]
    known = sorted((loss for loss in row if loss is not None), reverse=True)
    half, made = math.fsum(known) / 2, 0.0
    for count, loss in enumerate(known, start=1):
        made += loss
        if made > half:
            return count
    return len(known)


def _jumps(curve: Curve) -> dict[int, float]:
    """Return how many times the geometric mean a mean is, by its place."""
    pairs = zip(curve.mean, curve.geometric, strict=True)
    return {at: mean / middle for at, (mean, middle) in enumerate(pairs) if mean and middle}
