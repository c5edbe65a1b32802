"""The lab's form: studies by paper, sizes, regimes, and results that are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import moeviz.ui.lab.kept
from moeviz.fields import Field
from moeviz.study import FIELDS as STUDY_FIELDS
from moeviz.study import FULL, LIVE, PRESETS, Specification, assemble, split
from moeviz.study.kept import KeptResult
from moeviz.ui.lab.regimes import expert_changes, gate_changes, misspecify, setting_changes
from moeviz.ui.shared.studies import study_label, study_names
from tests.ui.still import FIELDS, SPEC, StillEngine, open_tab, said, snapshot, visit


def form(app: AppTest, still: StillEngine) -> Specification:
    """The study that the form describes, as Run would submit it."""
    app.button(key="lab.run").click().run()
    assert not app.exception
    return still.submitted[-1]


def box(app: AppTest, label: str) -> Any:
    (found,) = (each for each in app.selectbox if each.label == label)
    return found


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
    radios = [radio.options for radio in app.radio]
    assert radios == ([["Live size", "Full size"]] if len(PRESETS[name].sizes) > 1 else [])


@pytest.mark.parametrize("name", PRESETS)
def test_every_size_can_be_run(name):
    preset = PRESETS[name]
    for size in preset.sizes:
        assert split(preset.build(preset.at_size(size)))


def test_a_size_sets_its_fields_and_leaves_the_others(still):
    app = visit(preset="sigmoid-dense", seed="5")
    assert app.radio[0].value == LIVE
    app.radio[0].set_value(FULL).run()
    preset = PRESETS["sigmoid-dense"]
    assert app.radio[0].value == FULL
    assert app.query_params["seed"] == "5"
    assert form(app, still) == preset.build({**preset.at_size(FULL), "seed": 5})
    app.radio[0].set_value(LIVE).run()
    assert form(app, still) == preset.build({"seed": 5})


def test_a_form_of_neither_size_shows_neither(still):
    app = visit(preset="sigmoid-dense", replicates="7")
    assert app.radio[0].value is None
    app.radio[0].set_value(LIVE).run()
    assert form(app, still) == PRESETS["sigmoid-dense"].build({})


def test_the_controls_of_regimes_set_their_fields(still):
    app = visit(seed="5")
    assert box(app, "Setting").value == "exact"
    box(app, "Setting").set_value("two").run()
    box(app, "Gate regime").set_value("sparse").run()
    box(app, "Expert regime").set_value("2").run()
    spec = form(app, still)
    assert (spec["atoms"], spec["sparse"], spec["flat"], spec["seed"]) == (4, 1, 1, 5)
    assert "4 experts are fitted to data of 2" in said(app.markdown)
    box(app, "Setting").set_value("exact").run()
    box(app, "Gate regime").set_value("dense").run()
    box(app, "Expert regime").set_value("1").run()
    assert form(app, still) == PRESETS["cosine-exact"].build({"seed": 5})


def test_the_controls_of_regimes_follow_the_fields(still):
    app = visit()
    (atoms,) = (each for each in app.number_input if each.label.startswith("Fitted number"))
    for value, setting in ((3, "one"), (5, "other"), (2, "exact")):
        (atoms,) = (each for each in app.number_input if each.label.startswith("Fitted number"))
        atoms.set_value(value).run()
        assert box(app, "Setting").value == setting
    (sparse,) = (each for each in app.number_input if "zero gate" in each.label)
    sparse.set_value(2).run()
    assert box(app, "Gate regime").value == "sparse"
    assert form(app, still) == PRESETS["cosine-exact"].build({"sparse": 2})


def test_a_misspecified_study_gets_its_data_from_another_model(still):
    app = visit(preset="sigmoid-dense")
    box(app, "Setting").set_value("misspecified").run()
    spec = form(app, still)
    assert spec["data_gate"] == "softmax"
    assert spec["data_router"] == "own"
    assert "held against their best approximation" in said(app.markdown)


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


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, results: dict[str, Any]) -> KeptResult:
    """A kept result of the first preset."""
    content = KeptResult("2026-05-04", "a processor", assemble(SPEC, results, 75.0, "cpu"))
    monkeypatch.setattr(
        moeviz.ui.lab.kept, "kept_result", lambda name: content if name == SPEC.name else None
    )
    return content


def test_a_kept_result_is_drawn_and_nothing_runs(still, kept):
    app = visit()
    assert "kept" not in app.query_params
    app.toggle[0].set_value(True).run()
    assert not app.exception
    assert app.query_params["kept"] == "1"
    assert "2026\\-05\\-04" in said(app.info)
    assert "a processor" in said(app.info)
    assert "1 min 15 s" in said(app.info)
    for curve in kept.result.curves:
        assert curve.label in said(app.markdown)
    assert not still.submitted
    app.toggle[0].set_value(False).run()
    assert "kept" not in app.query_params


def test_a_link_shows_the_kept_result_until_run_is_pressed(still, kept):
    app = visit(kept="1", seed="5")
    assert app.toggle[0].value
    assert "kept with the project" in said(app.info)
    spec = form(app, still)
    assert spec == PRESETS[SPEC.name].build({"seed": 5})
    assert not app.toggle[0].value
    assert app.query_params["job"] == spec.hash
    assert "kept" not in app.query_params


def test_a_kept_result_of_an_older_arithmetic_is_marked(still, kept, monkeypatch):
    assert "older arithmetic" not in said(visit(kept="1").warning)
    older = replace(kept.result, spec=replace(SPEC, numbers=1))
    content = replace(kept, result=older)
    monkeypatch.setattr(moeviz.ui.lab.kept, "kept_result", lambda name: content)
    app = visit(kept="1")
    assert not app.exception
    assert "older arithmetic \\(version 1;" in said(app.warning)


def test_no_toggle_where_nothing_is_kept(still, kept):
    app = visit(preset="lab", kept="1")
    assert not app.toggle
    assert "kept" not in app.query_params


def test_the_truth_is_shown_with_its_regimes(still, results):
    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    app = open_tab(visit(**FIELDS, job=SPEC.hash), "Truth")
    assert "Setting\\: exact\\-specified" in said(app.markdown)
    assert "True parameters\\: cosine router; perturbed cosine router" in said(app.markdown)
    assert [tab.label for tab in app.tabs][-2:] == ["Fits", "Truth"]


def labels(elements: Any) -> list[str]:
    kinds = ("selectbox", "multiselect", "number_input", "text_input")
    return [widget.label for kind in kinds for widget in elements.get(kind)]


def test_what_a_lecturer_changes_is_shown_first_and_the_rest_on_demand(still):
    app = visit()
    settings, more = (each for each in app.expander if "ettings" in each.label)
    assert more.label == "More settings"
    shown = {field.label for field in STUDY_FIELDS.values() if any_begins(labels(settings), field)}
    rest = {field.label for field in STUDY_FIELDS.values() if any_begins(labels(more), field)}
    values = PRESETS["cosine-exact"].defaults
    assert shown == {field.label for field in STUDY_FIELDS.values() if field.applies(values)}
    assert rest == {
        field.label for field in STUDY_FIELDS.values() if field.applies(values) and not field.basic
    }


def any_begins(found: list[str], field: Field) -> bool:
    return any(label == field.label or label.startswith(f"{field.label} ") for label in found)


def test_constants_are_shown_with_the_part_that_has_them(still):
    app = visit(tau1="0.25")
    routers = next(each for each in app.multiselect if each.label.startswith("Routers"))
    assert any("τ₁" in label for label in labels(app))
    routers.set_value(["cosine"]).run()
    assert not any("τ₁" in label for label in labels(app))
    assert form(app, still)["tau1"] == 0.25
    routers = next(each for each in app.multiselect if each.label.startswith("Routers"))
    routers.set_value(["cosine", "perturbed-cosine"]).run()
    (tau,) = (each for each in app.number_input if "τ₁" in each.label)
    assert tau.value == 0.25
