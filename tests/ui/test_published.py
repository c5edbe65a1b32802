"""Every published experiment stands beside its paper: slopes, open choices, reach, plain words."""

from __future__ import annotations

import json
import re

import pytest

from moeviz.charts.against import comparison
from moeviz.charts.words import OPEN_FIELDS, open_choices
from moeviz.study import PRESETS
from moeviz.study.fields import FIELDS
from moeviz.study.kept import kept_names, kept_result
from moeviz.study.reread import reread
from moeviz.study.statistic import STATISTICS
from moeviz.text import signed
from moeviz.ui.lab.study import PICTURE
from moeviz.ui.shared.guard import plain
from tests.ui.still import drawer, open_tab, said, told, visit, words

PUBLISHED = [name for name, preset in PRESETS.items() if preset.published]


def test_all_of_them_are_kept():
    assert set(PUBLISHED) <= set(kept_names())


@pytest.mark.few(5)
@pytest.mark.parametrize("name", kept_names())
def test_a_kept_result_is_shown_with_its_date_and_device(still, name):
    kept = kept_result(name)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", kept.date)
    app = visit(preset=name, kept="1")
    assert not app.exception
    assert not app.error
    assert f"computed on {plain(kept.date)}" in said(app.markdown)
    assert f"device {plain(kept.device)}" in said(app.markdown)
    assert not still.submitted


@pytest.mark.few(3)
@pytest.mark.parametrize("name", PUBLISHED)
def test_ours_stands_beside_the_papers(still, name):
    result = kept_result(name).result
    app = open_tab(visit(preset=name, kept="1"), "Data")
    slopes = app.table[0].value
    assert len(slopes) == len(result.curves)
    rows = zip(slopes["Slope"], slopes["Paper"], result.curves, strict=True)
    assert {curve.published.slope for curve in result.curves if curve.published} == {
        each.slope for each in PRESETS[name].published
    }
    for ours, papers, curve in rows:
        assert ours == signed(curve.slope.estimate)
        expected = signed(curve.published.slope) if curve.published else "–"
        assert papers.startswith(expected)


@pytest.mark.few(5)
@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_seen_is_said_in_plain_words(still, name):
    result = kept_result(name).result
    app = open_tab(visit(preset=name, kept="1"), "Details")
    (paragraph,) = (p for p in words(app).splitlines() if "Ours and the paper's" in p)
    assert comparison(result) in paragraph
    for curve in result.curves:
        if curve.published:
            slopes = (curve.published.slope, curve.slope.estimate)
            assert all(signed(slope) in paragraph for slope in slopes)
            assert curve.published.source in paragraph
    defined = [fit for fit in result.truth if fit.null is not None]
    assert ("Reach of the design" in paragraph) == bool(defined)
    assert ("no reach is defined" in paragraph) != bool(defined)


@pytest.mark.few(5)
@pytest.mark.parametrize("name", PUBLISHED)
def test_the_reach_stands_with_the_truth(still, name):
    app = open_tab(visit(preset=name, kept="1"), "Truth")
    assert not app.exception
    assert "Reach of this design" in words(app)


@pytest.mark.few(5)
@pytest.mark.parametrize("name", PUBLISHED)
def test_what_the_paper_leaves_open_is_a_field(still, name):
    result = kept_result(name).result
    app = open_tab(visit(preset=name, kept="1"), "Details")
    (sentence,) = (p for p in words(app).splitlines() if "Left open by the paper" in p)
    assert open_choices(result) in sentence
    ran = {curve.estimator for curve in result.curves if curve.published}
    drawer(app)
    widgets = [each.label for each in (*app.number_input, *app.selectbox)]
    for field, estimator in OPEN_FIELDS.items():
        said_of = FIELDS[field].label in sentence
        assert said_of == (estimator is None or estimator in ran)
        shown = any(label.startswith(FIELDS[field].label) for label in widgets)
        assert shown == FIELDS[field].applies(PRESETS[name].defaults)
        assert shown or not said_of


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_finished_study_is_read_anew_as_the_form_says(still, statistic):
    name = "multinomial-fig2d"
    expected = reread(kept_result(name).result, statistic)
    app = visit(preset=name, kept="1", statistic=statistic, bars="3sd")
    assert not app.exception
    assert STATISTICS[statistic].words in json.loads(told(app, PICTURE)["screen"])["reading"]
    slopes = open_tab(app, "Data").table[0].value
    assert list(slopes["Slope"]) == [signed(curve.slope.estimate) for curve in expected.curves]
    assert not still.submitted
