"""An engine that computes nothing by itself, and visits to the pages without a browser."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from moeviz.engine import Snapshot, UnknownJobError
from moeviz.engine.studies.studies import Studies
from moeviz.study import PRESETS, Specification, split
from moeviz.ui.lab.below import TABS

APP = str(Path(__file__).parents[2] / "app.py")
FIELDS = {"sizes": "300,600", "replicates": "2", "candidates": "2", "seed": "5"}
SPEC = PRESETS["cosine-exact"].build(PRESETS["cosine-exact"].parse(FIELDS))


@dataclass
class StillEngine:
    """Remembers what it is asked for; its jobs stand still."""

    jobs: dict[str, Snapshot] = field(default_factory=dict)
    submitted: list[Specification] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def submit(self, spec: Specification) -> str:
        self.submitted.append(spec)
        self.jobs.setdefault(spec.hash, snapshot(spec, "waiting", {}))
        return spec.hash

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)
        self.jobs[job_id] = replace(self.jobs[job_id], state="cancelled", version=99)

    def look(self, job_id: str) -> Snapshot:
        try:
            return self.jobs[job_id]
        except KeyError:
            raise UnknownJobError(f"Expected a known job, but got {job_id}.") from None

    def hardware(self) -> dict[str, Any]:
        here = {"workers": 1, "cores": 2, "memory_gib": 4.0, "gpus": [], "torch": "2"}
        return {**here, "scheduler": "local", "device": "cpu", "ready": True}

    def close(self) -> None:
        pass


def snapshot(spec: Specification, state: Any, results: dict[str, Any]) -> Snapshot:
    total = len(split(spec))
    return Snapshot(
        job_id=spec.hash,
        state=state,
        done=len(results),
        total=total,
        fraction=len(results) / total,
        seconds=2.0,
        seconds_left=None,
        message="A block failed because of [something](odd).",
        spec=spec,
        results=results,
        version=len(results),
        device="cpu",
        kind=Studies(),
    )


def visit(page: str = "pages/lab/convergence.py", **params: str) -> AppTest:
    """Open a page, by itself the convergence lab, by an address."""
    app = AppTest.from_file(APP, default_timeout=20)
    app.run()
    app.switch_page(page)
    app.query_params.update(params)
    return app.run()


def said(elements: Any) -> str:
    return "\n".join(element.value for element in elements)


def open_tab(app: AppTest, title: str) -> AppTest:
    """Open one of the tabs beside the plot."""
    app.session_state[TABS] = title
    return app.run()
