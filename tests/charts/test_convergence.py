"""The figure of a study shows every point and says what each line is."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from moeviz.charts.bands import mean_interval
from moeviz.charts.chosen import first_curves
from moeviz.charts.convergence import convergence_figure, size_text
from moeviz.charts.guides import power_text
from moeviz.charts.palette import THEMES
from moeviz.charts.words import describe, whole
from moeviz.study import PRESETS, assemble, plan, run_block, split
from moeviz.study.kept import kept_names, kept_result
from tests.charts.figures import assert_plotly_accepts

THEME = THEMES["light"]


def parts(figure, part):
    return [trace for trace in figure["data"] if trace["meta"]["part"] == part]


def measured(figure):
    return [trace for trace in figure["data"] if trace["meta"].get("measured")]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_plotly_accepts_the_figure(theme, spec, result, empty, gapped):
    for each in (result, empty, gapped):
        figure = convergence_figure(each, spec["sizes"], theme)
        assert_plotly_accepts(figure)


def test_every_curve_shows_its_means_and_every_replicate(spec, result):
    figure = convergence_figure(result, spec["sizes"], THEME)
    lines = measured(figure)
    assert lines == parts(figure, "mean")
    assert [line["name"] for line in lines] == [curve.label for curve in result.curves]
    for line, curve in zip(lines, result.curves, strict=True):
        assert line["x"] == list(curve.n)
        assert line["y"] == list(curve.mean)
        (dots,) = (t for t in figure["data"] if t["name"] == f"{curve.label}, replicates")
        losses = [loss for losses in curve.loss for loss in losses]
        assert dots["y"] == pytest.approx(losses, rel=5e-4)


def test_only_the_curves_that_answer_are_visible_at_first(spec, result):
    figure = convergence_figure(result, spec["sizes"], THEME)
    first = first_curves(result.curves)
    for part in ("mean", "band", "replicates"):
        on = [trace["meta"]["curve"] for trace in parts(figure, part) if trace["visible"]]
        assert on == list(first)
    guides = parts(figure, "guide")
    assert [g["visible"] for g in guides] == [
        bool({*g["meta"]["curves"]} & {*first}) for g in guides
    ]


def test_starts_of_a_protocol_are_thin_lines_of_their_own():
    spec = PRESETS["cosine-fig1a"].build({"sizes": (200, 400), "replicates": 2, "epochs": 1})
    curves = plan(spec).curves
    assert not all(curve.trained for curve in curves)
    found = {block.id: run_block(spec, block) for block in split(spec)}
    figure = convergence_figure(assemble(spec, found, 1.0, "cpu"), spec["sizes"], THEME)
    lines = [t for t in figure["data"] if t["meta"]["part"] in ("mean", "start", "left")]
    assert [line["name"] for line in lines] == [curve.label for curve in curves]
    for line, curve in zip(lines, curves, strict=True):
        assert (line["meta"]["part"] == "mean") == curve.trained
        assert line["meta"].get("measured", False) == curve.trained
        assert all(y > 0 for y in line["y"])


def test_no_two_curves_share_colour_or_dash_and_marker(spec, result):
    lines = measured(convergence_figure(result, spec["sizes"], THEME))
    assert len({line["marker"]["symbol"] for line in lines}) == len(lines)
    looks = {(line["line"]["dash"], line["marker"]["symbol"]) for line in lines}
    assert len(looks) == len(lines)


def test_predicted_lines_fall_by_half_a_decade_per_decade(spec, result):
    figure = convergence_figure(result, spec["sizes"], THEME)
    predicted = parts(figure, "predicted")
    wanted = [c for c in result.curves if c.predicted_constant is not None]
    assert len(predicted) == len(wanted) > 0
    for line, curve in zip(predicted, wanted, strict=True):
        (a, b), (y, z) = line["x"], line["y"]
        assert (a, b) == (min(spec["sizes"]), max(spec["sizes"]))
        assert math.log(z / y) / math.log(b / a) == pytest.approx(-0.5)
        assert y == pytest.approx(curve.predicted_constant / math.sqrt(a))


def slope_of(guide):
    (a, b), (y, z) = guide["x"][:2], guide["y"][:2]
    return math.log(z / y) / math.log(b / a)


def test_one_triangle_per_exponent_with_that_slope(spec, result):
    guides = parts(convergence_figure(result, spec["sizes"], THEME), "guide")
    exponents = [c.claim.exponent for c in result.curves]
    assert {round(slope_of(g), 9) for g in guides} == {*exponents} - {None}
    for guide in guides:
        assert slope_of(guide) == pytest.approx(exponents[guide["meta"]["curve"]])
        assert guide["meta"]["curves"] == [
            i for i, e in enumerate(exponents) if e == exponents[guide["meta"]["curve"]]
        ]


@pytest.mark.parametrize("name", kept_names())
def test_a_triangle_is_closed_and_lies_on_the_axis_of_n(name):
    result = kept_result(name).result
    sizes = result.spec["sizes"]
    figure = convergence_figure(result, sizes, THEME)
    steep = {c.claim.exponent for c in result.curves} - {None}
    guides = parts(figure, "guide")
    assert len(guides) == (len(steep) if len(sizes) > 1 else 0)
    for guide in guides:
        x, y = guide["x"], guide["y"]
        assert min(sizes) * 0.999 <= min(x) <= max(x) <= max(sizes) * 1.001
        flat = slope_of(guide) == pytest.approx(0.0)
        assert flat == (len(set(y)) == 1)
        assert flat or (x[0], y[0]) == (x[-1], y[-1])


@pytest.mark.parametrize("name", ["cosine-exact", "compete-exact", "multinomial-exact"])
def test_a_triangle_covers_no_point_of_a_curve_that_is_on(name):
    result = kept_result(name).result
    figure = convergence_figure(result, result.spec["sizes"], THEME)
    guides = [g for g in parts(figure, "guide") if g["visible"]]
    assert guides
    for guide in guides:
        (a, b), (y, z) = guide["x"][:2], guide["y"][:2]
        for line in measured(figure):
            for n, mean in zip(line["x"], line["y"], strict=True):
                if line["visible"] and a <= n <= b:
                    slanted = y * (n / a) ** slope_of(guide)
                    low, high = sorted((slanted, min(y, z) if min(y, z) in guide["y"][2:] else y))
                    assert not low < mean < high


def test_bands_contain_the_means(spec, result):
    figure = convergence_figure(result, spec["sizes"], THEME)
    for band, curve in zip(parts(figure, "band"), result.curves, strict=True):
        ends = list(zip(band["x"], band["y"], strict=True))
        for n, mean, losses in zip(curve.n, curve.mean, curve.loss, strict=True):
            low, high = sorted(y for x, y in ends if x == n)
            assert low <= mean <= high
            assert min(losses) <= low
            assert high <= max(losses)


@given(st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=30))
def test_an_interval_is_positive_and_contains_the_mean(losses):
    low, high = mean_interval(tuple(losses))
    mean = math.fsum(losses) / len(losses)
    assert 0 < low <= mean * (1 + 1e-12)
    assert mean * (1 - 1e-12) <= high


@given(st.lists(st.floats(0.5, 2.0), min_size=3, max_size=30), st.floats(1e-3, 1e3))
def test_an_interval_moves_with_the_unit_of_the_loss(losses, factor):
    once = mean_interval(tuple(losses))
    scaled = mean_interval(tuple(factor * loss for loss in losses))
    assert scaled == pytest.approx([factor * end for end in once])


@pytest.mark.parametrize("losses", [(), (0.1,), (0.1, None), (0.1, 0.0), (0.1, math.inf)])
def test_no_interval_without_two_positive_losses(losses):
    assert mean_interval(losses) is None


def test_the_interval_is_students(rng):
    losses = torch.rand(50, generator=rng, dtype=torch.float64) + 0.5
    low, high = mean_interval(tuple(losses.tolist()))
    error = float(losses.std()) / math.sqrt(50)
    assert math.sqrt(low * high) == pytest.approx(float(losses.mean()))
    assert math.log(high / low) / 2 == pytest.approx(2.00957 * error / float(losses.mean()), 1e-4)


def test_the_reach_is_marked_on_the_axis_of_n(spec, result):
    marks = parts(convergence_figure(result, spec["sizes"], THEME), "reach")
    assert len(marks) == len({(fit.name, fit.reach) for fit in result.truth})
    for mark in marks:
        fit = result.curves[mark["meta"]["curve"]].fit
        (report,) = (one for one in result.truth if one.fit == fit)
        assert whole(report.reach) in mark["text"][0]
        if mark["marker"]["symbol"] == "line-ns":
            assert mark["x"] == pytest.approx([report.reach])


@pytest.mark.parametrize(
    ("reach", "symbol"),
    [(None, "triangle-right"), (1e9, "triangle-right"), (3.0, "triangle-left"), (500, "line-ns")],
)
def test_a_reach_beyond_the_axis_is_an_arrow_at_its_edge(reach, symbol, spec, result):
    fit = replace(result.truth[0], reach=reach)
    figure = convergence_figure(replace(result, truth=(fit,)), spec["sizes"], THEME)
    (mark,) = parts(figure, "reach")
    assert mark["marker"]["symbol"] == symbol
    low, high = figure["layout"]["xaxis"]["range"]
    assert low < math.log10(mark["x"][0]) < high


def test_a_reach_that_is_not_defined_is_not_drawn(spec, result):
    fits = tuple(replace(fit, null=None) for fit in result.truth)
    figure = convergence_figure(replace(result, truth=fits), spec["sizes"], THEME)
    assert parts(figure, "reach") == []


@pytest.mark.parametrize(
    ("exponent", "text"), [(-0.5, "−1/2"), (-0.25, "−1/4"), (0.0, "0"), (-0.37123, "−0.37")]
)
def test_powers_are_written_as_fractions(exponent, text):
    assert power_text(exponent) == f"n<sup>{text}</sup>"


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
    assert "no slope so far" in describe(empty)


@pytest.mark.parametrize(
    ("n", "text"), [(300, "300"), (1000, "10³"), (3162, "3,162"), (10**7, "10⁷"), (10, "10")]
)
def test_sizes_are_written_for_people(n, text):
    assert size_text(n) == text
