"""What is said of a protocol's prediction, and where it is drawn besides the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moeviz.charts.protocol_words import predicted_slope, protocol_words
from moeviz.charts.sentences import curve_words
from moeviz.cli.study_text import reach_json, reach_text, study_text
from moeviz.export.drawing import drawing
from moeviz.study import PRESETS, assemble, plan, run_block

SIZES = (100, 300, 1000)


@pytest.fixture(scope="module")
def result():
    spec = PRESETS["cosine-exact"].build(
        {
            "routers": ("perturbed-cosine",),
            "estimators": ("sgd",),
            "gauges": ("pinned",),
            "losses": ("paper",),
            "untrained": "none",
            "sizes": SIZES,
            "replicates": 2,
            "candidates": 2,
            "epochs": 1,
        }
    )
    return assemble(spec, {b.id: run_block(spec, b) for b in plan(spec).blocks}, 1.0, "cpu")


def predicting(result, values, shifts=(0.0, 0.0, 0.0), rate=0.1):
    curve = replace(
        result.curves[0], predicted_protocol=values, protocol_shift=shifts, protocol_rate=rate
    )
    return replace(result, curves=(curve,))


def test_the_slope_of_the_prediction_is_said(result):
    made = predicting(result, tuple(n**-0.25 for n in SIZES))
    (curve,) = made.curves
    assert predicted_slope(curve) == pytest.approx(-0.25)
    assert "Starts, steps and batches alone predict −0.25." in curve_words(made.spec, curve)
    assert predicted_slope(curve, 1000) is None
    assert predicted_slope(replace(curve, n=(100,))) is None


def test_where_it_does_not_hold_is_said(result):
    (curve,) = predicting(result, (1.0, 0.5, 0.2), (0.0, None, 0.1)).curves
    assert "holds at 2 of 3 sample sizes" in protocol_words(curve)
    (curve,) = predicting(result, (1.0, 0.5, 0.2), (1.0, None, 3.0)).curves
    assert "Nothing is predicted of this protocol" in protocol_words(curve)
    (curve,) = predicting(result, (None, None, None), (None, None, None), 5.5).curves
    assert "diverges" in protocol_words(curve)
    assert "5.5" in protocol_words(curve)
    (curve,) = predicting(result, None, None, None).curves
    assert protocol_words(curve) == ""


def test_the_command_line_prints_it_beside_the_information(result):
    made = predicting(result, (0.125, 0.25, 0.5), (0.0, None, 0.0))
    text = study_text(made)
    assert "recursion 0.125" in text
    assert "recursion -" in text
    assert "recursion" not in study_text(predicting(result, None, None, None))


def test_the_command_reach_prints_it_without_a_fit(result):
    spec = result.spec
    (block,) = [block for block in plan(spec).blocks if block.kind == "information"]
    report = reach_json(spec, [run_block(spec, block)])
    said = report["fits"][0]["predicted"][0]["protocol"]
    assert said["loss"] == list(result.curves[0].predicted_protocol)
    assert said["n"] == list(SIZES)
    assert all(said["holds"])
    assert f"its recursion: {said['loss'][0]:.4g} at 100" in reach_text(report)
    none = PRESETS["cosine-exact"].build({"candidates": 2, "sizes": (100,)})
    blocks = [block for block in plan(none).blocks if block.kind == "information"]
    report = reach_json(none, [run_block(none, block) for block in blocks])
    assert {each["protocol"] for fit in report["fits"] for each in fit["predicted"]} == {None}
    assert "recursion" not in reach_text(report)


def test_files_draw_it_in_stretches(result):
    (line,) = drawing(predicting(result, (0.125, 0.25, 0.5))).lines
    assert line.protocol == (((100.0, 0.125), (300.0, 0.25), (1000.0, 0.5)),)
    (line,) = drawing(predicting(result, (0.125, 0.25, 0.5), (0.0, 0.0, None))).lines
    assert line.protocol == (((100.0, 0.125), (300.0, 0.25)),)
    (line,) = drawing(predicting(result, (0.125, 0.25, 0.5), (0.0, 9.0, 0.0))).lines
    assert line.protocol == ()
