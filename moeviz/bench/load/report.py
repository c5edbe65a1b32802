"""Figures and verdicts of a load test as lines of text, and as a table in a document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moeviz.bench.load.judged import Verdict
from moeviz.errors import MoevizError


def lines(found: Mapping[str, Any]) -> list[str]:
    """Return figures and verdicts as lines of text.

    Parameters
    ----------
    found : mapping
        As :func:`~moeviz.bench.load.run.load` or :func:`~moeviz.bench.load.memory.remember`
        returns it.
    """
    said = []
    for name, scene in found.get("scenes", {}).items():
        seconds, processor = scene["seconds"], scene["processor"]
        said += [
            f"{name}: {scene['answers']} of {scene['tries']} changes answered rightly, "
            f"p50 {seconds['p50']:.3f} s, p95 {seconds['p95']:.3f} s "
            f"(with the clients' own time {seconds['p95_as_met']:.3f} s)",
            f"  processor: server {processor['server']:.1f} s "
            f"({1000 * processor['server_per_run']:.0f} ms a run), workers "
            f"{processor['workers']:.1f} s, clients {processor['clients']:.1f} s, others "
            f"{100 * processor['others_share']:.0f} % of the machine; {processor['wall']:.0f} s",
        ]
    return [*said, *(Verdict(**each).line() for each in found["verdicts"])]


def table(found: Mapping[str, Any]) -> str:
    """Return figures and verdicts as two tables of Markdown, with the machine above them.

    Parameters
    ----------
    found : mapping
        As of :func:`lines`.
    """
    facts, asked = found["machine"], found["asked"]
    who = f"{asked['visitors']} visitors, {asked['seconds']:g} s"
    machine = f"{facts['cores']} cores ({facts['processor']}), {facts['date']}: {who}."
    said = [machine, ""]
    if scenes := found.get("scenes", {}):
        said += [
            "| scene | answers / tries | errors | p50 / p95 | p95, clients' time included "
            "| health, p95 | server's processor time a run | others on the machine |",
            "|---|---|---|---|---|---|---|---|",
        ]
        said += [_row(name, scene) for name, scene in scenes.items()]
        said += [""]
    said += ["| goal | bound | measured | |", "|---|---|---|---|"]
    words = {True: "met", False: "**missed**", None: "not measured"}
    said += [
        f"| {each['what']} | {each['goal']} | {each['measured']} | {words[each['met']]} |"
        for each in found["verdicts"]
    ]
    return "\n".join(said)


def _row(name: str, scene: Mapping[str, Any]) -> str:
    seconds, processor = scene["seconds"], scene["processor"]
    cells = [
        name,
        f"{scene['answers']} / {scene['tries']}",
        str(len(scene["errors"])),
        f"{seconds['p50']:.3f} / {seconds['p95']:.3f} s",
        f"{seconds['p95_as_met']:.3f} s",
        f"{scene['health']['p95']:.3f} s",
        f"{1000 * processor['server_per_run']:.0f} ms",
        f"{100 * processor['others_share']:.0f} %",
    ]
    return f"| {' | '.join(cells)} |"


def put_table(path: Path, name: str, found: Mapping[str, Any]) -> None:
    """Put a table in the place of the one that a document has.

    Parameters
    ----------
    path : Path
        Of a document with a line ``<!-- NAME -->`` before the place and ``<!-- /NAME -->`` behind.
    name : str
        Which place.
    found : mapping
        As of :func:`lines`.

    Raises
    ------
    MoevizError
        If the document has no such place.
    """
    text = path.read_text(encoding="utf-8")
    head, begin, rest = text.partition(f"<!-- {name} -->\n")
    _, end, tail = rest.partition(f"<!-- /{name} -->")
    if not begin or not end:
        raise MoevizError(
            f"Expected {path.name} to have a place for a table between <!-- {name} --> and "
            f"<!-- /{name} -->, but it has none; write both lines where it belongs."
        )
    path.write_text(f"{head}{begin}\n{table(found)}\n\n{end}{tail}", encoding="utf-8")
