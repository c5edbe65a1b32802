"""What is said of a protocol's prediction: its slope, and where its recursion does not hold."""

from __future__ import annotations

import math

import numpy as np

from moeviz.study.result import Curve
from moeviz.text import signed


def predicted_slope(curve: Curve, window_from: int = 0) -> float | None:
    """Return the slope of a protocol's predicted losses, where they hold and the curve has a size.

    Parameters
    ----------
    curve : Curve
        Complete: predictions are at all sizes, and the curve must have these.
    window_from : int
        Sizes below it are left out.
    """
    if len(curve.trusted_protocol) != len(curve.n):
        return None
    pairs = zip(curve.n, curve.trusted_protocol, strict=True)
    points = [(math.log(n), math.log(value)) for n, value in pairs if n >= window_from and value]
    if len(points) < 2:
        return None
    x, y = np.array(points).T
    return float(np.polyfit(x, y, 1)[0])


def protocol_words(curve: Curve, window_from: int = 0) -> str:
    """Say what a protocol's linear recursion predicts; nothing where nothing is predicted.

    Parameters
    ----------
    curve : Curve
    window_from : int
        Sizes below it are left out of slopes.
    """
    if curve.protocol_rate is None:
        return ""
    if curve.protocol_rate > 2.0:
        return (
            f" Its linear recursion diverges: along its steepest direction a step goes "
            f"{signed(curve.protocol_rate).lstrip('+')} times as far as to the bottom; beyond 2 "
            "errors grow."
        )
    held = curve.trusted_protocol
    missing = sum(value is None for value in held)
    if missing == len(held):
        return (
            " Nothing is predicted of this protocol: on its way the cost is too far from the "
            "quadratic that it is at the truth."
        )
    slope = predicted_slope(curve, window_from)
    said = "" if slope is None else f" Starts, steps and batches alone predict {signed(slope)}."
    if missing:
        said += (
            f" The prediction holds at {len(held) - missing} of {len(held)} sample sizes; "
            "elsewhere the cost on the way is too far from a quadratic."
        )
    return said
