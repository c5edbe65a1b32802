"""What the lab draws: a study, what lies faintly behind it, what is pinned beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import moeviz.ui.lab.kept
import moeviz.ui.lab.layers
from moeviz.engine import EngineError
from moeviz.study import PRESETS, Specification, assemble
from moeviz.study.kept import KeptResult, kept_result
from moeviz.ui.lab.chips import KEPT
from moeviz.ui.lab.form import curve_labels
from moeviz.ui.lab.link import MOST_PINS
from moeviz.ui.lab.predict import PREDICT
from moeviz.ui.lab.study import PICTURE
from moeviz.ui.shared import person
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.studies import study_label
from tests.ui.still import (
    FIELDS,
    SPEC,
    StillEngine,
    layers,
    open_predictions,
    open_tab,
    pick,
    said,
    snapshot,
    strip,
    told,
    visit,
    words,
)

UNKNOWN = "0123456789abcdef"


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, results: dict[str, Any]) -> KeptResult:
    """A kept result of the first preset."""
    content = KeptResult("2026-05-04", "a processor", assemble(SPEC, results, 75.0, "cpu"))
    keep(monkeypatch, content)
    return content


def keep(monkeypatch: pytest.MonkeyPatch, content: KeptResult) -> None:
    for module in (moeviz.ui.lab.kept, moeviz.ui.lab.layers):
        monkeypatch.setattr(
            module, "kept_result", lambda name: content if name == SPEC.name else None
        )


def kept_chosen(app: AppTest) -> list[bool]:
    """Whether the kept result is chosen; empty where none is offered."""
    return [each["chosen"] for each in strip(app)["sizes"] if each["field"] == KEPT]


def drawn(app: AppTest) -> dict[str, Any]:
    """The screen of the study in front."""
    screen: dict[str, Any] = json.loads(told(app, PICTURE)["screen"])
    return screen


def done(still: StillEngine, results: dict[str, Any], seed: int = 5) -> Specification:
    """A finished study; another seed makes another study, of the same points."""
    spec = PRESETS[SPEC.name].build({**SPEC.fields, "seed": seed})
    still.jobs[spec.hash] = replace(snapshot(SPEC, "done", results), job_id=spec.hash, spec=spec)
    return spec


def test_a_kept_result_lies_behind_until_a_study_runs(still, kept):
    app = visit(**FIELDS)
    (behind,) = layers(app)
    assert (behind["look"], behind["name"]) == ("faint", "kept full-size result of 2026-05-04")
    assert (behind["warning"], "until" in behind) == ("", False)
    assert [curve["label"] for curve in behind["screen"]["curves"]] == [
        curve.label for curve in kept.result.curves
    ]
    assert told(app, PICTURE)["screen"] is None
    app.button(key="lab.run").click().run()
    picture = told(app, PICTURE)
    assert (picture["live"], picture["job"]) == (True, app.query_params["job"])
    assert [layer["look"] for layer in layers(app)] == ["faint"]


def test_a_kept_result_of_other_settings_is_named_and_makes_room_for_what_follows(
    still, results, kept
):
    spec = PRESETS[SPEC.name].build({**SPEC.fields, "tau1": 2.0})
    still.jobs[spec.hash] = replace(snapshot(SPEC, "done", results), job_id=spec.hash, spec=spec)
    app = visit(**FIELDS, tau1="2", job=spec.hash)
    (behind,) = layers(app)
    assert behind["name"] == "kept full-size result of 2026-05-04, τ₁ = 0.5"
    assert "until" not in behind
    app = visit(**FIELDS, tau1="2", job=spec.hash, follow="1")
    (behind,) = layers(app)
    assert behind["until"] == "point"
    assert "before" not in behind


def test_a_kept_result_of_another_protocol_says_which(still):
    own = PRESETS["cosine-fig1a"].defaults
    app = visit(preset="cosine-fig1a", start_scale="0.01", start_power="0.5", batch="0")
    (behind,) = layers(app)
    assert own["start_scale"] != 0.01
    assert f"σ₀ = {own['start_scale']:g} and p = 0 (and 1 more setting)" in behind["name"]
    assert behind["warning"] == (
        f"It was not run as this study is: distance of near-truth starts: "
        f"{own['start_scale']:g}, not 0.01; power of n by which starts come closer: 0, not 0.5; "
        f"batch size of SGD: {own['batch']}, not 0."
    )
    (behind,) = layers(visit(preset="cosine-fig1a", replicates="3", sizes="300,600", seed="4"))
    assert behind["warning"] == ""
    assert behind["name"].endswith(kept_result("cosine-fig1a").date)


def test_a_kept_result_of_other_settings_is_named_before_anything_runs(still, kept):
    (behind,) = layers(visit(**FIELDS, tau1="20"))
    assert behind["name"] == "kept full-size result of 2026-05-04, τ₁ = 0.5"


def test_a_kept_result_is_drawn_and_nothing_runs(still, kept):
    app = visit()
    assert "kept" not in app.query_params
    pick(app, KEPT, KEPT)
    assert not app.exception
    assert app.query_params["kept"] == "1"
    assert kept_chosen(app) == [True]
    assert "2026\\-05\\-04" in said(app.markdown)
    assert "a processor" in said(app.markdown)
    assert "1 min 15 s" in said(app.markdown)
    assert not layers(app)
    labels = [curve.label for curve in kept.result.curves]
    assert [curve["label"] for curve in drawn(app)["curves"]] == labels
    assert all(label in words(open_tab(app, "Details")) for label in labels)
    assert not still.submitted
    pick(app, KEPT, KEPT)
    assert "kept" not in app.query_params
    assert kept_chosen(app) == [False]


def test_a_link_shows_the_kept_result_until_run_is_pressed(still, kept):
    app = visit(kept="1", seed="5")
    assert kept_chosen(app) == [True]
    assert "kept with the project" in said(app.markdown)
    app.button(key="lab.run").click().run()
    spec = still.submitted[-1]
    assert spec == PRESETS[SPEC.name].build({"seed": 5})
    assert kept_chosen(app) == [False]
    assert app.query_params["job"] == spec.hash
    assert "kept" not in app.query_params


def test_a_link_to_one_curve_of_a_kept_result_shows_that_one(still, kept):
    app = visit(kept="1", routers="cosine", gauges="offset", guess="-0.1")
    assert app.title[0].value == PRESETS[SPEC.name].asks
    asked = [
        curve.router == "cosine"
        and (curve.reading.loss == "radial" or curve.reading.gauge == "offset")
        for curve in kept.result.curves
    ]
    first = [curve["first"] for curve in drawn(app)["curves"]]
    assert any(first)
    assert all(on <= wanted for on, wanted in zip(first, asked, strict=True))
    place = first.index(True)
    assert [guess is not None for guess in told(app, PICTURE)["guesses"]] == [
        index == place for index in range(len(first))
    ]


def test_a_part_of_a_presets_study_lies_behind_with_its_own_curves(still, kept):
    app = visit(routers="perturbed-cosine")
    assert app.title[0].value == PRESETS[SPEC.name].asks
    assert told(app, PICTURE)["lent"] == ""
    (behind,) = layers(app)
    curves = kept.result.curves
    first = [curve["first"] for curve in behind["screen"]["curves"]]
    assert any(first)
    assert {c.router for c, on in zip(curves, first, strict=True) if on} == {"perturbed-cosine"}


def test_a_kept_result_of_an_older_arithmetic_is_marked(still, kept, monkeypatch):
    assert "older arithmetic" not in said(visit(kept="1").warning)
    older = replace(kept.result, spec=replace(SPEC, numbers=1))
    keep(monkeypatch, replace(kept, result=older))
    (behind,) = layers(visit())
    assert "older arithmetic" in behind["warning"]
    app = visit(kept="1")
    assert not app.exception
    assert "older arithmetic \\(version 1;" in said(app.warning)


def test_no_kept_result_is_offered_where_there_is_none(still, kept):
    app = visit(preset="lab", kept="1")
    assert not kept_chosen(app)
    assert "kept" not in app.query_params


def test_a_study_of_which_nothing_is_kept_opens_with_another_ones(still, kept):
    app = visit(preset="lab")
    (behind,) = layers(app)
    assert behind["name"].startswith(f"{study_label(SPEC.name)}, kept full-size result")
    app.button(key="lab.run").click().run()
    assert not layers(app)


def test_a_finished_study_is_pinned_and_another_laid_over_it(still, results):
    one, other = done(still, results), done(still, results, seed=6)
    app = visit(**FIELDS, job=one.hash)
    app.button(key="lab.pin").click().run()
    assert app.query_params["pins"] == one.hash
    assert "lab.pin" not in {button.key for button in app.button}
    app = visit(**{**FIELDS, "seed": "6"}, job=other.hash, pins=one.hash)
    (pinned,) = (layer for layer in layers(app) if layer["look"] == "pinned")
    assert pinned["name"] == "pinned 1: Seed of the data: 5 instead of 6"
    assert pinned["short"] == "pinned 1"
    button = app.button(key=f"lab.unpin.{one.hash}")
    assert button.label.startswith("Unpin 1: Seed of the data")
    button.click().run()
    assert "pins" not in app.query_params
    assert all(layer["look"] == "faint" for layer in layers(app))


def test_pins_stay_with_another_study_and_another_setting(still, results):
    one = done(still, results)
    app = visit(**FIELDS, job=one.hash, pins=one.hash)
    pick(app, "routers", "linear")
    assert app.query_params["pins"] == one.hash
    pick(app, "study", "cosine-over")
    assert app.query_params["pins"] == one.hash
    assert [layer["look"] for layer in layers(app)].count("pinned") == 1


def test_the_newest_pins_are_kept(still, results):
    specs = [done(still, results, seed) for seed in range(1, MOST_PINS + 2)]
    *first, last = [spec.hash for spec in specs]
    app = visit(job=last, seed=str(MOST_PINS + 1), pins=",".join(first))
    app.button(key="lab.pin").click().run()
    assert app.query_params["pins"].split(",") == [*first[1:], last]


def test_more_pins_than_there_may_be_are_refused(still):
    app = visit(pins=",".join(f"{n:016x}" for n in range(MOST_PINS + 1)))
    assert "at most 3 pinned studies" in said(app.error)
    app.button[0].click().run()
    assert not app.error


def test_a_pin_that_this_server_does_not_know_is_said_and_can_be_taken_away(still):
    app = visit(pins=UNKNOWN)
    assert not app.exception
    assert all(layer["look"] == "faint" for layer in layers(app))
    button = app.button(key=f"lab.unpin.{UNKNOWN}")
    assert "does not know" in button.label
    button.click().run()
    assert "pins" not in app.query_params


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("done", "Finished: "),
        ("cancelled", "Cancelled after "),
        ("interrupted", "Interrupted after "),
        ("failed", "Failed after "),
    ],
)
def test_it_says_how_a_study_ended(still, results, state, words):
    some = results if state == "done" else dict(list(results.items())[:3])
    still.jobs[SPEC.hash] = snapshot(SPEC, state, some)
    picture = told(visit(**FIELDS, job=SPEC.hash), PICTURE)
    assert not picture["live"]
    assert picture["sentence"].startswith(words)
    assert f"{len(some)} " in picture["sentence"]


def test_predictions_say_which_study_they_were_made_for(still, results):
    done(still, results)
    app = visit(**FIELDS, job=SPEC.hash, guess="-0.5,,-0.25")
    assert told(app, PICTURE)["guesses"][:3] == [-0.5, None, -0.25]
    other = visit(**{**FIELDS, "seed": "6"}, job=SPEC.hash, guess="-0.5,,-0.25")
    assert told(other, PICTURE)["guesses"][:3] == [-0.5, None, -0.25]
    assert told(other, PICTURE)["predicted"] == ("Your prediction was made for seed of the data 6.")
    assert told(app, PICTURE)["predicted"] == ""


@pytest.fixture
def comes(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the runs that follow those of one visitor; without a browser all are the same one."""

    def become(name: str) -> None:
        context = SimpleNamespace(session_id=name)
        monkeypatch.setattr(person, "get_script_run_ctx", lambda: context)

    return become


def test_cancel_takes_back_ones_own_wish_only(still, comes):
    visits = {name: visit(**FIELDS) for name in ("one", "other")}
    for name, app in visits.items():
        comes(name)
        app.button(key="lab.run").click().run()
    assert still.submitted == [SPEC, SPEC]
    assert len(INTEREST.persons(SPEC.hash)) == 2
    comes("one")
    one = visits["one"].button(key="lab.cancel").click().run()
    assert not still.cancelled
    assert "job" not in one.query_params
    assert "goes on until nobody does" in said(one.info)
    back = one.button(key="lab.back").click().run()
    assert back.query_params["job"] == SPEC.hash
    assert "goes on until nobody does" not in said(back.info)
    assert len(INTEREST.persons(SPEC.hash)) == 1, "who looks again does not ask for it"
    assert "Others asked" in said(back.markdown)
    assert "Cancel" not in {button.label for button in back.button}
    back.button(key="lab.too").click().run()
    assert len(INTEREST.persons(SPEC.hash)) == 2
    back.button(key="lab.cancel").click().run()
    comes("other")
    other = visits["other"].button(key="lab.cancel").click().run()
    assert still.cancelled == [SPEC.hash]
    assert other.query_params["job"] == SPEC.hash
    assert told(other, PICTURE)["sentence"].startswith("Cancelled after")


def test_a_guess_belongs_to_its_curve(still):
    app = open_predictions(visit(preset="cosine-exact", guess="-0.5,,,,-0.25"))
    said = {field.help: field.value for field in app.number_input if field.value is not None}
    assert list(said.values()) == [-0.5, -0.25]
    first, last = said
    assert "perturbed" in last
    assert "perturbed" not in first
    preset = PRESETS["cosine-exact"]
    changed = {**preset.defaults, "routers": ("perturbed-cosine",)}
    assert first not in curve_labels(preset, changed)
    assert curve_labels(preset, changed)[0] == last


def test_guesses_are_kept_where_they_are_not_on_show(still):
    app = visit(preset="cosine-exact", guess="-0.5,,,,-0.25")
    assert not app.number_input
    assert told(app, PICTURE)["guesses"] == told(open_predictions(app), PICTURE)["guesses"]
    app.number_input[0].set_value(-0.35).run()
    app.session_state[PREDICT] = False
    assert not app.run().number_input
    assert app.query_params["guess"].startswith("-0.35,,,,-0.25")
    assert [field.value for field in open_predictions(app).number_input][:2] == [-0.35, None]


def test_another_model_has_another_question(still):
    preset = PRESETS["cosine-exact"]
    assert visit(preset="cosine-exact", seed="9").title[0].value == preset.asks
    assert visit(preset="cosine-exact", routers="linear").title[0].value == PRESETS["lab"].asks


def test_what_the_engine_refuses_is_said_and_nobody_is_left_who_wants_it(still, monkeypatch):
    def refuse(spec: Specification, visitor: str = "") -> str:
        raise EngineError("Expected at most 8 studies; wait until one has ended.")

    monkeypatch.setattr(still, "submit", refuse)
    app = visit(preset="cosine-exact", **FIELDS)
    app.button(key="lab.run").click().run()
    assert "wait until one has ended" in said(app.error)
    assert INTEREST.persons(SPEC.hash) == set()
    assert INTEREST._pages == {}
