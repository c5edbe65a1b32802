"""Statistics: what stands for the losses of one sample size when a slope is fitted to them.

A slope is the least-squares line of a statistic's logarithm on log n. Which statistic that is
decides what is measured: the mean follows the few replicates that went astray, the mean of the
logarithms and the median do not, and where the share of such replicates changes with n their
slopes differ. The laboratory's own is `geometric`; the papers draw lines through the means.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from moeviz.errors import UnknownNameError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

Losses = Sequence[float | None]


@dataclass(frozen=True)
class Statistic:
    """What stands for the losses of one sample size.

    Attributes
    ----------
    name, title, plural : str
        In code, and for people one and several.
    words : str
        What a slope is drawn through, in words.
    drawn : {"mean", "median"}
        Which of a curve's numbers the picture's thick line runs through.
    of_logs : bool
        Whether the middle is taken of the logarithms; else the logarithm of the middle.
    middle : {"mean", "median"}
    ranks : bool
        Whether a loss counts by its place alone, so that one that is missing counts as the worst.
    """

    name: str
    title: str
    plural: str
    words: str
    drawn: str
    of_logs: bool
    middle: str
    ranks: bool = False

    def prepared(self, row: Losses) -> Array:
        """Return the values of which :meth:`ended` takes the middle; infinite for what is missing.

        Parameters
        ----------
        row : sequence of float or None
            Losses of the replicates.

        Returns
        -------
        ndarray, shape (replicates,)
            Logarithms, or the losses themselves.
        """
        values = np.array([_known(value) for value in row], dtype=float)
        with np.errstate(divide="ignore"):
            return np.log(values) if self.of_logs else values

    def ended(self, middles: Array) -> Array:
        """Return the statistic's logarithm, given the middles of prepared values.

        Parameters
        ----------
        middles : ndarray

        Returns
        -------
        ndarray, same shape
            Minus infinity where the statistic is zero.
        """
        if self.of_logs:
            return middles
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(middles))

    def log(self, row: Losses) -> float:
        """Return the logarithm of what stands for some losses.

        Parameters
        ----------
        row : sequence of float or None
            At least one; None for a fit that has no loss.

        Returns
        -------
        float
            Minus infinity where it is zero; infinity, or no number, where a loss that counts is
            missing.
        """
        middle = np.median if self.middle == "median" else np.mean
        with np.errstate(invalid="ignore"):
            return float(self.ended(np.asarray(middle(self.prepared(row)))))


def _known(value: float | None) -> float:
    return math.inf if value is None or math.isnan(value) else value


GEOMETRIC, MEAN, MEDIAN = "geometric", "mean", "median"

STATISTICS: Mapping[str, Statistic] = {
    one.name: one
    for one in (
        Statistic(
            GEOMETRIC,
            "mean of logarithms",
            "means of logarithms",
            "a line through the means of the logarithms, while what is drawn are the means",
            "mean",
            True,
            "mean",
        ),
        Statistic(
            MEAN,
            "mean",
            "means",
            "a line through the means on logarithmic axes, as the papers draw it",
            "mean",
            False,
            "mean",
        ),
        Statistic(
            MEDIAN,
            "median",
            "medians",
            "a line through the medians on logarithmic axes",
            "median",
            False,
            "median",
            ranks=True,
        ),
    )
}
"""Every statistic by its name."""

DEFAULT = GEOMETRIC
"""The laboratory's own: slopes are those of the means of logarithms."""

INTERVAL, TWO, THREE = "interval", "2sd", "3sd"

BARS: Mapping[str, str] = {
    INTERVAL: "95 % interval of what is drawn",
    TWO: "two standard deviations of the replicates",
    THREE: "three standard deviations of the replicates",
}
"""What the bands around a curve show, by their names; the last two are what papers print."""

DEVIATIONS: Mapping[str, int] = {TWO: 2, THREE: 3}
"""How many standard deviations a band reaches, where it is made of them."""


def statistic_named(name: str) -> Statistic:
    """Return a statistic by its name.

    Parameters
    ----------
    name : str

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    if name not in STATISTICS:
        raise UnknownNameError(
            f"Expected a statistic ({', '.join(STATISTICS)}), but got '{name[:40]}'."
        )
    return STATISTICS[name]
