"""The table of rates: which curve of a study measures a claim, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from moeviz.model import EXPERTS
from moeviz.study import ESTIMATORS, PRESETS
from moeviz.study.rates_table import RateCell
from moeviz.study.setting import setting_of
from moeviz.text import signed
from moeviz.theory import GAUGES, Reading
from moeviz.theory.claim import SLOW
from moeviz.theory.rates import RateClaim, claimed_rate

COLUMNS = ("Linear", "Polynomial", "Networks: ReLU, GELU, tanh, FFN", "Multinomial logistic")

Result = Mapping[str, Any]


def column_of(cell: RateCell) -> str:
    """Return the column of :data:`COLUMNS` in which a claim stands.

    Parameters
    ----------
    cell : RateCell
    """
    for column in COLUMNS:
        if cell.expert_words.startswith(column.lower()):
            return column
    return COLUMNS[2]


def covers(result: Result, cell: RateCell) -> bool:
    """Return whether a result of the cell's preset measures the cell's claim.

    Parameters
    ----------
    result : mapping
        As :func:`moeviz.study.assemble` returns it. It may compare more routers, gates or experts
        than the cell asks for, and read more losses.
    cell : RateCell
    """
    fields = result["spec"]["fields"]
    preset = PRESETS[cell.preset]
    for name, value in preset.parse(cell.settings).items():
        if isinstance(value, tuple) and not all(one in fields[name] for one in value):
            return False
        if not isinstance(value, tuple) and fields[name] != value:
            return False
    return True


def measured(result: Result, cell: RateCell) -> Mapping[str, Any] | None:
    """Return the curve of a result that measures a claim, or None where it has no slope.

    Parameters
    ----------
    result : mapping
        A result that covers the cell.
    cell : RateCell
    """
    curve = curve_of(result["curves"], cell)
    return curve if curve is not None and curve["slope"] else None


def curve_of(curves: Sequence[Mapping[str, Any]], cell: RateCell) -> Mapping[str, Any] | None:
    """Return the first curve that a cell's claim is about, or None.

    Parameters
    ----------
    curves : sequence of mapping
        A result's curves.
    cell : RateCell
    """
    return next((curve for curve in curves if cell.speaks_of(curve)), None)


def alike(
    fields: Mapping[str, Any],
    curve: Mapping[str, Any],
    other_fields: Mapping[str, Any],
    other: Mapping[str, Any],
) -> bool:
    """Return whether a curve of another study is one that the same claim speaks of.

    Parameters
    ----------
    fields, curve : mapping
        The fields of the study that a claim names, and its curve.
    other_fields, other : mapping
        Those of another study.

    Notes
    -----
    Router, gate, output, loss, setting and regime must agree; data, sizes, starts, estimator and
    gauge need not, nor whether some true gates are zero where the claim does not depend on it.
    A network may stand for another one.
    """
    if other["loss_name"] != curve["loss_name"]:
        return False
    mine, theirs = (
        setting_of(f, c["router"], c["gate"], c["expert"])
        for f, c in ((fields, curve), (other_fields, other))
    )
    if kind_of(curve["expert"]) != kind_of(other["expert"]):
        return False
    # In the papers' own gauge: their claims are what must not depend on zero gates.
    reading = Reading(curve["loss_name"], "offset")
    claims = {claimed_rate(replace(mine, sparse=sparse), reading) for sparse in (False, True)}
    sparse = theirs.sparse if len(claims) == 1 else mine.sparse
    return replace(mine, sparse=sparse, expert=theirs.expert) == theirs


def kind_of(expert: str) -> str:
    """Return the column of :data:`COLUMNS` to which a registered expert of a regression belongs.

    Parameters
    ----------
    expert : str
    """
    return expert.capitalize() if expert in ("linear", "polynomial") else COLUMNS[2]


def study_words(curve: Mapping[str, Any]) -> str:
    """Say of which expert, by which estimator and in which gauge a curve is.

    Parameters
    ----------
    curve : mapping
        A result's curve.
    """
    estimator = ESTIMATORS[curve["estimator_name"]].title
    return f"{EXPERTS[curve['expert']].title}, {estimator}, {curve['gauge_title']}"


def reconciled(
    claim: RateClaim, curve: Mapping[str, Any], curves: Sequence[Mapping[str, Any]]
) -> str:
    """Say why a curve can fall although the claim is that no power of n holds.

    Parameters
    ----------
    claim : RateClaim
    curve : mapping
        The curve that measures it.
    curves : sequence of mapping
        All curves of its study.

    Returns
    -------
    str
        Empty where claim and curve do not seem to disagree.
    """
    if not claim.rate.startswith(SLOW) or not curve["slope"] or curve["slope"]["high"] >= 0:
        return ""
    said = (
        "Both can be right: the claim is a minimax statement, about the worst truth; the curve is "
        "one fixed truth's."
    )
    of_fit = {(c["loss_name"], c["gauge"]): c for c in curves if c["fit"] == curve["fit"]}
    radial = of_fit.get(("radial", "offset"))
    if radial is None or not radial["slope"]:
        return said
    flat = (
        "What stays flat is the gates' length, which no data can show: the same fits' radial "
        f"error has slope {signed(radial['slope']['estimate'])}"
    )
    other = of_fit.get((curve["loss_name"], _other_gauge(curve)))
    if not GAUGES[curve["gauge"]].complete:
        return f"{said} The paper pins only β₀ₖ, and so does this curve.{_whole(other)} {flat}."
    if other is not None and other["slope"]:
        flat += f", and their loss as the paper reads it {signed(other['slope']['estimate'])}"
    return f"{said} The paper pins only β₀ₖ; here the whole gauge is fixed. {flat}."


def _other_gauge(curve: Mapping[str, Any]) -> str:
    return "offset" if GAUGES[curve["gauge"]].complete else "pinned"


def _whole(pinned: Mapping[str, Any] | None) -> str:
    """Say how the same fits fall once the whole gauge is fixed, where that was read."""
    if pinned is None or not pinned["slope"]:
        return ""
    exponent, source = pinned["theory"]["exponent"], pinned["theory"]["source"]
    theory = "" if exponent is None else f", where theory says {signed(exponent)} ({source})"
    slope = signed(pinned["slope"]["estimate"])
    return f" With the whole gauge fixed the same fits have slope {slope}{theory}."


def measured_words(curve: Mapping[str, Any]) -> str:
    """Say a measured slope with its interval.

    Parameters
    ----------
    curve : mapping
        A curve that has a slope.
    """
    slope = curve["slope"]
    return (
        f"slope {signed(slope['estimate'])}, 95 % interval {signed(slope['low'])} to "
        f"{signed(slope['high'])}, n = {slope['window'][0]:,} to {slope['window'][1]:,}"
    )
