"""The figure of a study shows every point and says what each line is."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from moeviz.charts.convergence import convergence_figure, size_text
from moeviz.charts.palette import THEMES
from moeviz.charts.words import describe
from tests.charts.figures import assert_plotly_accepts

THEME = THEMES["light"]


def measured(figure):
    return [trace for trace in figure["data"] if trace.get("meta", {}).get("measured")]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_plotly_accepts_the_figure(theme, spec, result, empty, gapped):
    for each in (result, empty, gapped):
        figure = convergence_figure(each, spec["sizes"], theme)
        assert_plotly_accepts(figure)


def test_every_curve_shows_its_means_and_every_replicate(spec, result):
    figure = convergence_figure(result, spec["sizes"], THEME)
    lines = measured(figure)
    assert [line["name"] for line in lines] == [curve.label for curve in result.curves]
    for line, curve in zip(lines, result.curves, strict=True):
        assert line["x"] == list(curve.n)
        assert line["y"] == list(curve.mean)
        (dots,) = (t for t in figure["data"] if t["name"] == f"{curve.label}, replicates")
        assert dots["y"] == [loss for losses in curve.loss for loss in losses]


def test_no_two_curves_share_colour_or_dash_and_marker(spec, result):
    lines = measured(convergence_figure(result, spec["sizes"], THEME))
    assert len({line["marker"]["symbol"] for line in lines}) == len(lines)
    looks = {(line["line"]["dash"], line["marker"]["symbol"]) for line in lines}
    assert len(looks) == len(lines)


def test_predicted_lines_fall_by_half_a_decade_per_decade(spec, result):
    figure = convergence_figure(result, spec["sizes"], THEME)
    predicted = [t for t in figure["data"] if t["name"].endswith(", predicted")]
    wanted = [c for c in result.curves if c.predicted_constant is not None]
    assert len(predicted) == len(wanted) > 0
    for line, curve in zip(predicted, wanted, strict=True):
        (a, b), (y, z) = line["x"], line["y"]
        assert (a, b) == (min(spec["sizes"]), max(spec["sizes"]))
        assert math.log(z / y) / math.log(b / a) == pytest.approx(-0.5)
        assert y == pytest.approx(curve.predicted_constant / math.sqrt(a))


def test_one_guide_per_exponent_with_that_slope(spec, result):
    figure = convergence_figure(result, spec["sizes"], THEME)
    guides = [t for t in figure["data"] if t["name"].endswith("(theory)")]
    exponents = {c.claim.exponent for c in result.curves} - {None}
    slopes = {
        round(math.log(g["y"][1] / g["y"][0]) / math.log(g["x"][1] / g["x"][0]), 9) for g in guides
    }
    assert slopes == exponents
    assert len(guides) == len(exponents)


def test_the_axis_of_sizes_stands_from_the_first_point_on(spec, result, empty):
    axes = [
        convergence_figure(each, spec["sizes"], THEME)["layout"]["xaxis"]
        for each in (result, empty)
    ]
    assert axes[0] == axes[1]


def test_a_loss_that_no_logarithm_can_show_leaves_a_gap(spec, result):
    curve = replace(result.curves[0], mean=(math.nan, 0.0, 0.1))
    figure = convergence_figure(replace(result, curves=(curve,)), spec["sizes"], THEME)
    assert measured(figure)[0]["y"] == [None, None, 0.1]
    json.dumps(figure, allow_nan=False)


def test_the_description_says_every_slope(result, empty):
    text = describe(result)
    for curve in result.curves:
        assert curve.label in text
        assert f"{curve.slope.estimate:.2f}".replace("-", "−") in text
    assert "no slope yet" in describe(empty)


@pytest.mark.parametrize(
    ("n", "text"), [(300, "300"), (1000, "10³"), (3162, "3,162"), (10**7, "10⁷"), (10, "10")]
)
def test_sizes_are_written_for_people(n, text):
    assert size_text(n) == text
