"""The lab's form: studies by paper, sizes, regimes, and the drawer of settings."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from moeviz.charts.cards import STUDY
from moeviz.study import FIELDS as STUDY_FIELDS
from moeviz.study import FULL, LIVE, PRESETS, Specification, split
from moeviz.ui.lab.chips import SIZE
from moeviz.ui.lab.regimes import expert_changes, gate_changes, misspecify, setting_changes
from moeviz.ui.lab.state import STRIP
from moeviz.ui.lab.study import PICTURE
from moeviz.ui.shared.studies import study_label, study_names
from tests.ui.still import (
    FIELDS,
    SPEC,
    StillEngine,
    drawer,
    open_tab,
    pick,
    said,
    snapshot,
    strip,
    tell_picks,
    told,
    visit,
    words,
)


def form(app: AppTest, still: StillEngine) -> Specification:
    """The study that the form describes, as Run would submit it."""
    app.button(key="lab.run").click().run()
    assert not app.exception
    return still.submitted[-1]


def box(app: AppTest, label: str) -> Any:
    """A box of the drawer of settings."""
    (found,) = (each for each in drawer(app).selectbox if each.label == label)
    return found


def number(app: AppTest, words: str) -> Any:
    """A number of the drawer of settings."""
    (found,) = (each for each in drawer(app).number_input if words in each.label)
    return found


def sizes(app: AppTest) -> dict[str, bool]:
    """The sizes that the strip offers, and which one is chosen."""
    offered = (each for each in strip(app)["sizes"] if each["field"] == SIZE)
    return {each["title"]: each["chosen"] for each in offered}


def test_studies_are_listed_paper_by_paper():
    labels = [study_label(name) for name in study_names()]
    assert len(set(labels)) == len(PRESETS)
    papers = [label.partition(":")[0] for label in labels[:-1]]
    assert papers == sorted(papers, key=list(dict.fromkeys(papers)).index)
    assert "Cosine paper: Figure 1a" in labels
    assert labels[-1] == PRESETS["lab"].title


@pytest.mark.few(5)
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_stands_with_all_its_fields(still, name):
    app = visit(preset=name)
    assert not app.exception
    assert not app.error
    assert app.query_params == {"preset": name, "v": app.query_params["v"]}
    assert list(sizes(app)) == (["Live size", "Full size"] if len(PRESETS[name].sizes) > 1 else [])
    assert app.title[0].value == PRESETS[name].asks
    preset = PRESETS[name]
    applying = {field.name for field in preset.fields if field.applies(preset.defaults)}
    assert field_names(drawer(app)) == applying
    assert not app.exception


@pytest.mark.parametrize("name", PRESETS)
def test_every_size_can_be_run(name):
    preset = PRESETS[name]
    for size in preset.sizes:
        assert split(preset.build(preset.at_size(size)))


def test_a_size_sets_its_fields_and_leaves_the_others(still):
    app = visit(preset="sigmoid-dense", seed="5")
    assert sizes(app) == {"Live size": True, "Full size": False}
    pick(app, SIZE, FULL)
    preset = PRESETS["sigmoid-dense"]
    assert sizes(app) == {"Live size": False, "Full size": True}
    assert app.query_params["seed"] == "5"
    assert form(app, still) == preset.build({**preset.at_size(FULL), "seed": 5})
    pick(app, SIZE, LIVE)
    assert form(app, still) == preset.build({"seed": 5})


def test_a_form_of_neither_size_shows_neither(still):
    app = visit(preset="sigmoid-dense", replicates="7")
    assert sizes(app) == {"Live size": False, "Full size": False}
    pick(app, SIZE, LIVE)
    assert form(app, still) == PRESETS["sigmoid-dense"].build({})


def test_the_controls_of_regimes_set_their_fields(still):
    app = visit(seed="5")
    assert box(app, "Setting").value == "exact"
    box(app, "Setting").set_value("two").run()
    box(app, "Gate regime").set_value("sparse").run()
    box(app, "Expert regime").set_value("2").run()
    spec = form(app, still)
    assert (spec["atoms"], spec["sparse"], spec["flat"], spec["seed"]) == (4, 1, 1, 5)
    assert "4 experts are fitted to data of 2" in said(drawer(app).markdown)
    box(app, "Setting").set_value("exact").run()
    box(app, "Gate regime").set_value("dense").run()
    box(app, "Expert regime").set_value("1").run()
    assert form(app, still) == PRESETS["cosine-exact"].build({"seed": 5})


def test_the_controls_of_regimes_follow_the_fields(still):
    app = visit()
    for value, setting in ((3, "one"), (5, "other"), (2, "exact")):
        number(app, "Fitted number").set_value(value).run()
        assert box(app, "Setting").value == setting
    number(app, "zero gate").set_value(2).run()
    assert box(app, "Gate regime").value == "sparse"
    assert form(app, still) == PRESETS["cosine-exact"].build({"sparse": 2})


def test_a_misspecified_study_gets_its_data_from_another_model(still):
    app = visit(preset="sigmoid-dense")
    box(app, "Setting").set_value("misspecified").run()
    spec = form(app, still)
    assert spec["data_gate"] == "softmax"
    assert spec["data_router"] == "own"
    assert "held against their best approximation" in said(drawer(app).markdown)


@pytest.mark.parametrize("name", PRESETS)
def test_every_regime_of_every_preset_can_be_built(name):
    preset = PRESETS[name]
    values = preset.defaults
    changes = [setting_changes(preset, key, values) for key in ("exact", "one", "two")]
    changes += [gate_changes(key, values) for key in ("dense", "sparse")]
    changes += [expert_changes(key, values) for key in ("1", "2")]
    changes.append(misspecify(preset, values) or {})
    for each in changes:
        assert split(preset.build({**values, **each}))


def test_another_study_brings_its_own_form_and_takes_the_study_off_the_screen(still, results):
    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    app = pick(visit(**FIELDS, job=SPEC.hash), STUDY, "lab")
    assert not app.exception
    assert app.query_params == {"preset": "lab", "v": app.query_params["v"]}
    assert told(app, PICTURE)["job"] is None
    assert form(app, still) == PRESETS["lab"].build({})


def picks(*said: tuple[int, str, str]) -> list[dict[str, Any]]:
    return [{"id": i, "field": field, "name": name, "mode": "alone"} for i, field, name in said]


def test_picks_in_a_hurry_are_all_taken_and_each_of_them_once(still):
    """The server keeps only the last of what it is told before it runs."""
    app = tell_picks(visit(**FIELDS), picks((5, "routers", "linear"), (6, "gates", "sigmoid")))
    assert told(app, STRIP)["taken"] == 6
    spec = form(app, still)
    assert (spec["routers"], spec["gates"]) == (("linear",), ("sigmoid",))
    again = picks((5, "routers", "cosine"), (6, "gates", "softmax"), (7, "experts", "tanh"))
    spec = form(tell_picks(app, again), still)
    assert (spec["routers"], spec["gates"], spec["experts"]) == (
        ("linear",),
        ("sigmoid",),
        ("tanh",),
    )


def test_picks_after_another_study_are_picks_of_that_one(still):
    app = tell_picks(visit(**FIELDS), picks((1, STUDY, "lab"), (2, "gates", "sigmoid")))
    assert app.query_params["preset"] == "lab"
    assert form(app, still)["gates"] == ("sigmoid",)


@pytest.mark.parametrize("foreign", [None, {}, "gates", [3], [{}], [{"id": "9"}], [{"id": 2**70}]])
def test_what_no_strip_tells_changes_nothing(still, foreign):
    app = visit(**FIELDS)
    before = told(app, STRIP)["state"]
    app = tell_picks(app, foreign)
    assert not app.exception
    assert told(app, STRIP)["state"] == before


def test_the_truth_is_shown_with_its_regimes(still, results):
    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    app = open_tab(visit(**FIELDS, job=SPEC.hash), "Truth")
    assert "Setting: exact-specified" in words(app)
    assert "True parameters\\: cosine router; perturbed cosine router" in words(app)
    titles = ["About", "Details", "Replay", "Data", "Truth"]
    assert [tab.label for tab in app.tabs] == titles


def field_names(app: AppTest) -> set[str]:
    """The fields whose widgets are on the page."""
    kinds = ("selectbox", "multiselect", "number_input", "text_input", "text_area")
    keys = {widget.key for kind in kinds for widget in app.get(kind)}
    parts = {part for key in keys if key for part in key.split(".")}
    return parts & STUDY_FIELDS.keys()


def test_nothing_of_the_drawer_is_made_before_it_is_opened(still):
    app = visit()
    assert not field_names(app)
    assert not app.get("file_uploader")
    assert not app.number_input
    assert field_names(drawer(app))
    assert app.get("file_uploader")


def test_what_a_lecturer_changes_is_shown_first_and_the_rest_on_demand(still):
    app = drawer(visit())
    (more,) = app.expander
    assert more.label == "More settings"
    values = PRESETS["cosine-exact"].defaults
    applying = {name for name, field in STUDY_FIELDS.items() if field.applies(values)}
    assert field_names(app) == applying
    assert field_names(more) == {name for name in applying if not STUDY_FIELDS[name].basic}


def test_constants_are_shown_with_the_part_that_has_them(still):
    app = visit(tau1="0.25")
    assert "tau1" in field_names(drawer(app))
    pick(app, "routers", "cosine")
    assert "tau1" not in field_names(drawer(app))
    assert form(app, still)["tau1"] == 0.25
    pick(app, "routers", "perturbed-cosine", "beside")
    assert number(app, "τ₁").value == 0.25


def test_changed_settings_are_counted_and_go_back(still):
    app = visit(seed="5", atoms="3")
    button = app.button(key="lab.settings")
    assert button.label == "Settings · 2"
    assert "2 changed" in button.help
    reset = drawer(app).button(key="lab.reset")
    assert not reset.disabled
    reset.click().run()
    assert app.button(key="lab.settings").label == "Settings"
    assert drawer(app).button(key="lab.reset").disabled
    assert form(app, still) == PRESETS["cosine-exact"].build({})


def costs(app: AppTest) -> list[tuple[str, str]]:
    """What is said of a study's work: beside Run, and in the drawer where that is open."""
    said_of = [each.value for each in (*app.markdown, *app.caption)]
    plain = [re.sub(r":small\[(.*?)\]", r"\1", words) for words in said_of]
    said = r"([\d,]+) fits,\s+about (.*?)(?: on an idle machine)?"
    return [found.groups() for words in plain if (found := re.fullmatch(said, words))]


def test_the_drawer_says_what_follows_at_once(still):
    app = visit()
    (before,) = costs(app)
    number(app, "Fitted number").set_value(4).run()
    (after,) = costs(app)
    assert after != before
    assert costs(drawer(app)) == [after, after]


def upload(app: AppTest, data: object) -> AppTest:
    """Hand a file to the drawer."""
    (uploader,) = drawer(app).get("file_uploader")
    uploader.set_value(("study.json", json.dumps(data).encode(), "application/json"))
    return app.run()


def test_a_file_sets_the_whole_form(still):
    spec = PRESETS["sigmoid-dense"].build({"seed": 77})
    app = upload(visit(atoms="3"), spec.to_json())
    assert not app.exception
    assert app.query_params["preset"] == "sigmoid-dense"
    assert form(app, still) == spec


def test_a_broken_file_changes_nothing_and_says_so(still):
    app = drawer(upload(visit(seed="5"), {"fields": 1}))
    assert said(app.error).startswith("Expected")
    assert app.query_params["seed"] == "5"
