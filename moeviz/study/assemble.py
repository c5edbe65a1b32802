"""From blocks' results to a study's result, also while blocks are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from moeviz.estimate import ENDED, Status
from moeviz.study.curve_kinds import APART, FITS, STARTS, UNFINISHED
from moeviz.study.curve_names import fit_name
from moeviz.study.curves import Curve
from moeviz.study.equal import function_alone
from moeviz.study.fit_report import Approximation, FitReport
from moeviz.study.paths import paths_of
from moeviz.study.plan import plan
from moeviz.study.planned_curves import PlannedCurve
from moeviz.study.reader import Numbers, ObjectReader, attributes
from moeviz.study.reread import slopes_of
from moeviz.study.result import Result
from moeviz.study.specification import Specification
from moeviz.study.summary import geometric_mean, losses, mean, median

Found = Mapping[str, Any]
"""What a block found, as plain data."""


def assemble(
    spec: Specification, results: Mapping[str, Found], seconds: float, device: str
) -> Result:
    """Return a study's result from the blocks that are there.

    Parameters
    ----------
    spec : Specification
    results : mapping of str to dict
        Results of :func:`~moeviz.study.blocks.run_block` by block id.
    seconds : float
        How long the study has been computing.
    device : str
        Where.

    Returns
    -------
    Result
        A sample size appears in a curve when at least one of its blocks is there.
    """
    planned = plan(spec)
    information = {r["fit"]: r for r in results.values() if r["kind"] == "information"}
    fits = _by_fit_and_size(r for r in results.values() if r["kind"] == "fits")
    starts = _by_fit_and_size(r for r in results.values() if r["kind"] == STARTS)
    ends = _by_fit_and_size(r for r in results.values() if r["kind"] == UNFINISHED)
    return Result(
        spec=spec,
        hash=spec.hash,
        device=device,
        seconds=seconds,
        complete=all(block.id in results for block in planned.blocks),
        truth=tuple(
            _report(fit_name(spec, fit), information[fit.index])
            for fit in planned.fits
            if fit.index in information
        ),
        curves=tuple(
            _curve(spec, str(index), curve, fits.get(curve.fit, {}), information.get(curve.fit))
            if curve.kind == FITS
            else _curve_of_separation(spec, str(index), curve, information.get(curve.fit))
            if curve.kind == APART
            else _curve_of_starts(spec, str(index), curve, starts.get(curve.fit, {}))
            if curve.kind == STARTS
            else _curve_of_ends(spec, str(index), curve, ends.get(curve.fit, {}))
            for index, curve in enumerate(planned.curves)
        ),
        paths=paths_of(fits),
        kernels=tuple(sorted({r["kernel"] for r in results.values() if r.get("kernel")})),
    )


def _by_fit_and_size(results: Iterable[Found]) -> dict[int, dict[int, list[Found]]]:
    table: dict[int, dict[int, list[Found]]] = {}
    for result in results:
        table.setdefault(result["fit"], {}).setdefault(result["n"], []).append(result)
    for sizes in table.values():
        for parts in sizes.values():
            parts.sort(key=lambda part: int(part["first"]))
    return table


def _report(name: str, found: Found) -> FitReport:
    projection = found["projection"]
    return FitReport(
        fit=found["fit"],
        name=name,
        columns=tuple(found["columns"]),
        truth=tuple(tuple(atom) for atom in found["truth"]),
        reach=found["reach"],
        null=found["null"],
        gauge=found["gauge"],
        projection=projection and Approximation.read(ObjectReader(projection, "projection")),
    )


def _flat(parts: list[Found], key: str) -> list[Any]:
    return [value for part in parts for value in part[key]]


def _curve(
    spec: Specification,
    index: str,
    planned: PlannedCurve,
    sizes: Mapping[int, list[Found]],
    information: Found | None,
) -> Curve:
    n = sorted(sizes)
    ended = [_flat(sizes[size], "status") for size in n]
    readings = [_read(sizes[size], index) for size in n]
    loss = [losses(row, how) for row, how in zip(readings, ended, strict=True)]
    constant = information["constants"][index] if information else None
    residual = [_flat(sizes[size], "residual") for size in n]
    alone = function_alone(spec.fields, n, residual, loss, constant)
    return Curve(
        **attributes(planned),
        **_summary(spec, sizes, loss),
        status=tuple(_counts(how) for how in ended),
        residual=tuple(mean(row) for row in residual),
        steps=tuple(mean(_flat(sizes[size], "steps")) for size in n),
        trace=_trace(sizes[n[-1]]) if n else None,
        predicted_constant=constant,
        predicted=None if constant is None else tuple(constant / size**0.5 for size in n),
        function_alone=None if alone is None else tuple(alone),
        **_predicted_protocol(spec, index, information),
    )


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


def _curve_of_starts(
    spec: Specification, index: str, planned: PlannedCurve, sizes: Mapping[int, list[Found]]
) -> Curve:
    """Return the losses of starts; nobody trained these, so that nothing ended or is predicted."""
    readings = [_read(sizes[size], index) for size in sorted(sizes)]
    none = (None,) * len(sizes)
    return Curve(
        **attributes(planned),
        **_summary(spec, sizes, [losses(row, [Status.PROTOCOL] * len(row)) for row in readings]),
        status=tuple(_counts([]) for _ in none),
        residual=none,
        steps=none,
        trace=None,
        predicted_constant=None,
        predicted=None,
        function_alone=None,
    )


def _curve_of_ends(
    spec: Specification, index: str, planned: PlannedCurve, sizes: Mapping[int, list[Found]]
) -> Curve:
    """Return how far a protocol's fits are from the end of their training, which ended somehow."""
    n = sorted(sizes)
    ended = [_flat(sizes[size], "status") for size in n]
    rows = [_read(sizes[size], index) for size in n]
    begun = [[v for part in sizes[size] for v in part["outset"][index]] for size in n]
    loss, outset = (
        [losses(row, how) for row, how in zip(table, ended, strict=True)] for table in (rows, begun)
    )
    return Curve(
        **attributes(planned),
        **_summary(spec, sizes, loss),
        status=tuple(_counts(how) for how in ended),
        residual=tuple(mean(_flat(sizes[size], "residual")) for size in n),
        steps=tuple(mean(_flat(sizes[size], "steps")) for size in n),
        trace=None,
        predicted_constant=None,
        predicted=None,
        function_alone=None,
        outset=tuple(map(mean, outset)),
    )


def _curve_of_separation(
    spec: Specification, index: str, planned: PlannedCurve, information: Found | None
) -> Curve:
    """Return how far a moving truth is from its limit: numbers without chance, one for each size.

    They are known at all sizes as soon as the limit is.
    """
    found = information["separation"] if information else None
    values = found["readings"][index] if found else []
    n = spec["sizes"] if found else ()
    # As from two replicates that agree: a line has a slope, and its interval no width.
    twice = [[value, value] for value in values]
    none = (None,) * len(n)
    return Curve(
        **attributes(planned),
        n=tuple(n),
        replicates=((0,),) * len(n),
        loss=tuple((value,) for value in values),
        mean=tuple(values),
        median=tuple(values),
        geometric=tuple(values),
        **slopes_of(spec, list(n), twice),
        status=tuple(_counts([]) for _ in n),
        residual=none,
        steps=none,
        trace=None,
        predicted_constant=None,
        predicted=None,
        function_alone=None,
        least_errors=tuple(found["errors"]) if found else None,
    )


def _read(parts: list[Found], index: str) -> list[float | None]:
    return [value for part in parts for value in part["readings"][index]]


def _summary(
    spec: Specification, sizes: Mapping[int, list[Found]], loss: list[list[float | None]]
) -> dict[str, Any]:
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
