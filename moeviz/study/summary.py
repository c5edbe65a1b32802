"""What stands for the fits of one sample size: their losses, and the means of them.

A fit that found no parameters has no loss. Means are over all fits: where one has no loss, there
is no mean. The median counts such a fit as worse than every other, so that it exists as long as
fewer than half are like that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from moeviz.estimate import FAILED

Losses = Sequence[float | None]


def losses(readings: Losses, status: Sequence[int]) -> list[float | None]:
    """Return the losses of some fits, None for those that failed or have none.

    Parameters
    ----------
    readings : sequence of float or None
        As they were read, also off fits that failed.
    status : sequence of int
        Values of :class:`~moeviz.estimate.Status`.
    """
    return [
        None if how in FAILED or value is None or not math.isfinite(value) else value
        for value, how in zip(readings, status, strict=True)
    ]


def mean(values: Losses) -> float | None:
    """Return the mean, None where a value is missing or no number."""
    known = _all(values)
    return None if known is None else _number(float(np.mean(known)))


def median(values: Losses) -> float | None:
    """Return the median, with what is missing above every number; None where it is missing."""
    ranked = [math.inf if value is None else value for value in values]
    middle = float(np.median(ranked)) if ranked else math.inf
    return _number(middle)


def geometric_mean(values: Losses) -> float | None:
    """Return the geometric mean, 0 where a value is 0, None where one is missing."""
    known = _all(values)
    if known is None:
        return None
    with np.errstate(divide="ignore"):
        return _number(float(np.exp(np.mean(np.log(known)))))


def _all(values: Losses) -> list[float] | None:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return known if known and len(known) == len(values) else None


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
