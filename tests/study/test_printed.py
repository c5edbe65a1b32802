"""What is printed is complete, consistent in itself, and held against nothing but its own curve."""

from __future__ import annotations

import math

import pytest

from moeviz.study import PRESETS, plan
from moeviz.study.presets import FIGURES, PRINTED
from moeviz.study.presets.printed import evenly
from moeviz.study.statistic import STATISTICS

SLOPES = [figure for figure in FIGURES if figure.slopes]
NAMES = [figure.name for figure in SLOPES]
LINES = [name for name in NAMES if PRINTED[name][0].line]


def test_there_are_fifteen_figures_and_fourteen_of_them_print_slopes():
    assert len(FIGURES) == len({figure.name for figure in FIGURES}) == 15
    assert list(PRINTED) == NAMES
    assert len(NAMES) == 14
    assert all(name in PRESETS for name in NAMES)


@pytest.mark.parametrize("figure", SLOPES, ids=NAMES)
def test_each_printed_slope_knows_what_it_is_of(figure):
    for one in PRINTED[figure.name]:
        assert one.source == figure.source
        assert -0.6 < one.slope < 0
        assert one.estimator in PRESETS[figure.name].defaults["estimators"]
        assert one.statistic in STATISTICS
        assert one.bars == {"cosine": 2, "sigmoid": 3, "multinomial": 0}[figure.paper]
        assert (one.line is not None) == (figure.paper == "multinomial")
        assert list(one.sizes) == sorted(set(one.sizes))


@pytest.mark.parametrize("name", LINES)
def test_a_printed_line_has_the_printed_slope_and_the_level_that_its_axes_show(name):
    """Ends of the vertical axes of `multinomial` Fig. 1 and 2, as printed or as decades."""
    (one,) = PRINTED[name]
    logs = {"multinomial-fig1a": (-1, 4), "multinomial-fig1b": (0, 2.5)}
    low, high = logs.get(name, (math.log(0.9), math.log(110)))
    assert round(one.line.slope, 2) == one.slope
    for n in (one.sizes[0], one.sizes[-1]):
        value, least, most = one.line.at(n)
        assert least < value < most < 1.2 * least
        assert low - 0.05 < math.log(value) < high
    assert str(abs(one.line.slope)) in one.line.printed


@pytest.mark.parametrize(
    ("name", "n", "level"),
    [("multinomial-fig2a", 1e5, 20.5), ("multinomial-fig2b", 1e5, 89.0)],
)
def test_levels_at_the_largest_size(name, n, level):
    assert PRINTED[name][0].line.at(n)[0] == pytest.approx(level, rel=0.01)


def test_sizes_are_as_many_as_printed_and_two_figures_have_one_step():
    counts = {name: len(PRINTED[name][0].sizes) for name in LINES}
    assert sorted(counts.values()) == [20, 20, 28, 35, 200, 200]
    steps = [PRINTED[f"multinomial-fig2{letter}"][0].sizes for letter in "ab"]
    first, second = ((sizes[-1] - sizes[0]) / (len(sizes) - 1) for sizes in steps)
    assert first == pytest.approx(second, rel=0.002)
    assert evenly(10, 20, 3) == (10, 15, 20)


@pytest.mark.parametrize("name", NAMES)
def test_a_slope_is_held_only_against_the_curve_that_the_paper_ran(name):
    preset = PRESETS[name]
    held = [curve for curve in plan(preset.build({})).curves if curve.published]
    assert {curve.estimator for curve in held} == {one.estimator for one in PRINTED[name]}
    assert len(held) == len({curve.fit for curve in held}) == len(PRINTED[name])
    other = plan(preset.build({"estimators": ("converged",)})).curves
    assert len(other) > 0
    assert not [curve for curve in other if curve.published]
