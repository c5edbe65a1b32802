"""An engine that computes nothing by itself, and visits to the pages without a browser."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from moeviz.engine import Snapshot, UnknownJobError
from moeviz.engine.ended_by import MESSAGES, By
from moeviz.engine.protocols.protocols import Protocols
from moeviz.engine.studies.studies import Studies
from moeviz.engine.trainings.trainings import Trainings
from moeviz.study import PRESETS, Specification
from moeviz.ui.lab.below import TABS
from moeviz.ui.lab.predict import PREDICT
from moeviz.ui.lab.state import STRIP
from moeviz.ui.lab.study import PICTURE

APP = str(Path(__file__).parents[2] / "app.py")
FIELDS = {"sizes": "300,600", "replicates": "2", "candidates": "2", "seed": "5"}
_PICKS = itertools.count(1)
SPEC = PRESETS["cosine-exact"].build(PRESETS["cosine-exact"].parse(FIELDS))


@dataclass
class StillEngine:
    """Remembers what it is asked for; its jobs stand still."""

    jobs: dict[str, Snapshot] = field(default_factory=dict)
    submitted: list[Specification] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    wishes: dict[str, set[str]] = field(default_factory=dict)

    def wished_by(self, job: str) -> set[str]:
        return set(self.wishes.get(job, ()))

    def withdraw(self, job: str, visitor: str, keep: bool = True) -> bool:
        self.wishes.setdefault(job, set()).discard(visitor)
        if not self.wishes[job] and self.jobs[job].active:
            self.cancel(job)
        return not self.jobs[job].active

    def submit(self, spec: Specification, visitor: str = "") -> str:
        self.submitted.append(spec)
        self.wishes.setdefault(spec.hash, set()).add(visitor)
        known = self.jobs.get(spec.hash)
        if known is None or known.state in ("cancelled", "interrupted", "failed"):
            self.jobs[spec.hash] = snapshot(spec, "waiting", {})
        return spec.hash

    def cancel(self, job_id: str, by: By = "visitors") -> None:
        self.cancelled.append(job_id)
        ended = replace(self.jobs[job_id], state="cancelled", message=MESSAGES[by], version=99)
        self.jobs[job_id] = ended

    def look(self, job_id: str) -> Snapshot:
        try:
            return self.jobs[job_id]
        except KeyError:
            raise UnknownJobError(f"Expected a known job, but got {job_id}.") from None

    def state(self, job_id: str, block_id: str) -> bytes | None:
        return None

    def hardware(self) -> dict[str, Any]:
        here = {"workers": 1, "cores": 2, "memory_gib": 4.0, "gpus": [], "torch": "2"}
        return {**here, "scheduler": "local", "device": "cpu", "ready": True}

    def close(self) -> None:
        pass


def snapshot(spec: Any, state: Any, results: dict[str, Any]) -> Snapshot:
    kind = next(k for k in (Trainings(), Protocols(), Studies()) if k.owns(spec))
    total = len(kind.plan(spec))
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
        kind=kind,
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


def texts(app: AppTest) -> list[list[Any]]:
    """The texts whose words open their meaning, in pieces, as the browser is told of them."""
    found = [e.proto for e in app.get("bidi_component") if e.proto.component_name == "moeviz.terms"]
    return [json.loads(json.loads(proto.json)["text"]) for proto in found]


def words(app: AppTest) -> str:
    """All running text of a page: markdown, and what :func:`texts` returns, without its marks."""
    blocks = [parts for text in texts(app) for _, parts in text]
    return "\n".join([said(app.markdown), *map(_joined, blocks)])


def _joined(parts: list[Any]) -> str:
    return "".join(map(_bare, parts))


def _bare(part: Any) -> str:
    if isinstance(part, str):
        return part
    kind, inner, *more = part
    return more[0] if kind == "term" else _joined(inner) if kind in ("b", "i") else inner


def component(app: AppTest, name: str) -> Any:
    """One of the lab's components, by its key."""
    (found,) = (each for each in app.get("bidi_component") if each.proto.id.endswith(f"-{name}"))
    return found.proto


def told(app: AppTest, name: str) -> dict[str, Any]:
    """What the browser was told of a component."""
    data: dict[str, Any] = json.loads(component(app, name).json)
    return data


def strip(app: AppTest) -> dict[str, Any]:
    """What the strip of chips shows: chips, choices, sizes."""
    state: dict[str, Any] = json.loads(told(app, STRIP)["state"])
    return state


def layers(app: AppTest) -> list[dict[str, Any]]:
    """The studies that lie behind and beside the one on show."""
    found = json.loads(told(app, PICTURE)["layers"])
    return [{**layer, "screen": json.loads(layer["screen"])} for layer in found]


def pick(app: AppTest, field: str, name: str, mode: str = "alone") -> AppTest:
    """Pick from the strip of chips, in the words in which the browser says it."""
    return tell_picks(app, [{"id": next(_PICKS), "field": field, "name": name, "mode": mode}])


def tell_picks(app: AppTest, picks: Any) -> AppTest:
    """Tell all that the browser does not know to be taken."""
    said = {"event": "picked", "value": picks}
    trigger = _make_trigger_id(component(app, STRIP).id, "events")
    states = app._tree.get_widget_states()
    states.widgets.append(WidgetState(id=trigger, json_trigger_value=json.dumps([said])))
    return app._run(states)


def drawer(app: AppTest) -> AppTest:
    """Open the drawer of settings; a visit without a browser closes it at the next run."""
    return app.button(key="lab.settings").click().run()


def open_predictions(app: AppTest) -> AppTest:
    """Open what was predicted."""
    app.session_state[PREDICT] = True
    return app.run()


def open_tab(app: AppTest, title: str) -> AppTest:
    """Open one of the tabs below the picture."""
    app.session_state[TABS] = title
    return app.run()
