"""Follow: what is set runs at once, alone, and the answer says whose it is and how old."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from moeviz.study import FULL, LIVE, PRESETS
from moeviz.study.kept import kept_names
from moeviz.ui.lab import following
from moeviz.ui.lab.chips import FOLLOW, KEPT, SIZE
from moeviz.ui.lab.following import PACE
from moeviz.ui.lab.hand import HAND, moved_fields, steps, written
from moeviz.ui.lab.link import BESIDE
from moeviz.ui.lab.study import PICTURE
from moeviz.ui.shared.followed import FOLLOWED
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.person import person
from tests.ui.still import (
    FIELDS,
    SPEC,
    StillEngine,
    component,
    layers,
    open_predictions,
    pick,
    snapshot,
    strip,
    told,
    visit,
)

OTHER = PRESETS[SPEC.name].build({**SPEC.fields, "seed": 6})


@pytest.fixture(autouse=True)
def at_any_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PACE", 0.0)


def followed(**fields: Any) -> AppTest:
    return visit(follow="1", **{**FIELDS, **fields})


def slide(app: AppTest, field: str, text: str) -> AppTest:
    """Let a slider go, in the words in which the browser says it."""
    said = {"event": "moved", "value": {"field": field, "text": text}}
    trigger = _make_trigger_id(component(app, HAND).id, "events")
    states = app._tree.get_widget_states()
    states.widgets.append(WidgetState(id=trigger, json_trigger_value=json.dumps([said])))
    return app._run(states)


def words(app: AppTest) -> str:
    """Why nothing follows."""
    said: str = told(app, HAND)["words"]
    return said


def finish(still: StillEngine, job: str, results: dict[str, Any], ago: float = 0.0) -> None:
    spec = still.jobs[job].spec
    done = replace(snapshot(SPEC, "done", results), job_id=job, spec=spec)
    still.jobs[job] = replace(done, changed=time.time() - ago)


def active(still: StillEngine) -> list[str]:
    return [job for job, each in still.jobs.items() if each.active]


def test_nothing_follows_until_it_is_switched_on(still):
    app = visit(**FIELDS)
    assert strip(app)["follow"] is False
    pick(app, "gates", "sigmoid")
    assert not still.submitted
    assert "follow" not in app.query_params
    pick(app, FOLLOW, "1")
    assert not app.exception
    (spec,) = still.submitted
    assert spec["gates"] == ("sigmoid",)
    assert (app.query_params["follow"], app.query_params["job"]) == ("1", spec.hash)
    pick(app, FOLLOW, "0")
    assert "follow" not in app.query_params
    pick(app, "gates", "softmax")
    assert len(still.submitted) == 1


def test_each_change_takes_the_place_of_the_study_before(still):
    app = followed()
    pick(app, "gates", "sigmoid")
    slide(app, "tau1", "1")
    assert not app.exception
    first, second, third = (spec.hash for spec in still.submitted)
    assert first == SPEC.hash
    assert still.cancelled == [first, second]
    assert active(still) == [third] == [app.query_params["job"]]
    assert still.submitted[-1]["tau1"] == 1.0
    assert json.loads(told(app, HAND)["sliders"])[0]["says"] == "1"


def test_a_study_that_another_visitor_wants_goes_on(still):
    app = followed()
    still.wishes[SPEC.hash].add("somebody else")
    pick(app, "gates", "sigmoid")
    assert not still.cancelled
    assert len(active(still)) == 2


def test_a_study_that_is_known_is_shown_at_once(still, results):
    app = followed()
    finish(still, SPEC.hash, results, ago=7200)
    pick(app, "gates", "sigmoid")
    pick(app, "gates", "softmax")
    picture = told(app, PICTURE)
    assert picture["job"] == SPEC.hash
    assert not picture["live"]
    assert picture["screen"] is not None
    assert picture["done"]["text"] == "This answer is {age} old."
    assert picture["done"]["age"] == pytest.approx(7200, abs=60)
    assert not active(still)


def test_the_curves_before_stay_until_the_first_point(still, results):
    app = followed()
    finish(still, SPEC.hash, results, ago=12)
    slide(app, "tau1", "1")
    picture = told(app, PICTURE)
    assert (picture["live"], picture["done"]) == (True, None)
    assert picture["waiting"]["text"] == (
        "These curves belong to τ₁ = 0.5 and are {age} old; the new ones are on their way. "
        "Each setting searches a truth of its own, so that all curves move."
    )
    assert picture["waiting"]["age"] == pytest.approx(12, abs=10)
    before = layers(app)[0]
    assert (before["look"], before["until"], before["before"]) == ("faint", "point", True)
    assert [layer["look"] for layer in layers(app)] == ["faint"]  # Nothing else lies behind.
    slide(app, "tau1", "2")  # The one between had nothing to show.
    picture = told(app, PICTURE)
    assert picture["waiting"]["text"].startswith("These curves belong to τ₁ = 0.5 and")
    assert layers(app)[0]["until"] == "point"


def test_wishes_that_come_fast_wait_for_the_pace(still, monkeypatch):
    monkeypatch.setattr(following, "PACE", PACE)
    app = followed()
    began = time.monotonic()
    pick(app, "gates", "sigmoid")
    assert time.monotonic() - began > PACE / 2
    assert len(still.submitted) == 2


def test_who_cancels_wants_nothing_in_its_place(still):
    app = followed()
    app.button(key="lab.cancel").click().run()
    assert strip(app)["follow"] is False
    assert not active(still)
    assert still.jobs[SPEC.hash].state == "cancelled"
    pick(app, FOLLOW, "1")
    assert len(still.submitted) == 2  # What was cancelled goes on.


def test_a_study_that_another_tab_took_the_place_of_says_so(still):
    app = followed()
    still.cancel(SPEC.hash)
    app.run()
    picture = told(app, PICTURE)
    assert "another tab" in picture["done"]["text"]
    assert picture["follows"] is True
    assert still.submitted == [SPEC]
    assert "lab.run" in {button.key for button in app.button}
    assert f"press {app.button(key='lab.run').label} to" in picture["done"]["text"]
    still.cancel(SPEC.hash, "lecturer")
    app.run()
    ended = f"Ended by the lecturer; press {app.button(key='lab.run').label} to have it go on."
    assert told(app, PICTURE)["done"]["text"] == ended


def test_a_page_that_follows_holds_its_study_until_it_is_switched_off(still):
    app = followed()
    ((name, page),) = FOLLOWED._pages.items()
    assert page.job == SPEC.hash
    pick(app, "gates", "sigmoid")
    assert FOLLOWED.holds(app.query_params["job"], name)
    pick(app, FOLLOW, "0")
    assert not FOLLOWED._pages
    assert len(active(still)) == 1


def test_another_page_of_the_same_person_takes_the_place(still):
    app = followed()
    ((name, _),) = FOLLOWED._pages.items()
    other = name[:16] + "f" * 16
    with INTEREST.asked(OTHER.hash, other):
        still.submit(OTHER, person(other))
    FOLLOWED.take(OTHER.hash, other, "")
    assert still.cancelled == [SPEC.hash]
    app.run()
    assert active(still) == [OTHER.hash]  # Who only looks again takes nothing back.
    pick(app, "gates", "sigmoid")
    assert active(still) == [app.query_params["job"]]
    assert still.cancelled == [SPEC.hash, OTHER.hash]


def test_a_prediction_stays_while_a_slider_moves(still, results):
    app = visit(**FIELDS, guess="-0.5,,-0.25")
    pick(app, FOLLOW, "1")
    finish(still, SPEC.hash, results)
    app.run()
    assert told(app, PICTURE)["guesses"][:3] == [-0.5, None, -0.25]
    assert told(app, PICTURE)["predicted"] == ""
    slide(app, "tau1", "1")
    picture = told(app, PICTURE)
    assert (picture["live"], picture["guesses"][:3]) == (True, [-0.5, None, -0.25])
    assert picture["predicted"] == "Your prediction was made for τ₁ = 0.5."


def test_nothing_runs_while_the_predictions_are_open(still):
    app = visit(**FIELDS)
    open_predictions(app)
    pick(app, FOLLOW, "1")
    assert "predictions are open" in words(app)
    pick(app, "gates", "sigmoid")
    assert not still.submitted
    app.session_state["lab.predict"] = False
    app.run()
    (spec,) = still.submitted
    assert spec["gates"] == ("sigmoid",)
    assert words(app) == ""


@pytest.mark.skipif(not kept_names(), reason="nothing is kept")
def test_nothing_runs_while_a_kept_result_is_on_show(still):
    app = followed(kept="1")
    assert "kept result is on show" in words(app)
    assert not still.submitted
    pick(app, "gates", "sigmoid")
    assert len(still.submitted) == 1
    pick(app, KEPT, KEPT)
    assert len(still.submitted) == 1


def test_full_size_and_too_much_work_do_not_follow(still):
    name = "sigmoid-dense"
    app = visit(preset=name, follow="1")
    assert still.submitted == [PRESETS[name].build({})]
    pick(app, SIZE, FULL)
    assert "full size does not follow" in words(app)
    assert len(still.submitted) == 1
    said = told(app, PICTURE)["done"]["text"]
    assert said.startswith("These curves belong to ")
    assert "{age} old" in said
    pick(app, SIZE, LIVE)
    assert (len(still.submitted), words(app)) == (1, "")
    app = followed(atoms="4", replicates="400", sizes="1000,3162,10000,31623,100000")
    assert "100 s are the most" in words(app)
    assert len(still.submitted) == 1
    app.button(key="lab.run").click().run()
    assert len(still.submitted) == 2


@pytest.mark.parametrize("name", [name for name in PRESETS if LIVE in PRESETS[name].sizes])
def test_every_live_study_follows(name):
    preset = PRESETS[name]
    spec = preset.build({**preset.defaults, **preset.at_size(LIVE)})
    assert sum(block.cost for block in following.split(spec)) <= following.MOST_WORK


def test_another_study_is_followed_too(still):
    app = followed()
    pick(app, "study", "sigmoid-dense")
    assert strip(app)["follow"] is True
    assert active(still) == [PRESETS["sigmoid-dense"].build({}).hash]


def test_a_job_alone_brings_its_form_and_follows(still):
    assert "follow" in BESIDE
    still.jobs[SPEC.hash] = snapshot(SPEC, "cancelled", {})
    app = visit(job=SPEC.hash, follow="1")
    assert still.submitted == [SPEC]
    assert app.query_params["job"] == SPEC.hash


@pytest.mark.few(5)
@pytest.mark.parametrize("name", PRESETS)
def test_sliders_stand_where_the_form_does(name):
    preset = PRESETS[name]
    for field in moved_fields(preset, preset.defaults):
        places = steps(field, preset.defaults[field.name])
        values = [field.read(text) for text in places]
        assert values == sorted(set(values))
        assert preset.defaults[field.name] in values
        assert [written(field, value) for value in values] == places
    assert {"tau1", "tau2", "noise"} >= {f.name for f in moved_fields(preset, preset.defaults)}


def test_a_slider_that_says_anything_changes_nothing(still):
    app = followed()
    for field, text in (("tau1", "7.77"), ("box", "1"), ("", ""), ("tau1", "nan")):
        slide(app, field, text)
        assert not app.exception
    assert still.submitted == [SPEC]
