"""From blocks' results to one curve of a study, in a way of its own for each kind of curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from moeviz.estimate import ENDED, Status
from moeviz.study.curve_kinds import APART, FITS, STARTS
from moeviz.study.curves import Curve
from moeviz.study.equal import function_alone
from moeviz.study.planned_curves import PlannedCurve
from moeviz.study.reader import Numbers, attributes
from moeviz.study.reread import slopes_of
from moeviz.study.specification import Specification
from moeviz.study.summary import geometric_mean, losses, mean, median

Found = Mapping[str, Any]
"""What a block found, as plain data."""

Sizes = Mapping[int, list[Found]]
"""What blocks of one fit found, by sample size."""


def curve_of(
    spec: Specification,
    index: str,
    planned: PlannedCurve,
    sizes: Sizes,
    information: Found | None,
) -> Curve:
    """Return one curve with its numbers.

    Parameters
    ----------
    spec : Specification
    index : str
        Its place in the plan, under which blocks keep its readings.
    planned : PlannedCurve
    sizes : mapping of int to list of dict
        What blocks of its fit and its kind found, by sample size.
    information : dict or None
        What the block of its fit's information found, where it is there.
    """
    if planned.kind == FITS:
        said = _fits(spec, index, sizes, information)
    elif planned.kind == APART:
        said = _separation(spec, index, information)
    elif planned.kind == STARTS:
        said = _starts(spec, index, sizes)
    else:
        said = _unfinished(spec, index, sizes)
    return Curve(**attributes(planned), **said)


def _fits(
    spec: Specification, index: str, sizes: Sizes, information: Found | None
) -> dict[str, Any]:
    """Return how far fits are from the truth, with what is predicted of them."""
    n = sorted(sizes)
    residual = [_flat(sizes[size], "residual") for size in n]
    loss = _losses(sizes, "readings", index)
    constant = information["constants"][index] if information else None
    alone = function_alone(spec.fields, n, residual, loss, constant)
    return {
        **_summary(spec, sizes, loss),
        **_ends(sizes),
        "trace": _trace(sizes[n[-1]]) if n else None,
        "predicted_constant": constant,
        "predicted": None if constant is None else tuple(constant / size**0.5 for size in n),
        "function_alone": None if alone is None else tuple(alone),
        **_predicted_protocol(spec, index, information),
    }


def _predicted_protocol(
    spec: Specification, index: str, information: Found | None
) -> dict[str, Any]:
    """Return what is predicted of a protocol at all of the study's sizes.

    Information that was computed before there were predictions has none.
    """
    found = (information or {}).get("protocol", {}).get(index)
    if found is None:
        return {}
    shifts = dict(zip(spec["sizes"], found["shift"], strict=True))
    means = dict(zip(spec["sizes"], found["mean"], strict=True))
    return {
        "predicted_protocol": tuple(means[size] for size in sorted(means)),
        "protocol_shift": tuple(shifts[size] for size in sorted(means)),
        "protocol_rate": found["rate"],
    }


def _starts(spec: Specification, index: str, sizes: Sizes) -> dict[str, Any]:
    """Return the losses of starts; nobody trained these, so that nothing ended or is predicted."""
    readings = [_readings(sizes[size], "readings", index) for size in sorted(sizes)]
    loss = [losses(row, [Status.PROTOCOL] * len(row)) for row in readings]
    return {**_summary(spec, sizes, loss), **_no_ends(len(sizes))}


def _unfinished(spec: Specification, index: str, sizes: Sizes) -> dict[str, Any]:
    """Return how far a protocol's fits are from the end of their training, which ended somehow."""
    return {
        **_summary(spec, sizes, _losses(sizes, "readings", index)),
        **_ends(sizes),
        "outset": tuple(map(mean, _losses(sizes, "outset", index))),
    }


def _separation(spec: Specification, index: str, information: Found | None) -> dict[str, Any]:
    """Return how far a moving truth is from its limit: numbers without chance, one for each size.

    They are known at all sizes as soon as the limit is.
    """
    found = information["separation"] if information else None
    values = found["readings"][index] if found else []
    n = spec["sizes"] if found else ()
    # As from two replicates that agree: a line has a slope, and its interval no width.
    twice = [[value, value] for value in values]
    return {
        "n": tuple(n),
        "replicates": ((0,),) * len(n),
        "loss": tuple((value,) for value in values),
        **dict.fromkeys(("mean", "median", "geometric"), tuple(values)),
        **slopes_of(spec, list(n), twice),
        **_no_ends(len(n)),
        "least_errors": tuple(found["errors"]) if found else None,
    }


def _summary(spec: Specification, sizes: Sizes, loss: list[list[float | None]]) -> dict[str, Any]:
    """Return what losses alone say of a curve; one row of them for each size."""
    n = sorted(sizes)
    return {
        "n": tuple(n),
        "replicates": tuple(
            tuple(i for part in sizes[size] for i in range(part["first"], part["last"]))
            for size in n
        ),
        "loss": tuple(tuple(row) for row in loss),
        "mean": tuple(mean(row) for row in loss),
        "median": tuple(median(row) for row in loss),
        "geometric": tuple(geometric_mean(row) for row in loss),
        **slopes_of(spec, n, loss),
    }


def _losses(sizes: Sizes, key: str, index: str) -> list[list[float | None]]:
    """Return the losses of the fits at each size, in one of the ways that blocks read them."""
    return [
        losses(_readings(sizes[size], key, index), _flat(sizes[size], "status"))
        for size in sorted(sizes)
    ]


def _ends(sizes: Sizes) -> dict[str, Any]:
    """Return how the fits of each size ended."""
    n = sorted(sizes)
    return {
        "status": tuple(_counts(_flat(sizes[size], "status")) for size in n),
        "residual": tuple(mean(_flat(sizes[size], "residual")) for size in n),
        "steps": tuple(mean(_flat(sizes[size], "steps")) for size in n),
    }


def _no_ends(count: int) -> dict[str, Any]:
    """Return the same where nobody trained, of so many sizes."""
    none = (None,) * count
    return {"status": tuple(_counts([]) for _ in none), "residual": none, "steps": none}


def _counts(ended: list[int]) -> dict[str, int]:
    """Return how many of some fits ended in which way, by the way's name."""
    count = Counter(ended)
    return {kind.label: count[int(kind)] for kind in ENDED}


def _trace(parts: list[Found]) -> Numbers | None:
    """Return the mean trace of the largest sample size; shorter ones stay at their last value.

    It is None where a step of some fit has no likelihood that is a number.
    """
    traces = [(part["trace"], part["last"] - part["first"]) for part in parts if part.get("trace")]
    if not traces or any(mean(trace) is None for trace, _ in traces):
        return None
    longest = max(len(trace) for trace, _ in traces)
    total = sum(count for _, count in traces)
    return tuple(
        sum(trace[min(i, len(trace) - 1)] * count for trace, count in traces) / total
        for i in range(longest)
    )


def _flat(parts: list[Found], key: str) -> list[Any]:
    return [value for part in parts for value in part[key]]


def _readings(parts: list[Found], key: str, index: str) -> list[float | None]:
    return [value for part in parts for value in part[key][index]]
