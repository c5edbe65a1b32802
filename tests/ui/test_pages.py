"""Pages without a browser, on an engine that computes nothing by itself."""

from __future__ import annotations

import json

import pytest

from moeviz.study import PRESETS
from moeviz.train.presets import PRESETS as TRAININGS
from moeviz.ui.lab.study import PICTURE
from tests.ui.still import FIELDS, SPEC, open_tab, said, snapshot, told, visit, words

RUN = TRAININGS["collapse"].build({"steps": 10, "points": 2, "seeds": 1})


def test_the_home_page_stands(still):
    app = visit("pages/lab/home.py")
    assert not app.exception
    assert "Does the gate see" in app.title[0].value
    assert "1 worker process, 2 cores" in said(app.markdown)


def test_run_submits_the_study_of_the_form_and_puts_it_into_the_address(still):
    app = visit(**FIELDS)
    app.button(key="lab.run").click().run()
    assert not app.exception
    assert still.submitted == [SPEC]
    assert app.query_params["job"] == SPEC.hash
    assert app.query_params["seed"] == "5"


def test_a_bad_address_computes_nothing_and_has_a_way_out(still):
    app = visit(sizes="0")
    assert not app.exception
    assert len(app.error) == 1
    assert "sizes" in app.error[0].value
    (button,) = app.button
    button.click().run()
    assert not app.error
    assert not still.submitted


@pytest.mark.parametrize("state", ["cancelled", "interrupted", "failed"])
def test_what_ended_early_keeps_its_points_and_can_go_on(still, results, state):
    some = dict(list(results.items())[:3])
    still.jobs[SPEC.hash] = snapshot(SPEC, state, some)
    app = visit(**FIELDS, job=SPEC.hash)
    assert not app.exception
    assert len(app.error) == (1 if state == "failed" else 0)
    assert "[something]" not in said(app.error)
    points = still.jobs[SPEC.hash].result()
    screen = json.loads(told(app, PICTURE)["screen"])
    assert screen["n_done"] == sum(len(curve.n) for curve in points.curves) > 0
    stopped = f"{state.capitalize()} before it was complete; as far as it came, "
    assert screen["summary"].startswith(stopped)
    assert "waiting" not in {meter["mark"] for meter in screen["meters"]}
    (way,) = (button for button in app.button if button.label in ("Run", "Continue"))
    assert way.key == "lab.run", "it stands beside the title, where one looks for it"
    way.click().run()
    assert still.submitted == [SPEC]


def test_a_running_study_can_be_cancelled(still, results):
    still.jobs[SPEC.hash] = snapshot(SPEC, "running", dict(list(results.items())[:1]))
    app = visit(**FIELDS, job=SPEC.hash)
    assert "Cancel" not in {button.label for button in app.button}, "it is somebody else's"
    app.button(key="lab.too").click().run()
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert not app.exception
    assert still.cancelled == [SPEC.hash]


def test_a_finished_study_says_every_slope_and_how_fits_ended(still, results):
    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    app = open_tab(visit(job=SPEC.hash), "Details")
    assert not app.exception
    result = still.jobs[SPEC.hash].result()
    for curve in result.curves:
        assert curve.label in words(app)
    assert "Reach of this design" not in words(app)
    tables = [each.value for each in open_tab(app, "Data").table]
    first_columns = [next(iter(table)) for table in tables]
    assert first_columns == ["Curve", "Mean loss", "Median loss", "Local slope", "Fit"]
    endings = [{"Converged", "Boundary"} <= set(table) for table in tables]
    assert endings == [False, False, False, False, True]
    names = ["Slopes", "Mean loss", "Median loss", "Local slopes", "Fits"]
    assert [
        each.value.strip("*") for each in app.markdown if each.value.strip("*") in names
    ] == names
    tables = [each.value for each in open_tab(app, "Truth").table]
    assert "True expert" in {next(iter(table)) for table in tables}
    assert "Reach of this design" in words(app)


def test_only_the_open_tab_is_made(still, results):
    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    app = visit(job=SPEC.hash)
    assert not app.table
    assert PRESETS["cosine-exact"].summary in words(app)
    assert PRESETS["cosine-exact"].summary not in words(open_tab(app, "Data"))
    assert app.table


def test_a_changed_form_says_that_the_plot_is_of_before(still, results):
    still.jobs[SPEC.hash] = snapshot(SPEC, "done", results)
    app = visit(**{**FIELDS, "seed": "6"}, job=SPEC.hash)
    assert "The form has changed" in said(app.info)


@pytest.mark.parametrize("asked", [{}, {"job": RUN.hash}, {"job": RUN.hash, **FIELDS}])
def test_a_training_run_is_no_study(still, asked):
    still.jobs[RUN.hash] = snapshot(RUN, "running", {})
    app = visit(**asked, pins=RUN.hash)
    assert not app.exception
    assert ("knows none with the identity" in said(app.error)) == ("job" in asked)


def test_an_unknown_job_of_the_form_is_one_press_away(still):
    app = visit(**FIELDS, job=SPEC.hash)
    assert not app.error
    assert "not computed this study yet" in said(app.info)
