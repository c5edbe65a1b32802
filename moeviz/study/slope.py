"""Slopes: the empirical rate of a curve, with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

CONFIDENCE = 0.95
DRAWS = 2000
FLOOR = 1e-300
"""Losses of exactly 0 are raised to this before their log is taken."""


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


def _logs(losses: Sequence[Sequence[float]]) -> list[Array]:
    return [np.log(np.maximum(np.asarray(row, dtype=float), FLOOR)) for row in losses]


def _regress(log_n: Array, values: Array) -> Array:
    """Return least-squares slopes of `values`, shape (..., sizes), on `log_n`."""
    centred = log_n - log_n.mean()
    return np.asarray(values @ centred / (centred @ centred))


def fit_slope(
    n: Sequence[int],
    losses: Sequence[Sequence[float]],
    window_from: int = 0,
    seed: int = 0,
    draws: int = DRAWS,
) -> Slope | None:
    """Regress the mean log loss on log n, with a bootstrap interval over replicates.

    Parameters
    ----------
    n : sequence of int
        Sample sizes.
    losses : sequence of sequence of float
        Losses of the replicates at each size; replicates of different sizes are independent.
    window_from : int
        Sizes below it are left out.
    seed : int
        Seed of the bootstrap.
    draws : int
        Bootstrap samples; percentiles of their slopes are the interval's ends.

    Returns
    -------
    Slope or None
        None when fewer than two sizes with two replicates are in the window.
    """
    used = [
        (size, row)
        for size, row in zip(n, _logs(losses), strict=True)
        if size >= window_from and row.size >= 2
    ]
    if len(used) < 2:
        return None
    log_n = np.log([float(size) for size, _ in used])
    rng = np.random.default_rng(seed)
    resampled = np.stack(
        [row[rng.integers(0, row.size, (draws, row.size))].mean(1) for _, row in used], axis=-1
    )
    tail = 50.0 * (1.0 - CONFIDENCE)
    low, high = np.percentile(_regress(log_n, resampled), [tail, 100.0 - tail])
    estimate = float(_regress(log_n, np.array([row.mean() for _, row in used])))
    return Slope(estimate, float(low), float(high), (used[0][0], used[-1][0]))


def local_slopes(n: Sequence[int], losses: Sequence[Sequence[float]]) -> list[dict[str, float]]:
    """Return the slope between neighbouring sizes.

    Returns
    -------
    list of dict
        ``n`` (the geometric middle), ``slope``, and ``low`` and ``high``: two standard errors of
        the replicates' mean log loss to either side.
    """
    logs = _logs(losses)
    out = []
    for i in range(len(n) - 1):
        gap = np.log(n[i + 1] / n[i])
        slope = float((logs[i + 1].mean() - logs[i].mean()) / gap)
        variance = sum(
            row.var(ddof=1) / row.size if row.size > 1 else 0.0 for row in logs[i : i + 2]
        )
        error = 2.0 * float(np.sqrt(variance)) / gap
        middle = float(np.sqrt(float(n[i]) * n[i + 1]))
        out.append({"n": middle, "slope": slope, "low": slope - error, "high": slope + error})
    return out
