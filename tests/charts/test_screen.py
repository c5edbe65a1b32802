"""What a class sees of a study is plain data, and complete."""

from __future__ import annotations

import json

import pytest

from moeviz.charts.palette import THEMES
from moeviz.charts.screen import study_screen
from moeviz.study.kept import kept_names, kept_result
from moeviz.text import json_text
from tests.charts.figures import assert_plotly_accepts

MARKS = {"yes", "no", "unknown", "waiting"}


@pytest.mark.parametrize("name", kept_names())
def test_every_kept_result_is_plain_data(name):
    result = kept_result(name).result
    screen = study_screen(result, result.spec["sizes"], THEMES["dark"])
    assert json.loads(json_text(screen)) == screen
    assert_plotly_accepts(screen["figure"])
    assert len(screen["curves"]) == len(screen["meters"]) == len(result.curves)
    assert {meter["mark"] for meter in screen["meters"]} <= MARKS - {"waiting"}
    assert {c["name"] for c in screen["curves"] if c["first"]}
    assert screen["n_done"] == sum(len(curve.n) for curve in result.curves)
    assert screen["summary"] in screen["description"]


@pytest.mark.parametrize("theme", THEMES)
def test_a_study_that_has_only_begun_has_a_screen(theme, spec, empty, gapped):
    for result in (empty, gapped):
        screen = study_screen(result, spec["sizes"], THEMES[theme])
        assert json.loads(json_text(screen)) == screen
        assert screen["figure"]["layout"]["paper_bgcolor"] == THEMES[theme].ground
        assert not screen["complete"]


def test_curves_and_meters_wear_the_same_look(spec, result):
    screen = study_screen(result, spec["sizes"], THEMES["light"])
    for place, (curve, meter) in enumerate(zip(screen["curves"], screen["meters"], strict=True)):
        assert meter["curve"] == place
        for part in ("name", "glyph", "colour"):
            assert curve[part] == meter[part]
    means = [t for t in screen["figure"]["data"] if t["meta"]["part"] == "mean"]
    assert [t["line"]["color"] for t in means] == [curve["colour"] for curve in screen["curves"]]
    assert [t["visible"] for t in means] == [curve["first"] for curve in screen["curves"]]


@pytest.mark.parametrize("name", kept_names())
def test_every_trace_says_which_curve_and_part_it_is(name):
    result = kept_result(name).result
    screen = study_screen(result, result.spec["sizes"], THEMES["light"])
    known = {
        "mean",
        "start",
        "band",
        "replicates",
        "predicted",
        "protocol",
        "guide",
        "reach",
        "paper",
        "separation",
        "bound",
        "left",
    }
    for trace in screen["figure"]["data"]:
        assert trace["meta"]["part"] in known
        assert 0 <= trace["meta"]["curve"] < len(result.curves)
        assert trace["meta"].get("measured", False) == (trace["meta"]["part"] == "mean")
