"""Bands: intervals that cover as often as they say, and bars of standard deviations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from moeviz.charts.bands import band_of, band_words, deviations, median_interval, reading_words
from moeviz.charts.convergence import convergence_figure
from moeviz.charts.palette import THEMES
from moeviz.study.kept import kept_result
from moeviz.study.reread import reread
from moeviz.study.statistic import BARS, MEAN, MEDIAN, STATISTICS

THEME = THEMES["light"]
LOSSES = (1.0, 2.0, 3.0, 4.0, 5.0)


@pytest.fixture(scope="module")
def result():
    return kept_result("multinomial-fig2d").result


@pytest.mark.parametrize("count", [6, 10, 20, 40])
def test_the_interval_of_a_median_is_the_shortest_of_ranks_that_covers(count):
    low, high = median_interval(tuple(float(i) for i in range(1, count + 1)))
    rank = int(low)
    assert high == count + 1 - rank
    assert 1 - 2 * binom.cdf(rank - 1, count, 0.5) >= 0.95
    assert 1 - 2 * binom.cdf(rank, count, 0.5) < 0.95


def test_the_interval_of_a_median_contains_it_as_often_as_it_says():
    rng = np.random.default_rng(6)
    hits = 0
    for _ in range(400):
        low, high = median_interval(tuple(rng.exponential(size=21).tolist()))
        hits += low <= math.log(2) <= high
    assert hits / 400 >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 400)


def test_a_missing_loss_counts_as_the_largest():
    assert median_interval((*(float(i) for i in range(1, 10)), None)) == (2.0, 9.0)
    assert median_interval((1.0, 2.0, None)) is None
    assert median_interval((1.0,)) is None


@pytest.mark.parametrize("count", [2, 3])
def test_bars_are_standard_deviations_of_the_replicates(count):
    spread = np.std(LOSSES, ddof=1)
    many = tuple(10.0 + value for value in LOSSES)
    assert deviations(many, MEAN, count) == pytest.approx(
        (13.0 - count * spread, 13.0 + count * spread)
    )
    low, high = deviations(LOSSES, MEDIAN, count)
    assert (low, high) == pytest.approx((1.0, 3.0 + count * spread))
    assert deviations((1.0, None), MEAN, count) is None
    assert deviations((0.0, 0.0), MEAN, count) is None


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("bars", BARS)
def test_the_picture_draws_what_its_study_says(result, statistic, bars):
    again = reread(result, statistic, bars)
    figure = convergence_figure(again, again.spec["sizes"], THEME)
    curve = again.curves[0]
    own = [trace for trace in figure["data"] if trace["meta"]["curve"] == 0]
    (mean,) = (trace for trace in own if trace["meta"]["part"] in ("mean", "start"))
    assert mean["y"] == list(curve.median if statistic == MEDIAN else curve.mean)
    assert f"{'median' if statistic == MEDIAN else 'mean'} loss" in mean["hovertemplate"]
    (band,) = (trace for trace in own if trace["meta"]["part"] == "band")
    low, high = band_of(again.spec, tuple(curve.loss[0]))
    assert low in band["y"]
    assert high in band["y"]
    assert band_words(again.spec) in band["name"]
    said = reading_words(again.spec)
    assert STATISTICS[statistic].words in said
    assert band_words(again.spec) in said


@pytest.mark.parametrize("name", ["multinomial-fig2a", "cosine-fig1a"])
def test_a_printed_line_lies_at_its_level_or_says_that_it_has_none(name):
    result = kept_result(name).result
    figure = convergence_figure(result, result.spec["sizes"], THEME)
    lines = [trace for trace in figure["data"] if trace["meta"]["part"] == "paper"]
    held = [place for place, curve in enumerate(result.curves) if curve.published]
    assert [trace["meta"]["curve"] for trace in lines] == held
    assert len(held) > 0
    for trace in lines:
        curve = result.curves[trace["meta"]["curve"]]
        paper = curve.published
        x, y = np.log(trace["x"]), np.log(trace["y"])
        assert np.polyfit(x, y, 1)[0] == pytest.approx((paper.line or paper).slope)
        if paper.line:
            assert (trace["x"][0], trace["x"][-1]) == (paper.sizes[0], paper.sizes[-1])
            assert trace["y"][0] == pytest.approx(paper.line.at(trace["x"][0])[0])
            assert "printed level" in trace["hovertemplate"]
        else:
            assert (trace["x"][0], trace["y"][0]) == pytest.approx((curve.n[0], curve.mean[0]))
            assert "level is not printed" in trace["hovertemplate"]
