"""Slopes of synthetic curves with known noise."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from moeviz.study.local_slope import local_slopes
from moeviz.study.slope import NoSlope, fit_line, fit_slope, why_no_slope

SIZES = [1000, 3162, 10000, 31623, 100000]


def curve(rng, exponent, replicates, spread):
    return [
        list(3.0 * n**exponent * np.exp(spread * rng.standard_normal(replicates))) for n in SIZES
    ]


@pytest.mark.parametrize("exponent", [-1.0, -0.5, -0.25, 0.0])
def test_a_power_law_without_noise_gives_its_exponent(exponent):
    slope = fit_slope(SIZES, [[2.0 * n**exponent] * 3 for n in SIZES])
    assert slope.estimate == pytest.approx(exponent, abs=1e-12)
    assert slope.low == pytest.approx(exponent, abs=1e-12)
    assert slope.high == pytest.approx(exponent, abs=1e-12)
    assert slope.window == (1000, 100000)


def test_the_interval_covers_the_exponent_as_often_as_it_says():
    """400 curves: the count of hits lies within four standard deviations of 95 %."""
    rng = np.random.default_rng(11)
    hits = 0
    for trial in range(400):
        slope = fit_slope(SIZES, curve(rng, -0.5, 40, 0.5), seed=trial, draws=500)
        hits += slope.low <= -0.5 <= slope.high
    assert 0.95 - 4 * np.sqrt(0.95 * 0.05 / 400) - 0.01 <= hits / 400 <= 1.0


def test_the_interval_narrows_with_replicates_and_matches_theory():
    rng = np.random.default_rng(5)
    centred = np.log(SIZES) - np.mean(np.log(SIZES))
    for replicates in (50, 200):
        slope = fit_slope(SIZES, curve(rng, -0.5, replicates, 0.5))
        half = 1.96 * 0.5 / np.sqrt(replicates) / np.sqrt(centred @ centred)
        assert (slope.high - slope.low) / 2 == pytest.approx(half, rel=0.25)


def test_the_window_leaves_small_samples_out():
    losses = [[100.0] * 3 if n < 5000 else [n**-0.5] * 3 for n in SIZES]
    assert fit_slope(SIZES, losses, window_from=5000).estimate == pytest.approx(-0.5)
    assert fit_slope(SIZES, losses, window_from=5000).window == (10000, 100000)


def test_too_little_gives_no_slope():
    assert fit_slope([1000], [[1.0, 2.0]]) is None
    assert fit_slope([1000, 2000], [[1.0, 2.0], [1.0]]) is None
    assert fit_slope(SIZES, [[1.0, 2.0]] * 5, window_from=50000) is None


@pytest.mark.parametrize(
    ("losses", "reason"),
    [
        ([[0.0, 0.0], [0.0, 0.0]], NoSlope.ZERO),
        ([[1.0, 1.0], [0.0, 0.0]], NoSlope.SOME_ZERO),
        ([[1.0, 0.0], [0.5, 0.5]], NoSlope.SOME_ZERO),
        ([[2e-17, 0.0], [1e-16, 3e-17]], NoSlope.ROUNDED),
        ([[1.0, None], [0.5, 0.5]], NoSlope.LOST),
        ([[1.0, math.nan], [0.5, 0.5]], NoSlope.LOST),
        ([[1.0, 2.0], [math.inf, 0.5]], NoSlope.LOST),
        ([[None, None], [0.0, 0.0]], NoSlope.LOST),
        ([[1.0, 2.0], [3.0]], NoSlope.TOO_FEW),
        ([[1.0, 2.0], [0.5, 0.5]], None),
    ],
)
def test_a_loss_without_a_logarithm_gives_no_slope_and_a_reason(losses, reason):
    assert why_no_slope([10, 100], losses) is reason
    assert (fit_slope([10, 100], losses) is None) == (reason is not None)


def test_what_is_outside_the_window_does_not_hinder_a_slope():
    losses = [[None, 0.0], [1.0, 1.0], [0.1, 0.1]]
    assert why_no_slope([10, 100, 1000], losses) is NoSlope.LOST
    assert fit_slope([10, 100, 1000], losses, window_from=100).estimate == pytest.approx(-1.0)


@pytest.mark.parametrize("bad", [None, math.nan, math.inf, 0.0])
def test_a_local_slope_is_absent_on_both_sides_of_a_size_without_logarithms(bad):
    rows = local_slopes([10, 100, 1000, 10000], [[1.0] * 2, [0.1, bad], [0.01] * 2, [1e-3] * 2])
    assert [row.slope is None for row in rows] == [True, True, False]
    assert [row.low is None for row in rows] == [True, True, False]
    assert rows[2].slope == pytest.approx(-1.0)


def test_local_slopes_lie_between_sizes():
    rows = local_slopes(SIZES, [[n**-0.5] * 4 for n in SIZES])
    assert len(rows) == 4
    for row, (a, b) in zip(rows, itertools.pairwise(SIZES), strict=True):
        assert row.slope == pytest.approx(-0.5)
        assert a < row.n < b
        assert row.low <= row.slope <= row.high


def test_equal_losses_have_their_line_found_once():
    large, small = [1.0, 2.0, 1.5, 1.2, 1.7], [0.5, 0.25, 0.75, 0.33, 0.41]
    first = fit_line([10, 100], [large, small], 10, "mean")
    assert fit_line((10, 100), (tuple(large), tuple(small)), 10, statistic="mean") == first
    others = [
        fit_line([10, 100], [large, small], 20, "mean"),
        fit_line([10, 100], [large, small], 10, "median"),
        fit_line([10, 1000], [large, small], 10, "mean"),
        fit_line([10, 100], [large, small[:-1]], 10, "mean"),
        fit_line([10, 100], [large, small], 10, "mean", seed=1),
        fit_line([10, 100], [large, [0.6, *small[1:]]], 10, "mean"),
    ]
    assert first not in others
    assert first is fit_line([10, 100], [list(large), list(small)], 10, "mean")
