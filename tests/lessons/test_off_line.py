"""How far a curve is from its slope's line, and its means from most of its fits."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from moeviz.lessons.off_line import astray, making_half, off_its_line


def curve_of(*rows, slope=-1.0):
    """A curve of sizes 1, 10, 100, … with these losses."""
    n = [10**place for place in range(len(rows))]
    means = [sum(filter(None, row)) / len(row) for row in rows]
    middles = [(row[0] * row[1]) ** 0.5 for row in rows]
    own = SimpleNamespace(estimate=slope, window=(n[0], n[-1]))
    return SimpleNamespace(n=n, loss=rows, mean=means, geometric=middles, slope=own)


def test_a_curve_on_its_line_is_off_it_by_a_factor_of_one():
    straight = curve_of((100.0, 100.0), (10.0, 10.0), (1.0, 1.0))
    assert off_its_line(straight, "geometric") == pytest.approx(1.0)
    assert astray(straight) == pytest.approx(1.0)


def test_one_fit_that_went_astray_moves_its_mean_and_not_what_its_slope_is_of():
    far = curve_of((100.0, 100.0), (10.0 / 1e4, 10.0 * 1e4), (1.0, 1.0))
    assert off_its_line(far, "geometric") == pytest.approx(1.0)
    assert off_its_line(far, "mean") > 100.0
    assert astray(far) == pytest.approx(5000.0)
    assert making_half(far) == 1


def test_where_there_is_no_line_nothing_is_off_it():
    none = curve_of((1.0, 1.0))
    none.slope, none.mean = None, [None]
    assert off_its_line(none, "geometric") is None
    assert astray(none) is None
    assert making_half(none) is None


def test_where_none_goes_astray_half_of_a_mean_comes_of_half_of_the_fits():
    even = curve_of((1.0, 1.0, 1.0, 1.0), (0.1, 0.1, 0.1, None))
    even.mean[1] = 0.1
    assert making_half(even) == 3
    even.mean[0] = None
    assert making_half(even) == 2
