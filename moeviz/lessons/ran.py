"""What came of a run of this server, in the form in which kept results are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moeviz.charts.proofs import Proof, proof_of
from moeviz.engine import Snapshot
from moeviz.lessons.runs import Run
from moeviz.study.kept import KeptResult
from moeviz.symbolic.catalogue.shipped import summary_of


def result_of(run: Run, job: Snapshot) -> Any:
    """Return what came of a run, in the form in which kept results are.

    Parameters
    ----------
    run : Run
    job : Snapshot
        That has come to its end.
    """
    ended = datetime.fromtimestamp(job.changed, UTC) if job.changed else datetime.now(UTC)
    date = ended.date().isoformat()
    if run.what == "check":
        return _proof(run.name, job.result(), date)
    return KeptResult(date, job.device, job.result())


def _proof(name: str, verdict: Mapping[str, Any], date: str) -> Proof:
    """Return a verdict that was decided just now as the index of those that ship has it."""
    return proof_of(name, summary_of(verdict, date))
