"""What a checkpoint's record says: one number at a time, NaN where there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from moeviz.train.measure import ACCURACY, IDLE, IDLE_SHARE, LEARNED, VALIDATION, Measure

Record = Mapping[str, Any]


def read(record: Record, what: str) -> float:
    """Return a record's number, NaN for none."""
    value = record.get(what)
    if what == LEARNED:
        return _mean(value)
    if what == VALIDATION and value is not None:
        value = value["accuracy"]
    return _number(value)


def reached(records: Sequence[Record], last: int, measure: Measure) -> float:
    """Return a run's measure after so many checkpoints, NaN where there is none."""
    if not 0 < last <= len(records):
        return math.nan
    told = records[last - 1].get("final")
    if told is not None:
        return _number(told["accuracy"] if measure.what == ACCURACY else told["loss"])
    if measure.what != ACCURACY:
        return read(records[last - 1], measure.what)
    chosen = [read(record, VALIDATION) for record in records[:last]]
    best = max(range(last), key=lambda at: -1.0 if math.isnan(chosen[at]) else chosen[at])
    return read(records[best], measure.what)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def at_name(layer: Record, name: str) -> Any:
    """Return a layer's entry; a point in its name leads into another."""
    if name == IDLE:
        shares = layer.get("load")
        return None if shares is None else idle(shares)
    first, _, rest = name.partition(".")
    value = layer.get(first)
    return at_name(value, rest) if rest and value is not None else value


def idle(shares: Sequence[float]) -> int:
    """Return how many experts have less than :data:`IDLE_SHARE` of an equal share."""
    return sum(share * len(shares) < IDLE_SHARE for share in shares)


def _mean(values: Sequence[float | None] | None) -> float:
    return float(np.mean([_number(value) for value in values])) if values else math.nan


def median(values: Sequence[float]) -> float:
    """Return the median of numbers, NaN of none."""
    return float(np.median(values)) if len(values) else math.nan
