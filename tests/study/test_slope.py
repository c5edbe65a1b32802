"""Slopes of synthetic curves with known noise."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from moeviz.study.slope import fit_slope, local_slopes

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


def test_a_loss_of_zero_does_not_break_the_slope():
    slope = fit_slope([10, 100], [[1.0, 1.0], [0.0, 0.0]])
    assert np.isfinite(slope.estimate)


def test_local_slopes_lie_between_sizes():
    rows = local_slopes(SIZES, [[n**-0.5] * 4 for n in SIZES])
    assert len(rows) == 4
    for row, (a, b) in zip(rows, itertools.pairwise(SIZES), strict=True):
        assert row["slope"] == pytest.approx(-0.5)
        assert a < row["n"] < b
        assert row["low"] <= row["slope"] <= row["high"]
