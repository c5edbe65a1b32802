"""Verdicts and searches on a few lines, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.charts.plain import plain_formula, plain_text


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
        lines.append(f"    {one['question']}: {plain_text(one['words'])}")
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
