"""Each statistic reads synthetic losses of which it is known what it has to find."""

from __future__ import annotations

import math

import numpy as np
import pytest

from moeviz.errors import UnknownNameError
from moeviz.study.local_slope import local_slopes
from moeviz.study.slope import Line, NoSlope, fit_line, fit_slope, slope_of, why_no_slope
from moeviz.study.statistic import DEFAULT, MEAN, MEDIAN, STATISTICS, statistic_named

SIZES = [1000, 3162, 10000, 31623, 100000]


def astray(n, replicates, strays):
    """Losses n^(−1/2), of which some are n^0: what the mean sees, and the median does not."""
    return [1.0] * strays + [n**-0.5] * (replicates - strays)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("exponent", [-1.0, -0.5, 0.25])
def test_where_all_replicates_agree_every_statistic_finds_the_exponent_and_the_level(
    statistic, exponent
):
    line = fit_line(SIZES, [[3.0 * n**exponent] * 4 for n in SIZES], 5000, statistic)
    assert line.slope.estimate == pytest.approx(exponent, abs=1e-12)
    assert (line.slope.low, line.slope.high) == pytest.approx((exponent, exponent), abs=1e-12)
    level = line.level
    assert level.n == 5000
    assert (level.value, level.low, level.high) == pytest.approx((3.0 * 5000**exponent,) * 3)


def test_replicates_that_go_astray_move_the_mean_and_leave_the_median():
    """The closed forms: of 10 losses 2 are 1 and 8 are n^(−1/2)."""
    rows = [astray(n, 10, 2) for n in SIZES]
    log_n = np.log(SIZES)
    means = np.log([0.2 + 0.8 * n**-0.5 for n in SIZES])
    assert slope_of(rows, SIZES, MEDIAN).estimate == pytest.approx(-0.5)
    assert slope_of(rows, SIZES).estimate == pytest.approx(-0.4)
    assert slope_of(rows, SIZES, MEAN).estimate == pytest.approx(np.polyfit(log_n, means, 1)[0])


def test_spread_that_shrinks_steepens_the_mean_by_what_a_lognormal_says():
    """Losses n^(−1/4) exp(s z) with s² = 4 − log10 n / 2: the mean's slope has −1 / (4 ln 10)."""
    rng = np.random.default_rng(3)
    rows = []
    for n in SIZES:
        spread = math.sqrt(4.0 - math.log10(n) / 2)
        half = spread * rng.standard_normal(20000)
        rows.append(list(n**-0.25 * np.exp(np.concatenate([half, -half]))))
    expected = -0.25 - 0.25 / math.log(10)
    mean = fit_slope(SIZES, rows, statistic=MEAN, draws=400)  # of 40,000 numbers each
    assert mean.low <= expected <= mean.high
    assert mean.high - mean.low < 0.1
    few = {"draws": 2}  # only intervals are drawn
    assert fit_slope(SIZES, rows, **few).estimate == pytest.approx(-0.25, abs=1e-9)
    median = fit_slope(SIZES, rows, statistic=MEDIAN, **few)
    assert median.estimate == pytest.approx(-0.25, abs=1e-2)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_intervals_of_slope_and_level_cover_as_often_as_they_say(statistic):
    """200 curves of symmetric lognormals with one spread: all statistics have one exponent."""
    rng = np.random.default_rng(8)
    lift = math.exp(0.5 * 0.4**2) if statistic == MEAN else 1.0
    hits = np.zeros(2)
    for trial in range(200):
        rows = [list(n**-0.5 * np.exp(0.4 * rng.standard_normal(40))) for n in SIZES]
        line = fit_line(SIZES, rows, SIZES[-1], statistic, seed=trial, draws=400)
        level = line.level
        hits += (
            line.slope.low <= -0.5 <= line.slope.high,
            level.low <= lift * SIZES[-1] ** -0.5 <= level.high,
        )
    assert (hits / 200 >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 200) - 0.01).all()


def test_the_default_is_the_mean_of_logarithms():
    rng = np.random.default_rng(2)
    rows = [list(rng.lognormal(size=30) * n**-0.5) for n in SIZES]
    assert DEFAULT == "geometric"
    assert fit_slope(SIZES, rows) == fit_slope(SIZES, rows, statistic="geometric")
    logs = [np.mean(np.log(row)) for row in rows]
    assert fit_slope(SIZES, rows).estimate == pytest.approx(np.polyfit(np.log(SIZES), logs, 1)[0])


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        ([1.0, 1.0, 1.0, 1.0, None], (NoSlope.LOST, NoSlope.LOST, None)),
        ([1.0, 1.0, None, None, None], (NoSlope.LOST, NoSlope.LOST, NoSlope.LOST)),
        ([1.0, 1.0, 1.0, 1.0, 0.0], (NoSlope.SOME_ZERO, None, None)),
        ([1.0, 0.0, 0.0, 0.0, 0.0], (NoSlope.SOME_ZERO, None, NoSlope.SOME_ZERO)),
        ([0.0] * 5, (NoSlope.SOME_ZERO, NoSlope.SOME_ZERO, NoSlope.SOME_ZERO)),
        ([1.0, 2.0, 3.0, 4.0, 5.0], (None, None, None)),
    ],
)
def test_what_is_missing_or_zero_hinders_only_the_statistics_that_need_it(row, reasons):
    """Forty replicates, so that no bootstrap sample of a well-behaved row is all zero or lost."""
    losses = [[0.5] * 40, row * 8]
    found = tuple(why_no_slope([10, 100], losses, statistic=name) for name in STATISTICS)
    assert found == reasons
    drawn = [fit_slope([10, 100], losses, statistic=name) is not None for name in STATISTICS]
    assert drawn == [why is None for why in reasons]


def test_an_interval_without_an_end_is_none():
    """One of three replicates is missing or zero: 7 of 27 samples have most of them so."""
    assert fit_line([10, 100], [[1.0, 1.0, None], [1.0] * 3], 10, MEDIAN) is NoSlope.LOST
    assert fit_line([10, 100], [[1.0, 1.0, 0.0], [1.0] * 3], 10, MEDIAN) is NoSlope.SOME_ZERO
    assert isinstance(fit_line([10, 100], [[1.0] * 3, [1.0] * 3], 10, MEDIAN), Line)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_local_slopes_of_each_statistic_have_its_own_error(statistic):
    """Errors are those of 400 repetitions, to a fifth."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(400):
        rows = [list(n**-0.5 * np.exp(0.3 * rng.standard_normal(50))) for n in (1000, 10000)]
        found.append(local_slopes([1000, 10000], rows, statistic)[0])
    slopes = np.array([one.slope for one in found])
    errors = np.array([(one.high - one.low) / 4 for one in found])
    assert slopes.mean() == pytest.approx(-0.5, abs=4 * slopes.std() / 20)
    assert errors.mean() == pytest.approx(slopes.std(), rel=0.2)


def test_an_unknown_statistic_is_refused_with_those_there_are():
    with pytest.raises(UnknownNameError, match="geometric, mean, median"):
        statistic_named("mode")
    with pytest.raises(UnknownNameError, match="but got 'mode'"):
        slope_of([[1.0, 1.0]] * 2, [10, 100], "mode")
