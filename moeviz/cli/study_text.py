"""What the commands `study` and `reach` print: texts for people, plain data for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.charts.against import against_words
from moeviz.charts.notices import notices, older_words
from moeviz.charts.sentences import curve_words, way_words
from moeviz.study import Curve, Result, Specification, plan, resolve_scenario
from moeviz.study.statistic import statistic_named
from moeviz.study.trusted import trusted


def notices_text(spec: Specification) -> str:
    """Say what a study cannot show, one notice per line; empty for nothing."""
    return "\n".join(f"Note: {notice}" for notice in notices(spec))


def study_text(result: Result) -> str:
    """Describe a study's result."""
    way = way_words(result.kernels)
    lines = [f"{result.spec.name}  {result.hash}  {result.seconds:.1f} s{way and ', '}{way}"]
    lines += filter(None, [older_words(result.spec)])
    lines.append(f"slopes: {statistic_named(result.spec['statistic']).words}")
    for fit in result.truth:
        lines.append(f"reach of the design, {fit.name}: {_number(fit.reach)}")
        if fit.projection:
            lines.append(
                f"  best approximation at distance {_number(fit.projection.distance)} of "
                f"the truth, known to {_number(fit.projection.error)}"
            )
    for curve in result.curves:
        lines += ["", f"{curve.label} ({curve.reading.loss})"]
        predicted = curve.predicted or (None,) * len(curve.n)
        protocol = _protocol(result.spec, curve)
        for n, mean, median, line, status in zip(
            curve.n, curve.mean, curve.median, predicted, curve.status, strict=True
        ):
            shown = ", ".join(f"{count} {kind}" for kind, count in status.items() if count)
            lines.append(
                f"  n = {n:>8}  mean {_number(mean)}  median {_number(median)}  "
                f"predicted {_number(line)}  {protocol.get(n, '')}{shown}"
            )
        lines.append(f"  {curve_words(result.spec, curve)}")
        if curve.published:
            note = f" Of the paper's experiment, {curve.published.note}."
            lines.append(
                f"  {against_words(result.spec, curve)}{note if curve.published.note else ''}"
            )
    return "\n".join(lines)


def _protocol(spec: Specification, curve: Curve) -> dict[int, str]:
    """Return what is printed of a protocol's prediction at each size; nothing of other curves."""
    if curve.predicted_protocol is None:
        return {}
    pairs = zip(sorted(set(spec["sizes"])), curve.trusted_protocol, strict=True)
    return {n: f"recursion {_number(value)}  " for n, value in pairs}


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def reach_json(spec: Specification, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return information, predicted curves and reach of a study's fits as plain data."""
    curves, fits = plan(spec).curves, resolve_scenario(spec).fits
    rows = [
        {
            "router": fits[one["fit"]].router,
            "gate": fits[one["fit"]].gate,
            "expert": fits[one["fit"]].expert,
            "columns": one["columns"],
            "truth": one["truth"],
            "reach": one["reach"],
            "total_error_constant": one["total_error_constant"],
            "spectrum": one["spectrum"],
            "null_directions": one["null"],
            "gauge_directions": one["gauge"],
            "projection": one["projection"],
            "predicted": [
                {
                    "label": curves[int(index)].label,
                    "loss_name": curves[int(index)].reading.loss,
                    "constant": constant,
                    "n": list(spec["sizes"]),
                    "loss": None
                    if constant is None
                    else [constant / n**0.5 for n in spec["sizes"]],
                    "protocol": _predicted(spec, one["protocol"].get(index)),
                }
                for index, constant in one["constants"].items()
            ],
        }
        for one in found
    ]
    return {
        "spec": spec.to_json(),
        "hash": spec.hash,
        "notices": list(notices(spec)),
        "fits": rows,
    }


def _predicted(spec: Specification, found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what is predicted of a protocol's curve: losses at its sizes, and where they hold."""
    if found is None:
        return None
    return {
        "n": list(spec["sizes"]),
        "loss": found["mean"],
        "shift": found["shift"],
        "rate": found["rate"],
        "holds": [trusted(share) for share in found["shift"]],
    }


def reach_text(report: Mapping[str, Any]) -> str:
    """Describe what :func:`reach_json` returns."""
    lines = []
    for row in report["fits"]:
        name = f"{row['router']}, {row['gate']}, {row['expert']}"
        lines.append(f"{name}: reach {_number(row['reach'])}")
        if row["null_directions"] is not None:
            lines.append(
                f"  information: {row['null_directions']} null directions, "
                f"{row['gauge_directions']} of them declared as gauge"
            )
        for curve in row["predicted"]:
            constant = curve["constant"]
            line = "no predicted curve" if constant is None else f"{_number(constant)} / sqrt(n)"
            lines.append(f"  {curve['label']}: {line}")
            lines += _protocol_lines(curve["protocol"])
    return "\n".join(lines)


def _protocol_lines(found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return []
    parts = zip(found["n"], found["loss"], found["holds"], strict=True)
    said = [f"{_number(loss if holds else None)} at {n}" for n, loss, holds in parts]
    return [f"    its recursion: {', '.join(said)}"]
