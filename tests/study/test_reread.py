"""A finished result is read anew under another statistic, and held against papers in theirs."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from moeviz.charts.printed import printed
from moeviz.errors import UnknownNameError
from moeviz.study import PRESETS, Published, Result
from moeviz.study.against import held_against
from moeviz.study.fields import FIELDS
from moeviz.study.kept import kept_result
from moeviz.study.presets import PrintedLine
from moeviz.study.reread import all_slopes, as_drawn, reread
from moeviz.study.slope import fit_slope
from moeviz.study.statistic import BARS, DEFAULT, MEAN, MEDIAN, STATISTICS
from moeviz.text import json_text

EM = "multinomial-fig2d"


@pytest.fixture(scope="module")
def result():
    return kept_result(EM).result


def test_a_result_read_as_it_is_stays_what_it_is(result):
    assert reread(result, DEFAULT) is result


@pytest.mark.parametrize("statistic", [MEAN, MEDIAN])
def test_slopes_are_those_of_the_losses_that_are_there(result, statistic):
    again = reread(result, statistic)
    assert again.hash == result.hash == again.spec.hash
    for old, new in zip(result.curves, again.curves, strict=True):
        assert (new.loss, new.mean, new.median) == (old.loss, old.mean, old.median)
        fresh = fit_slope(old.n, old.loss, seed=result.spec["seed"], statistic=statistic)
        assert new.slope == fresh != old.slope
        assert len(new.local_slope) == len(old.local_slope)
    back = reread(again, DEFAULT)
    for old, new in zip(result.curves, back.curves, strict=True):
        assert new.slope.estimate == pytest.approx(old.slope.estimate, abs=1e-4)


def test_another_band_leaves_every_number_alone(result):
    again = reread(result, DEFAULT, "2sd")
    assert again.spec["bars"] == "2sd"
    assert (again.curves, again.hash) == (result.curves, result.hash)


def test_what_is_unknown_is_refused(result):
    with pytest.raises(UnknownNameError, match="geometric, mean, median"):
        reread(result, "mode")
    with pytest.raises(UnknownNameError, match="interval, 2sd, 3sd"):
        reread(result, MEAN, "4sd")


def test_a_result_read_anew_survives_json(result):
    again = reread(result, MEDIAN, "3sd")
    assert Result.from_json(json.loads(json_text(again.to_json()))) == again


@pytest.mark.parametrize("name", ["statistic", "bars"])
def test_how_losses_are_read_is_no_part_of_a_studys_identity(name):
    preset = PRESETS["cosine-exact"]
    options = FIELDS[name].options
    assert options == tuple(STATISTICS if name == "statistic" else BARS)
    assert len({preset.build({name: option}).hash for option in options}) == 1


def test_only_medians_change_what_is_drawn(result):
    assert as_drawn(reread(result, MEAN)).curves[0].mean == result.curves[0].mean
    drawn = as_drawn(reread(result, MEDIAN))
    assert [curve.mean for curve in drawn.curves] == [curve.median for curve in result.curves]


def test_plain_data_has_slopes_under_all_statistics_and_stands_beside_the_paper(result):
    data = printed(result)
    for curve, said in zip(result.curves, data["curves"], strict=True):
        slopes = all_slopes(result.spec, curve)
        assert list(said["slopes"]) == list(slopes) == list(STATISTICS)
        for name, slope in slopes.items():
            assert said["slopes"][name]["estimate"] == slope.estimate
        assert said["slopes"][DEFAULT]["estimate"] == curve.slope.estimate
        against = said["against_paper"]
        assert (against is None) == (curve.published is None)
        if against:
            assert against["slope"]["estimate"] == slopes[MEAN].estimate
            assert against["printed_level"]["value"] == curve.published.line.at(curve.n[-1])[0]


SIZES = (1000, 10000, 100000)


def of(result, factor, exponent, paper, spread=0.01):
    """A curve with losses near factor n^exponent, of which a paper prints something."""
    rng = np.random.default_rng(1)
    rows = [factor * n**exponent * np.exp(spread * rng.standard_normal(12)) for n in SIZES]
    loss = tuple(tuple(row.tolist()) for row in rows)
    slope = fit_slope(SIZES, loss)
    return replace(result.curves[0], n=SIZES, loss=loss, slope=slope, published=paper)


LINE = PrintedLine(20.0, -0.5, (19.5, 20.5), 0.005, "20 n^(-0.5)")


@pytest.mark.parametrize(
    ("factor", "exponent", "slope", "level"),
    [(20.0, -0.5, True, True), (20.0, -0.3, False, False), (80.0, -0.5, True, False)],
)
def test_slope_and_level_are_held_against_the_printed_line(result, factor, exponent, slope, level):
    paper = Published(-0.5, "a paper", statistic=MEAN, line=LINE)
    found = held_against(result.spec, of(result, factor, exponent, paper))
    assert (found.slope_inside, found.level_inside) == (slope, level)
    assert found.printed.value == pytest.approx(20.0 / math.sqrt(1e5))
    assert found.level.value == pytest.approx(factor * 1e5**exponent, rel=0.02)
    assert found.level.low < found.level.value < found.level.high


def test_a_paper_without_a_printed_line_has_no_level(result):
    found = held_against(result.spec, of(result, 1.0, -0.5, Published(-0.5, "x", statistic=MEAN)))
    assert found.slope_inside is True
    assert found.printed is found.level_inside is None


def test_where_no_slope_is_there_nothing_is_decided(result):
    paper = Published(-0.5, "x", statistic=MEAN, line=LINE)
    lost = replace(of(result, 1.0, -0.5, paper), loss=((None, 1.0),) * 3)
    found = held_against(result.spec, lost)
    assert found.slope is found.level is found.slope_inside is found.level_inside is None
    assert held_against(result.spec, of(result, 1.0, -0.5, None)) is None


def test_the_papers_statistic_is_not_ours_where_replicates_go_astray(result):
    """The kept EM runs of the paper's Regime 2 with a modified gate: means fall twice as fast."""
    (curve,) = (curve for curve in result.curves if curve.published)
    found = held_against(result.spec, curve)
    assert found.slope.estimate < 2 * curve.slope.estimate < 0
