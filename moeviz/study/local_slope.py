"""Local slopes: between neighbouring sample sizes, each with its error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moeviz.study.resampling import resampled
from moeviz.study.slope import DRAWS, why_not
from moeviz.study.statistic import DEFAULT, Losses, Statistic, statistic_named


@dataclass(frozen=True)
class LocalSlope:
    """The slope between two neighbouring sample sizes.

    Attributes
    ----------
    n : float
        The geometric middle.
    slope, low, high : float or None
        The slope, and two standard errors of the statistic's logarithm to either side. All three
        are None where either size has no statistic, where it is zero, or where all losses are
        rounding.
    """

    n: float
    slope: float | None
    low: float | None
    high: float | None


def local_slopes(
    n: Sequence[int], losses: Sequence[Losses], statistic: str = DEFAULT
) -> tuple[LocalSlope, ...]:
    """Return the slope between neighbouring sizes.

    Parameters
    ----------
    n : sequence of int
        Sample sizes.
    losses : sequence of sequence of float or None
        Losses of the replicates at each size; None for a fit that has none.
    statistic : str
        A name in :data:`~moeviz.study.statistic.STATISTICS`.

    Raises
    ------
    UnknownNameError
        If there is no such statistic.
    """
    chosen = statistic_named(statistic)
    out: list[LocalSlope] = []
    for i in range(len(n) - 1):
        gap = np.log(n[i + 1] / n[i])
        middle = float(np.sqrt(float(n[i]) * n[i + 1]))
        pair = losses[i : i + 2]
        if not all(pair) or why_not([(0, row) for row in pair], chosen) is not None:
            out.append(LocalSlope(middle, None, None, None))
            continue
        before, after = (chosen.log(row) for row in pair)
        slope = float((after - before) / gap)
        error = 2.0 * float(np.sqrt(sum(_variance(row, chosen) for row in pair))) / gap
        if not math.isfinite(error):
            out.append(LocalSlope(middle, None, None, None))
            continue
        out.append(LocalSlope(middle, slope, slope - error, slope + error))
    return tuple(out)


def _variance(row: Losses, chosen: Statistic) -> float:
    """Return the variance of a statistic's logarithm, 0 where one replicate says nothing of it.

    That of the mean's logarithm is the mean's over its square, to first order; that of the
    median's is the bootstrap's.
    """
    values = chosen.prepared(row)
    if values.size < 2:
        return 0.0
    if chosen.middle == "median":
        logs = chosen.ended(resampled(values, 0, DRAWS, (), chosen.middle))
        return float(logs.var(ddof=1)) if bool(np.isfinite(logs).all()) else math.inf
    scale = 1.0 if chosen.of_logs else float(values.mean()) ** 2
    return float(values.var(ddof=1)) / values.size / scale
