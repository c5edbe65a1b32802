"""From blocks' results to a study's result, also while blocks are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from moeviz.study.curve_kinds import FITS, KINDS
from moeviz.study.curve_names import fit_name
from moeviz.study.curve_of_blocks import Found, curve_of
from moeviz.study.fit_report import Approximation, FitReport
from moeviz.study.paths import paths_of
from moeviz.study.plan import plan
from moeviz.study.reader import ObjectReader
from moeviz.study.result import Result
from moeviz.study.specification import Specification


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
    sizes = {
        kind: _by_fit_and_size(r for r in results.values() if r["kind"] == kind) for kind in KINDS
    }
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
            curve_of(
                spec,
                str(index),
                curve,
                sizes[curve.kind].get(curve.fit, {}),
                information.get(curve.fit),
            )
            for index, curve in enumerate(planned.curves)
        ),
        paths=paths_of(sizes[FITS]),
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
