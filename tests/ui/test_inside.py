"""Inside a trained network without a browser: from a run's checkpoints to text, gauge and link."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from moeviz.charts.trained_gates import on_gates
from moeviz.engine import UnknownJobError
from moeviz.model.threads import one_thread
from moeviz.train.generate import generate
from moeviz.train.plan import Run, runs, stretch_id
from moeviz.train.run import run_stretch
from moeviz.train.slice import sliced
from moeviz.train.specification import Training
from moeviz.ui.gates.link import GATES_PAGE, setup_of
from moeviz.ui.train import inside, inside_worker
from moeviz.ui.train.inside_gates import gates_link
from tests.ui.still import said, told

TEXT = ("the quick brown fox jumps over the lazy dog.\n" * 80).encode()
COUNT = 20
SPEC = Training.make(
    "inside",
    {
        "methods": "cosine\nperturbed-cosine\ncompetition\ndense-active", "steps": 20, "points": 2,
        "batch": 4, "context": 16, "width": 16, "heads": 2, "hidden": 8, "experts": 4, "top": 2,
        "seeds": 1, "rate": 0.02,
    },
    TEXT,
)  # fmt: skip


@pytest.fixture(scope="module")
def states() -> dict[str, bytes]:
    """The first checkpoint of every run."""
    with one_thread():
        return {stretch_id(run, 0): run_stretch(SPEC, run, 0, None)[1] for run in runs(SPEC)}


@dataclass
class Trained:
    """An engine that knows one run."""

    states: dict[str, bytes]
    results: dict[str, Any] = field(default_factory=dict)
    active: bool = True

    def look(self, job: str) -> Any:
        if job != SPEC.hash:
            raise UnknownJobError("Expected a known job.")
        results = self.results or self.states
        return SimpleNamespace(job_id=job, spec=SPEC, results=results, active=self.active)

    def state(self, job: str, block: str) -> bytes | None:
        return self.states.get(block)


@pytest.fixture
def engine(states: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Trained]:
    made = Trained(states)
    for module in (inside, inside_worker):
        monkeypatch.setattr(module, "engine", lambda: made)
    inside_worker.WORKER._known.clear()
    yield made
    inside_worker.WORKER._known.clear()


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the page's links ask for; without the app's pages there is nowhere to lead."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr("streamlit.page_link", lambda page, **asked: found.append(asked))
    return found


def page() -> None:
    """The script of a page that holds nothing else."""
    from moeviz.ui.train.inside import inside
    from tests.ui.test_inside import SPEC

    inside(SPEC.hash, SPEC)


def kept_page() -> None:
    """The same below a result that was kept."""
    from moeviz.ui.train.inside import inside
    from tests.ui.test_inside import SPEC

    inside(None, SPEC)


def visit(script: Any = page) -> AppTest:
    return AppTest.from_function(script, default_timeout=30).run()


def write(app: AppTest) -> AppTest:
    """Let the network write a few characters."""
    app.number_input[0].set_value(COUNT)
    return app.button[0].click().run()


def select(app: AppTest, label: str, value: int) -> AppTest:
    (box,) = (box for box in app.selectbox if box.label == label)
    return box.set_value(value).run()


def test_a_network_writes_what_the_library_writes(engine, links, states):
    app = visit()
    assert not app.exception
    app.text_area[0].set_value("the 🦊")
    app = write(app)
    assert not app.exception
    assert not app.error
    text = json.loads(told(app, "train.inside.text")["document"])
    own = generate(SPEC, Run(0, 1, 0), states["m0-s1-d0-000"], "the 🦊", COUNT, 0.8, 1)
    assert text["text"] == own.text
    assert text["experts"] == list(own.chosen[0])
    assert "does not have 1 of the characters" in said(app.caption)
    app = select(app, "Layer", 1)
    assert json.loads(told(app, "train.inside.text")["document"])["experts"] == list(own.chosen[1])


def test_the_stretched_vector_stands_beside_one_that_the_theory_treats_otherwise(engine, links):
    document = json.loads(told(visit(), "train.inside.stretch")["document"])
    still, moves = document["methods"]
    assert still["still"]
    assert not moves["still"]
    assert [still["name"], moves["name"]] == [SPEC.methods[0].title, SPEC.methods[1].title]
    assert inside.partner(SPEC, 1) == 0
    assert inside.partner(SPEC, 2) is None
    assert inside.partner(SPEC, 3) is None


def test_the_link_opens_the_plane_on_the_picture_of_gates(engine, links, states):
    visit()
    found = on_gates(sliced(SPEC, Run(0, 1, 0), states["m0-s1-d0-000"], 0))
    (link,) = links
    assert link["query_params"] == gates_link(found)
    setup = setup_of(GATES_PAGE.read(link["query_params"]))
    assert setup.models == found.models
    for seen, made in zip(setup.vectors, found.vectors, strict=True):
        assert seen == pytest.approx(made, rel=1e-3, abs=1e-3)
    assert setup.constants["tau1"] == pytest.approx(found.constants["tau1"], rel=1e-3)
    assert setup.constants["tau2"] == 0.0


@pytest.mark.parametrize("method", [2, 3])
def test_who_asks_no_router_is_told_so_and_still_writes(engine, links, method):
    app = select(visit(), "Method", method)
    assert not app.exception
    assert not links[1:]
    assert len(app.info) == 2
    assert all("take another method" in info.value for info in app.info)
    app = write(app)
    assert len(json.loads(told(app, "train.inside.text")["document"])["text"]) == COUNT


def test_a_run_that_has_gone_on_is_asked_again(engine, links):
    engine.results = {f"{name[:-1]}1": {} for name in engine.states}
    app = visit()
    assert not app.exception
    assert "has just gone on" in said(app.info)
    app.button[0].click().run()
    assert "has just gone on" in said(app.error)


def test_of_a_run_that_ended_long_ago_the_networks_are_said_to_be_gone(engine, links):
    engine.active, engine.results = False, {name: {} for name in engine.states}
    engine.states = {}
    app = visit()
    assert not app.exception
    assert "keeps the latest runs' alone" in said(app.info)
    assert "ask once more" not in said(app.info)


def test_a_kept_result_has_no_networks(engine, links):
    app = visit(kept_page)
    assert not app.exception
    assert said(app.info) == inside.NO_NETWORK
    assert not app.button


def test_before_the_first_checkpoint_there_is_nothing_to_open(engine, links):
    engine.results = {"another": {}}
    assert said(visit().info) == inside.TOO_EARLY
    engine.active = False
    assert said(visit().info) == inside.NO_CHECKPOINT
