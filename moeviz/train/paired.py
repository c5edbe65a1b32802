"""Which of two methods is better, by their differences seed by seed; or that it cannot be told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from scipy.special import stdtrit

from moeviz.errors import ShapeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIDENCE = 0.95

FEWEST_PAIRS = 3
"""Of fewer differences nothing is said: the spread of two is itself a guess."""

BETTER: Final = "better"
WORSE: Final = "worse"
CANNOT_TELL: Final = "cannot tell"

Verdict = Literal["better", "worse", "cannot tell"]


@dataclass(frozen=True)
class Difference:
    """How much one method's numbers lie above another's.

    Attributes
    ----------
    mean, low, high : float
        Mean of the differences, and the ends of its interval; NaN where there is none.
    pairs : int
        How many differences there are.
    lost : int
        Pairs that are missing: one of the two has not ended, or has diverged.
    says : {"better", "worse", "cannot tell"}
        What that says of the first method; nothing where 0 lies in the interval, or where there
        are fewer than :data:`FEWEST_PAIRS`.
    """

    mean: float
    low: float
    high: float
    pairs: int
    lost: int
    says: Verdict

    def to_json(self) -> Mapping[str, Any]:
        """Return plain data."""
        return {
            "mean": self.mean, "low": self.low, "high": self.high, "confidence": CONFIDENCE,
            "pairs": self.pairs, "lost": self.lost, "says": self.says,
        }  # fmt: skip


def t_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the mean of numbers and the ends of its t interval; NaN where there are too few.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite.

    Notes
    -----
    mean ± t(n - 1) s / √n, for numbers that are drawn independently and are about normal.
    """
    if not values.size:
        return math.nan, math.nan, math.nan
    mean = float(values.mean())
    if values.size < 2:
        return mean, math.nan, math.nan
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    reach = float(stdtrit(values.size - 1, 0.5 * (1.0 + CONFIDENCE))) * error
    return mean, mean - reach, mean + reach


def paired(
    one: NDArray[np.float64], other: NDArray[np.float64] | float, lower_is_better: bool
) -> Difference:
    """Return how one method differs from another, or from a number, over seeds.

    Parameters
    ----------
    one : ndarray, shape (seeds,)
        NaN where there is no number.
    other : ndarray, shape (seeds,), or float
    lower_is_better : bool

    Raises
    ------
    ShapeError
        If they are not of the same seeds.
    """
    beside = np.asarray(other, dtype=np.float64)
    if not beside.ndim:
        beside = np.full(one.shape, beside)
    if one.shape != beside.shape:
        raise ShapeError(
            f"Expected numbers of the same seeds, but got {one.shape} and {beside.shape}."
        )
    differences = one - beside
    there = differences[np.isfinite(differences)]
    mean, low, high = t_interval(there)
    says: Verdict = CANNOT_TELL
    if there.size >= FEWEST_PAIRS and (low > 0.0 or high < 0.0):
        says = BETTER if (high < 0.0) == lower_is_better else WORSE
    return Difference(mean, low, high, int(there.size), int(one.size - there.size), says)
