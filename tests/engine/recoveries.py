"""What came of each fault: how often it was met, and how long it took until a study went on."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from moeviz.bench.load.probes import machine

RECOVERY = "recovery"
FILES = ("test_faults.py", "test_hosts.py")


def rows(reports: Iterable[pytest.TestReport]) -> list[dict[str, Any]]:
    """Return a row for each fault of which there are reports.

    Seconds are of the cases in which anything was left to do.
    """
    met: dict[str, list[pytest.TestReport]] = {}
    for report in reports:
        file, _, name = report.nodeid.partition("::")
        if Path(file).name in FILES and (report.when == "call" or report.failed):
            met.setdefault(re.sub(r"\[\d+\]$|-\d+(?=\]$)", "", name), []).append(report)
    return [_row(fault, cases) for fault, cases in met.items()]


def _row(fault: str, cases: list[pytest.TestReport]) -> dict[str, Any]:
    seconds = [value for case in cases for name, value in case.user_properties if name == RECOVERY]
    return {
        "fault": fault,
        "cases": len(cases),
        "as_undisturbed": sum(case.passed for case in cases),
        "timed": len(seconds),
        "median_seconds": round(statistics.median(seconds), 2) if seconds else None,
        "most_seconds": round(max(seconds), 2) if seconds else None,
    }


def line(row: dict[str, Any]) -> str:
    """Say a row in words."""
    ended = f"{row['fault']}: {row['as_undisturbed']} of {row['cases']}"
    if not row["timed"]:
        return ended
    return f"{ended}, median {row['median_seconds']:.1f} s, at most {row['most_seconds']:.1f} s"


def keep(found: list[dict[str, Any]], file: Path) -> None:
    """Write rows to a file, in the place of what it says of no more cases of the same faults."""
    before = json.loads(file.read_text()) if file.exists() else []
    facts = {key: value for key, value in machine().items() if key != "load_before"}
    kept = {row["fault"]: row for row in before}
    for row in found:
        if row["cases"] >= kept.get(row["fault"], row)["cases"]:
            kept[row["fault"]] = {**row, **facts}
    text = ",\n".join(f" {json.dumps(kept[fault])}" for fault in sorted(kept))
    file.write_text(f"[\n{text}\n]\n")
