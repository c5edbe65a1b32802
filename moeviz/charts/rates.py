"""The table of rates: which curve of a study measures a claim, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.charts.words import signed
from moeviz.study import PRESETS
from moeviz.study.fields import PAPER
from moeviz.study.rates_table import RateCell

COLUMNS = ("Linear", "Polynomial", "Networks: ReLU, GELU, tanh, FFN", "Multinomial logistic")

COMPARED: Mapping[str, str] = {"routers": "router", "gates": "gate", "experts": "expert"}
"""Fields that list what a study compares, and the key of a curve that tells which one it is of."""

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
    wanted = {COMPARED[key]: text for key, text in cell.settings.items() if key in COMPARED}
    loss = cell.settings.get("losses", PAPER)
    for curve in result["curves"]:
        fits = all(curve[key] == name for key, name in wanted.items())
        if fits and loss in (PAPER, curve["loss_name"]):
            return curve if curve["slope"] else None
    return None


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
