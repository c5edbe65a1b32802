"""What maps and designed truths establish, as the documentation's tables have it."""

from __future__ import annotations

from moeviz.charts.established import DESIGNED, designed_rows, map_hours, map_rows
from moeviz.study.kept import kept_result
from moeviz.study.presets import PRESETS
from moeviz.study.protocol_kept import KeptMap, kept_map, map_names
from moeviz.text import signed
from tests.charts.map_results import PAIR, curve, made

FIRST, SECOND = (one.slope for one in PAIR.published)


def row_of(cells, start=0.0):
    """Return the row of the figure whose map has these cells."""
    kept = KeptMap("2026-01-01", "cpu", made(PAIR, cells, start=start))
    rows = map_rows({PAIR.preset: kept}.get)
    return rows[map_names().index(PAIR.preset)]


def test_a_row_counts_what_appears_together_and_by_itself():
    both, first = (curve(FIRST), curve(SECOND)), (curve(FIRST), curve(SECOND + 1.0))
    other = (curve(FIRST + 1.0), curve(SECOND + 1.0))
    _, together, each, level, so = row_of([both, first, other, other, other, other])
    assert together == "1 of 6"
    assert f"{signed(FIRST)} (" in each
    assert ") at 2, 0 of them by their starts alone; " in each
    assert each.endswith(") at 1, 0 of them by their starts alone")
    assert level == "not printed"
    assert so.startswith("established")
    assert row_of([other] * 6)[-1] == "none of these protocols shows them"
    wide = (curve(FIRST, 0.6), curve(SECOND))
    assert row_of([wide] * 6)[-1] == "cannot tell: at 6 of 6 too wide an interval"


def test_every_figure_with_a_map_has_a_row_and_the_hours_are_those_of_the_maps():
    assert [row[0] for row in map_rows()] == [PRESETS[name].title for name in map_names()]
    kept = [found for name in map_names() if (found := kept_map(name))]
    count, hours = map_hours()
    assert count == len(kept)
    assert abs(3600 * hours - sum(found.result.seconds for found in kept)) < 1e-6


def test_designed_truths_are_exact_specified_and_show_theorys_slope():
    for name in DESIGNED:
        result = kept_result(name).result
        assert not any(one.setting.over_specified for one in result.curves), name
        assert not any(one.setting.misspecified for one in result.curves), name
    for _, fit, slope, interval in designed_rows():
        low, high = (float(end.replace("−", "-")) for end in interval.split(" to "))
        assert low <= float(slope.replace("−", "-")) <= high, fit
        assert low <= -0.5 <= high, fit
