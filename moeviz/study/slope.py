"""Slopes: the empirical rate of a curve, with an interval, under a statistic.

A slope needs the logarithm of what stands for the losses of each size in its window. Where a fit
has no loss, where that is exactly zero, or where all losses are rounding, there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from moeviz.study.line_memory import remembered
from moeviz.study.resampling import resampled
from moeviz.study.statistic import DEFAULT, Losses, Statistic, statistic_named

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

CONFIDENCE = 0.95
DRAWS = 2000
ROUNDING = 1e-14
"""Losses that are all below this say nothing but how parameters of a common size are rounded."""


class NoSlope(Enum):
    """Why a curve has no slope."""

    TOO_FEW = "too few"
    LOST = "not finite"
    ZERO = "zero"
    SOME_ZERO = "some zero"
    ROUNDED = "rounding"


@dataclass(frozen=True)
class Slope:
    """The slope of a statistic's logarithm on log n.

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
class Level:
    """Where a line lies at a sample size, as a loss.

    Attributes
    ----------
    n : int
    value, low, high : float
        The line's loss there, and an interval.
    """

    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Line:
    """A fitted line: its slope, and where it lies.

    Attributes
    ----------
    slope : Slope
    level : Level
    """

    slope: Slope
    level: Level


@remembered
def fit_line(
    n: Sequence[int],
    losses: Sequence[Losses],
    at: int,
    statistic: str = DEFAULT,
    window_from: int = 0,
    seed: int = 0,
    draws: int = DRAWS,
) -> Line | NoSlope:
    """Regress a statistic's logarithm on log n, with bootstrap intervals over replicates.

    Parameters
    ----------
    n : sequence of int
        Sample sizes.
    losses : sequence of sequence of float or None
        Losses of the replicates at each size, None for a fit that has none; replicates of
        different sizes are independent.
    at : int
        The size at which the line's level is given.
    statistic : str
        A name in :data:`~moeviz.study.statistic.STATISTICS`.
    window_from : int
        Sizes below it are left out.
    seed : int
        Seed of the bootstrap.
    draws : int
        Bootstrap samples; percentiles of their lines are the intervals' ends.

    Returns
    -------
    Line or NoSlope
        Why there is none, where there is none: also where the statistic of a bootstrap sample is
        missing or zero, so that an interval would have no end.

    Raises
    ------
    UnknownNameError
        If there is no such statistic.
    """
    chosen = statistic_named(statistic)
    used = used_sizes(n, losses, window_from)
    why = why_not(used, chosen)
    if why is not None:
        return why
    log_n = np.log([float(size) for size, _ in used])
    rows = [chosen.prepared(row) for _, row in used]
    counts = tuple(row.size for row in rows)
    draws_of = np.stack(
        [
            chosen.ended(resampled(row, seed, draws, counts[:index], chosen.middle))
            for index, row in enumerate(rows)
        ],
        axis=-1,
    )
    if not bool(np.isfinite(draws_of).all()):
        return NoSlope.LOST if bool((draws_of == math.inf).any()) else NoSlope.SOME_ZERO
    values = np.array([chosen.log(row) for _, row in used])
    tail = 50.0 * (1.0 - CONFIDENCE)
    slopes = _regress(log_n, draws_of)
    low, high = np.percentile(slopes, [tail, 100.0 - tail])
    estimate = float(_regress(log_n, values))
    far = math.log(at) - log_n.mean()
    levels = np.exp(
        [
            values.mean() + estimate * far,
            *np.percentile(draws_of.mean(-1) + slopes * far, [tail, 100.0 - tail]),
        ]
    )
    slope = Slope(estimate, float(low), float(high), (used[0][0], used[-1][0]))
    return Line(slope, Level(at, *map(float, levels)))


def fit_slope(
    n: Sequence[int],
    losses: Sequence[Losses],
    window_from: int = 0,
    seed: int = 0,
    draws: int = DRAWS,
    statistic: str = DEFAULT,
) -> Slope | None:
    """Return the slope of :func:`fit_line`, which says what is asked; None where there is none."""
    line = fit_line(n, losses, 1, statistic, window_from, seed, draws)
    return line.slope if isinstance(line, Line) else None


def slope_of(
    losses: Sequence[Losses], sizes: Sequence[int], statistic: str = DEFAULT
) -> Slope | None:
    """Return the slope of losses at some sizes under a statistic, None where there is none.

    Parameters
    ----------
    losses : sequence of sequence of float or None
        Losses of the replicates at each size.
    sizes : sequence of int
    statistic : str
        A name in :data:`~moeviz.study.statistic.STATISTICS`.
    """
    return fit_slope(sizes, losses, statistic=statistic)


def why_no_slope(
    n: Sequence[int],
    losses: Sequence[Losses],
    window_from: int = 0,
    seed: int = 0,
    statistic: str = DEFAULT,
) -> NoSlope | None:
    """Return why :func:`fit_line` draws no slope, or None where it does."""
    line = fit_line(n, losses, 1, statistic, window_from, seed)
    return line if isinstance(line, NoSlope) else None


def used_sizes(
    n: Sequence[int], losses: Sequence[Losses], window_from: int
) -> list[tuple[int, Losses]]:
    """Return the sizes through which a line is drawn, with their losses: each has two replicates.

    Parameters
    ----------
    n, losses, window_from
        As :func:`fit_line` has them.
    """
    pairs = zip(n, losses, strict=True)
    return [(size, row) for size, row in pairs if size >= window_from and len(row) >= 2]


def why_not(used: Sequence[tuple[int, Losses]], chosen: Statistic) -> NoSlope | None:
    """Return what stands in the way of a line, as far as the losses themselves say.

    Parameters
    ----------
    used : sequence of (int, sequence of float or None)
        Sample sizes with their losses, none of them empty.
    chosen : Statistic
    """
    logs = [chosen.log(row) for _, row in used]
    values = [value for _, row in used for value in row]
    known = [value for value in values if value is not None and math.isfinite(value)]
    if any(log == math.inf or math.isnan(log) for log in logs) or (
        not chosen.ranks and len(known) < len(values)
    ):
        return NoSlope.LOST
    if known and max(known) == 0.0:
        return NoSlope.ZERO
    if known and max(known) <= ROUNDING:
        return NoSlope.ROUNDED
    if any(log == -math.inf for log in logs):
        return NoSlope.SOME_ZERO
    return NoSlope.TOO_FEW if len(used) < 2 else None


def _regress(log_n: Array, values: Array) -> Array:
    """Return least-squares slopes of `values`, shape (..., sizes), on `log_n`."""
    centred = log_n - log_n.mean()
    return np.asarray(values @ centred / (centred @ centred))
