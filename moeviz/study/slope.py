"""Slopes: the empirical rate of a curve, with an interval.

A slope needs the logarithm of every loss in its window. Where a fit has no loss, where a loss is
exactly zero, or where all are rounding, there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from moeviz.study.resampling import resampled_means

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

CONFIDENCE = 0.95
DRAWS = 2000
ROUNDING = 1e-14
"""Losses that are all below this say nothing but how parameters of a common size are rounded."""

Losses = Sequence[float | None]


class NoSlope(Enum):
    """Why a curve has no slope."""

    TOO_FEW = "too few"
    LOST = "not finite"
    ZERO = "zero"
    SOME_ZERO = "some zero"
    ROUNDED = "rounding"


@dataclass(frozen=True)
class Slope:
    """The slope of the mean log loss on log n.

    Attributes
    ----------
    estimate, low, high : float
        Estimate and ends of the interval.
    window : tuple of int
        Smallest and largest sample size used.
    """

    estimate: float
    low: float
    high: float
    window: tuple[int, int]


@dataclass(frozen=True)
class LocalSlope:
    """The slope between two neighbouring sample sizes.

    Attributes
    ----------
    n : float
        The geometric middle.
    slope, low, high : float or None
        The slope, and two standard errors of the replicates' mean log loss to either side. All
        three are None where a fit of either size has no loss, where a loss is zero, or where all
        are rounding.
    """

    n: float
    slope: float | None
    low: float | None
    high: float | None


def why_no_slope(
    n: Sequence[int], losses: Sequence[Losses], window_from: int = 0
) -> NoSlope | None:
    """Return why no slope can be drawn, or None where one can.

    Parameters
    ----------
    n : sequence of int
        Sample sizes.
    losses : sequence of sequence of float or None
        Losses of the replicates at each size; None for a fit that has none.
    window_from : int
        Sizes below it are left out.
    """
    rows = [row for size, row in _used(n, losses, window_from)]
    values = [value for row in rows for value in row]
    if any(value is None or not math.isfinite(value) for value in values):
        return NoSlope.LOST
    known = [value for value in values if value is not None]
    if known and max(known) == 0.0:
        return NoSlope.ZERO
    if known and max(known) <= ROUNDING:
        return NoSlope.ROUNDED
    if min(known, default=1.0) <= 0.0:
        return NoSlope.SOME_ZERO
    return NoSlope.TOO_FEW if len(rows) < 2 else None


def _used(n: Sequence[int], losses: Sequence[Losses], window_from: int) -> list[tuple[int, Losses]]:
    """Return the sizes in the window that have two replicates, with their losses."""
    pairs = zip(n, losses, strict=True)
    return [(size, row) for size, row in pairs if size >= window_from and len(row) >= 2]


def _logs(row: Losses) -> Array | None:
    """Return the logs of losses, None where one has none."""
    values = np.array([math.nan if value is None else value for value in row], dtype=float)
    return np.log(values) if bool((np.isfinite(values) & (values > 0)).all()) else None


def _regress(log_n: Array, values: Array) -> Array:
    """Return least-squares slopes of `values`, shape (..., sizes), on `log_n`."""
    centred = log_n - log_n.mean()
    return np.asarray(values @ centred / (centred @ centred))


def fit_slope(
    n: Sequence[int],
    losses: Sequence[Losses],
    window_from: int = 0,
    seed: int = 0,
    draws: int = DRAWS,
) -> Slope | None:
    """Regress the mean log loss on log n, with a bootstrap interval over replicates.

    Parameters
    ----------
    n : sequence of int
        Sample sizes.
    losses : sequence of sequence of float or None
        Losses of the replicates at each size, None for a fit that has none; replicates of
        different sizes are independent.
    window_from : int
        Sizes below it are left out.
    seed : int
        Seed of the bootstrap.
    draws : int
        Bootstrap samples; percentiles of their slopes are the interval's ends.

    Returns
    -------
    Slope or None
        None where :func:`why_no_slope` says why.
    """
    if why_no_slope(n, losses, window_from) is not None:
        return None
    logs = [(size, _logs(row)) for size, row in _used(n, losses, window_from)]
    used = [(size, row) for size, row in logs if row is not None]
    log_n = np.log([float(size) for size, _ in used])
    counts = tuple(row.size for _, row in used)
    resampled = np.stack(
        [resampled_means(row, seed, draws, counts[:index]) for index, (_, row) in enumerate(used)],
        axis=-1,
    )
    tail = 50.0 * (1.0 - CONFIDENCE)
    low, high = np.percentile(_regress(log_n, resampled), [tail, 100.0 - tail])
    estimate = float(_regress(log_n, np.array([row.mean() for _, row in used])))
    return Slope(estimate, float(low), float(high), (used[0][0], used[-1][0]))


def local_slopes(n: Sequence[int], losses: Sequence[Losses]) -> tuple[LocalSlope, ...]:
    """Return the slope between neighbouring sizes.

    Parameters
    ----------
    n : sequence of int
        Sample sizes.
    losses : sequence of sequence of float or None
        Losses of the replicates at each size; None for a fit that has none.
    """
    out: list[LocalSlope] = []
    for i in range(len(n) - 1):
        gap = np.log(n[i + 1] / n[i])
        middle = float(np.sqrt(float(n[i]) * n[i + 1]))
        logs = [log for row in losses[i : i + 2] if (log := _logs(row)) is not None]
        if len(logs) < 2 or max(log.max() for log in logs) <= math.log(ROUNDING):
            out.append(LocalSlope(middle, None, None, None))
            continue
        slope = float((logs[1].mean() - logs[0].mean()) / gap)
        variance = sum(row.var(ddof=1) / row.size if row.size > 1 else 0.0 for row in logs)
        error = 2.0 * float(np.sqrt(variance)) / gap
        out.append(LocalSlope(middle, slope, slope - error, slope + error))
    return tuple(out)
