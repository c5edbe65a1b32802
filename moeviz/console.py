"""What the commands print: texts for people, plain data for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.charts.notices import notices, older_words
from moeviz.charts.plain import plain_formula, plain_text
from moeviz.charts.rates import rates_matrix
from moeviz.charts.sentences import curve_words, way_words
from moeviz.study import Preset, Result, Specification, plan, resolve_scenario
from moeviz.study.kept import kept_names
from moeviz.text import json_text, signed


def print_json(data: Any) -> None:
    """Print plain data."""
    print(json_text(data, indent=1), flush=True)


def preset_text(preset: Preset) -> str:
    """Describe a preset and its fields."""
    lines = [f"{preset.name}: {preset.title}", f"  {preset.summary}"]
    for field in preset.fields:
        lines.append(f"    {field.name} = {field.write(field.default)}   {field.help}")
    if preset.full:
        changed = {field.name: field for field in preset.fields}
        large = ", ".join(f"{k} = {changed[k].write(v)}" for k, v in preset.full.items())
        lines.append(f"    at full size: {large}")
    return "\n".join(lines)


def preset_json(preset: Preset) -> dict[str, Any]:
    """Return a preset as plain data."""
    return {
        "name": preset.name,
        "title": preset.title,
        "summary": preset.summary,
        "paper": preset.paper,
        "sizes": list(preset.sizes),
        "full": dict(preset.full),
        "kept": preset.name in kept_names(),
        "published": [
            {
                "slope": one.slope,
                "source": one.source,
                "router": one.router,
                "gate": one.gate,
                "expert": one.expert,
                "note": one.note,
            }
            for one in preset.published
        ],
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "symbol": field.symbol,
                "kind": field.kind,
                "default": field.default,
                "low": field.low if field.low > float("-inf") else None,
                "high": field.high if field.high < float("inf") else None,
                "choices": list(field.options),
                "group": field.group,
                "basic": field.basic,
                "help": field.help,
            }
            for field in preset.fields
        ],
    }


def notices_text(spec: Specification) -> str:
    """Say what a study cannot show, one notice per line; empty for nothing."""
    return "\n".join(f"Note: {notice}" for notice in notices(spec))


def study_text(result: Result) -> str:
    """Describe a study's result."""
    way = way_words(result.kernels)
    lines = [f"{result.spec.name}  {result.hash}  {result.seconds:.1f} s{way and ', '}{way}"]
    lines += filter(None, [older_words(result.spec)])
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
        for n, mean, median, line, status in zip(
            curve.n, curve.mean, curve.median, predicted, curve.status, strict=True
        ):
            shown = ", ".join(f"{count} {kind}" for kind, count in status.items() if count)
            lines.append(
                f"  n = {n:>8}  mean {_number(mean)}  median {_number(median)}  "
                f"predicted {_number(line)}  {shown}"
            )
        lines.append(f"  {curve_words(result.spec, curve)}")
        paper = curve.published
        if paper:
            note = f"; {paper.note}" if paper.note else ""
            lines.append(f"  The paper prints {signed(paper.slope)} ({paper.source}{note}).")
    return "\n".join(lines)


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
    return "\n".join(lines)


def rates_json() -> list[dict[str, Any]]:
    """Return the papers' rates as plain data, row by row: the cells that the page shows."""
    rows: list[dict[str, Any]] = rates_matrix()["rows"]
    return rows


def rates_text() -> str:
    """Describe the papers' rates: each cell's claim, slope, verdict and study."""
    lines = []
    for row in rates_json():
        lines.append(f"{row['paper']}: {row['gate']}, {row['regime']}")
        for cell in row["cells"]:
            changes = " ".join(f"--set {k}={v}" for k, v in cell["settings"].items())
            said = "; ".join(filter(None, (cell["source"], cell["note"])))
            lines.append(f"  {cell['expert']}: {cell['claim']} ({said})")
            measured = cell["measured"]
            lines.append(f"    {measured['words'] if measured else cell['why_not']}")
            claims = ", ".join(f"{one['claim']} {one['mark']}" for one in cell["claims"])
            lines.append(f"    {cell['together']}" + (f" ({claims})" if claims else ""))
            lines.append(f"    python -m moeviz study {cell['preset']} {changes}".rstrip())
    return "\n".join(lines)


def verdict_text(verdict: Mapping[str, Any], shipped: Mapping[str, str] | None = None) -> str:
    """Return a verdict on a few lines, for people.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.
    shipped : mapping, optional
        Of one that ships: "date" and "version".
    """
    when = f"{verdict['seconds']:.2f} s"
    if shipped is not None:
        when = f"shipped, decided on {shipped['date']}, version {shipped['version']}"
    condition = f": {plain_text(verdict['condition'])}" if verdict["condition"] else ""
    lines = [f"{verdict['verdict']}{condition} ({when})", plain_text(verdict["statement"])]
    if verdict["paper"]:
        agrees = "agrees with" if verdict["agrees_with_paper"] else "differs from"
        lines[0] = (
            f"{verdict['id']} ({verdict['paper']}, {verdict['reference']}): "
            f"{verdict['verdict']}{condition}; {agrees} the paper ({when})"
        )
        lines[1] = f"    {lines[1]}"
    for test in verdict["tests"]:
        lines += _test_lines(test)
    repair = verdict["repair"]
    if repair is not None:
        condition = f": {plain_text(repair['condition'])}" if repair["condition"] else ""
        statement = plain_text(repair["statement"])
        lines.append(f"    repaired: {repair['verdict']}{condition} ({statement})")
    for one in verdict["exceptions"]:
        where = "" if one["part"] == "tests" else " of the repair"
        said = one["verdict"] if one["verdict"] == "fails" else f"no longer fails, {one['verdict']}"
        lines.append(f"    exception{where}: {one['family']}: {said} ({one['certificate']})")
    for one in verdict["searched"]:
        lines.append(f"    {one['question']}: {one['words']}")
    return "\n".join(lines)


def _test_lines(test: Mapping[str, Any]) -> list[str]:
    certificate = test["certificate"]
    kind = certificate.get("kind", "no certificate")
    lines = [f"    {plain_text(test['name'])}: {test['verdict']} ({kind})"]
    if "latex" in certificate:
        lines.append(f"        {plain_formula(certificate['latex'])}")
    sequence = certificate.get("sequence")
    if sequence is not None:
        lines.append(
            f"        function order {sequence['function order']}, loss order "
            f"{sequence['loss order']}"
        )
    return lines


def search_text(found: Mapping[str, Any]) -> str:
    """Return what a search for exceptions found on a few lines, for people."""
    lines = [f"{', '.join(found['claims'])}: {found['question']}"]
    if found["generic"] == "fails":
        return f"{lines[0]}: fails at generic points already"
    lines[0] += (
        f" ({found['tested']:,} tests for {found['patterns']:,} patterns, "
        f"{found['seconds']:.1f} s of work)"
    )
    lines += [f"    fails: {family['family']}" for family in found["families"]]
    lines += [f"    not defined: {words}" for words in found["undefined"]]
    lines += [f"    not decided: {words}" for words in found["undecided"]]
    if found["given_up"]:
        lines.append(f"    not tried: {found['given_up']:,} special cases of what is not decided")
    if found["left"]:
        lines.append(f"    cut off: {found['left']:,} patterns have no answer")
    elif len(lines) == 1:
        lines.append("    no family fails")
    return "\n".join(lines)
