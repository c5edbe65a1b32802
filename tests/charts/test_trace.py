"""The likelihood by step: one line per fit, from the first step on."""

from __future__ import annotations

import pytest

from moeviz.charts.palette import THEMES
from moeviz.charts.trace import has_likelihood, trace_figure, trace_table, trace_words
from tests.charts.figures import assert_plotly_accepts


def traces(result):
    return {curve.fit: curve.trace for curve in result.curves if curve.trained}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_plotly_accepts_the_figure(theme, classes):
    figure = trace_figure(classes, theme)
    assert_plotly_accepts(figure)


def test_every_fit_has_one_line_from_step_one(classes):
    figure = trace_figure(classes, THEMES["light"])
    assert figure["layout"]["xaxis"]["type"] == "log"
    lines = figure["data"]
    assert len(lines) == len(traces(classes)) == 4
    for line, trace in zip(lines, traces(classes).values(), strict=True):
        assert line["x"] == list(range(1, len(trace)))
        assert line["y"] == list(trace[1:])
    assert len({line["marker"]["symbol"] for line in lines}) == 4


def test_the_table_and_the_words_say_where_it_starts_and_ends(classes):
    table = trace_table(classes)
    for place, trace in enumerate(traces(classes).values()):
        assert table["Step 0"][place] == f"{trace[0]:.6f}"
        assert table["End"][place] == f"{trace[-1]:.6f}"
        assert table["Steps"][place] == str(len(trace) - 1)
        assert f"from {trace[0]:.4f} to {trace[-1]:.4f}" in trace_words(classes)
        assert f"in {len(trace) - 1} steps on the whole sample" in trace_words(classes)
    assert len({len(cells) for cells in table.values()}) == 1


def test_regressions_have_no_likelihood(result, classes):
    assert has_likelihood(classes)
    assert not has_likelihood(result)
    assert trace_figure(result, THEMES["light"]) is None
    assert trace_table(result) == {}
