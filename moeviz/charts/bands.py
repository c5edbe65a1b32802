"""The band around a curve: an interval of what is drawn, or standard deviations as papers print."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.special import bdtr, stdtrit

from moeviz.study.slope import CONFIDENCE
from moeviz.study.specification import Specification
from moeviz.study.statistic import BARS, DEVIATIONS, INTERVAL, STATISTICS

Row = tuple[float | None, ...]


def band_of(spec: Specification, losses: Row) -> tuple[float, float] | None:
    """Return the ends of the band at one sample size, as a study has its bars drawn.

    Parameters
    ----------
    spec : Specification
        It names statistic and bars.
    losses : tuple of float or None
        Of the replicates.

    Returns
    -------
    tuple of float, or None
        None where there is no band.
    """
    drawn, bars = STATISTICS[spec["statistic"]].drawn, spec["bars"]
    if bars != INTERVAL:
        return deviations(losses, drawn, DEVIATIONS[bars])
    return median_interval(losses) if drawn == "median" else mean_interval(losses)


def band_words(spec: Specification) -> str:
    """Return what the bands of a study show, such as "95 % interval of the mean"."""
    drawn = STATISTICS[spec["statistic"]].drawn
    return BARS[spec["bars"]].replace("what is drawn", f"the {drawn}")


def reading_words(spec: Specification) -> str:
    """Say how a study's losses are read: what its slopes run through, and what its bands are."""
    return f"Slope: {STATISTICS[spec['statistic']].words}. Band: {band_words(spec)}."


@lru_cache(maxsize=4096)
def mean_interval(losses: tuple[float | None, ...]) -> tuple[float, float] | None:
    r"""Return the interval of the mean of the losses of one sample size.

    .. math:: \bar\ell\,\exp\bigl(\pm t_{R-1}\, s / (\bar\ell\sqrt{R})\bigr)

    Parameters
    ----------
    losses : tuple of float or None
        Of the replicates.

    Returns
    -------
    tuple of float, or None
        Ends of the band that the plot shows; None for fewer than two replicates, where a fit has
        no loss, and where no loss is positive.

    Notes
    -----
    Student's interval of the mean, taken on the logarithmic axis (the mean's standard error over
    the mean is that of its logarithm, to first order), so that it is positive and contains the
    mean. It is cut where no replicate is: with few of them Student's factor is large.
    """
    known = [value for value in map(positive, losses) if value is not None]
    if len(known) < max(2, len(losses)):
        return None
    values = np.array(known)
    mean = float(values.mean())
    error = float(values.std(ddof=1)) / (mean * math.sqrt(values.size))
    reach = min(float(stdtrit(values.size - 1, 0.5 * (1.0 + CONFIDENCE))) * error, 700.0)
    low = max(mean * math.exp(-reach), min(known))
    high = min(mean * math.exp(reach), max(known))
    return min(low, mean), max(high, mean)


@lru_cache(maxsize=4096)
def median_interval(losses: Row) -> tuple[float, float] | None:
    """Return the interval of the median of the losses of one sample size.

    Parameters
    ----------
    losses : tuple of float or None
        Of the replicates; one that is missing counts as larger than every other.

    Returns
    -------
    tuple of float, or None
        Two of the losses; None for fewer than two replicates, and where an end is missing or not
        positive.

    Notes
    -----
    Between the k-th smallest and the k-th largest lies the median with probability
    1 - 2 P(Bin(R, 1/2) < k), whatever the losses' law; k is the largest for which that is 95 % at
    least, and 1 where no k is.
    """
    ranked = sorted(math.inf if value is None else value for value in losses)
    if len(ranked) < 2:
        return None
    tail = 0.5 * (1.0 - CONFIDENCE)
    rank = 1
    while rank < len(ranked) // 2 and bdtr(rank, len(ranked), 0.5) <= tail:
        rank += 1
    low, high = ranked[rank - 1], ranked[-rank]
    return (low, high) if low > 0 and math.isfinite(high) else None


@lru_cache(maxsize=4096)
def deviations(losses: Row, drawn: str, count: int) -> tuple[float, float] | None:
    """Return the ends of a bar of standard deviations about what is drawn.

    Parameters
    ----------
    losses : tuple of float or None
        Of the replicates.
    drawn : {"mean", "median"}
    count : int
        Standard deviations to either side.

    Returns
    -------
    tuple of float, or None
        None for fewer than two replicates, where a fit has no loss, and where no loss is positive.

    Notes
    -----
    Where the bar reaches down to zero, which a logarithmic axis does not have, it ends at the
    smallest positive loss.
    """
    known = [value for value in losses if value is not None and math.isfinite(value)]
    if len(known) < max(2, len(losses)) or max(known) <= 0:
        return None
    values = np.array(known)
    middle = float(np.median(values) if drawn == "median" else values.mean())
    reach = count * float(values.std(ddof=1))
    low = middle - reach
    return low if low > 0 else min(value for value in known if value > 0), middle + reach


def positive(value: float | None) -> float | None:
    """Return `value` where a logarithmic axis can show it, else None."""
    return value if value is not None and math.isfinite(value) and value > 0 else None
