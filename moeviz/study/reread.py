"""Reading finished losses anew: a slope under any statistic, without a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from moeviz.study.curves import Curve
from moeviz.study.local_slope import local_slopes
from moeviz.study.result import Result
from moeviz.study.slope import Slope, fit_slope, why_no_slope
from moeviz.study.specification import Specification
from moeviz.study.statistic import STATISTICS, Losses


def slopes_of(spec: Specification, n: Sequence[int], losses: Sequence[Losses]) -> dict[str, Any]:
    """Return what a study says of the slopes of some losses, under its statistic.

    Parameters
    ----------
    spec : Specification
        It names the statistic, the window and the bootstrap's seed.
    n : sequence of int
        Sample sizes.
    losses : sequence of sequence of float or None
        Losses of the replicates at each size.

    Returns
    -------
    dict
        ``slope``, ``no_slope`` and ``local_slope``, as a :class:`~moeviz.study.curves.Curve` has
        them.
    """
    window, seed, statistic = spec["window_from"], spec["seed"], spec["statistic"]
    return {
        "slope": fit_slope(n, losses, window, seed=seed, statistic=statistic),
        "no_slope": why_no_slope(n, losses, window, seed=seed, statistic=statistic),
        "local_slope": local_slopes(n, losses, statistic),
    }


def reread(result: Result, statistic: str, bars: str | None = None) -> Result:
    """Return a result with its slopes drawn under another statistic; nothing is fitted.

    Parameters
    ----------
    result : Result
        Finished or not.
    statistic : str
        A name in :data:`~moeviz.study.statistic.STATISTICS`.
    bars : str, optional
        A name in :data:`~moeviz.study.statistic.BARS`; by default those it has.

    Returns
    -------
    Result
        Of the same study, for how its losses are read is no part of a study's identity.

    Raises
    ------
    UnknownNameError
        If there is no such statistic, or there are no such bars.
    """
    spec = result.spec.read_as(statistic, bars or result.spec["bars"])
    if spec == result.spec:
        return result
    if statistic == result.spec["statistic"]:
        return replace(result, spec=spec)
    curves = tuple(replace(c, **slopes_of(spec, c.n, c.loss)) for c in result.curves)
    return replace(result, spec=spec, curves=curves)


def all_slopes(spec: Specification, curve: Curve) -> Mapping[str, Slope | None]:
    """Return a curve's slope under every statistic, by its name.

    Parameters
    ----------
    spec : Specification
        The curve's study.
    curve : Curve
    """
    return {
        name: curve.slope
        if name == spec["statistic"]
        else fit_slope(curve.n, curve.loss, spec["window_from"], seed=spec["seed"], statistic=name)
        for name in STATISTICS
    }


def as_drawn(result: Result) -> Result:
    """Return a result whose means are what its statistic has a picture draw: means, or medians.

    Parameters
    ----------
    result : Result
    """
    if STATISTICS[result.spec["statistic"]].drawn == "mean":
        return result
    return replace(
        result, curves=tuple(replace(curve, mean=curve.median) for curve in result.curves)
    )
