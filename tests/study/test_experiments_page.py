"""The page of the published experiments is what the command makes of the kept results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from moeviz.charts.experiments import HEADS, experiment_rows, experiments_markdown, likelihood_rows
from moeviz.cli.program import main
from moeviz.study.curve_kinds import STARTS
from moeviz.study.kept import kept_result
from moeviz.study.presets import FIGURES, PRINTED
from moeviz.study.reread import all_slopes
from moeviz.text import signed

PAGE = Path(__file__).parents[2] / "docs" / "experiments.md"
BEGIN, END = "<!-- made by `python -m moeviz experiments` -->\n", "<!-- end -->\n"
ROWS = experiment_rows()


def test_the_tables_of_the_page_are_what_the_command_prints(capsys):
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    tables, _, after = rest.partition(END)
    assert main(["experiments", "--markdown"]) == 0
    assert capsys.readouterr().out == experiments_markdown() == tables
    assert after.startswith("\n")


def test_the_command_by_itself_says_first_what_every_column_means(capsys):
    assert main(["experiments"]) == 0
    key, _, tables = capsys.readouterr().out.partition("| figure |")
    assert f"| figure |{tables}" == experiments_markdown()
    heads = [head.partition(",")[0] for head in HEADS]
    assert all(f"\n  {head}" in key for head in heads)
    said = [row["figure"] for row in ROWS] + experiments_markdown().splitlines()
    for version in ("nine experts", "to the end"):
        assert any(version in line for line in said)
        assert f'"{version}"' in key
    assert max(map(len, key.splitlines())) <= 100


def test_every_figure_and_every_printed_slope_has_its_row():
    found = {(row["preset"], row["paper"]) for row in ROWS}
    assert found == {
        (preset, one.slope)
        for figure in FIGURES
        for preset in (figure.presets if figure.slopes else ())
        for one in PRINTED[figure.name]
    }


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['preset']}, {row['fit']}" for row in ROWS])
def test_a_row_says_what_its_kept_result_says(row):
    result = kept_result(row["preset"]).result
    (curve,) = (
        curve
        for curve in result.curves
        if curve.published and curve.published.slope == row["paper"]
    )
    slopes = all_slopes(result.spec, curve)
    assert row["own"]["estimate"] == curve.slope.estimate
    assert row["slope"]["estimate"] == slopes[curve.published.statistic].estimate
    (begun,) = (
        one
        for one in result.curves
        if one.kind == STARTS
        and (one.router, one.gate, one.expert, one.reading)
        == (curve.router, curve.gate, curve.expert, curve.reading)
    )
    assert row["starts"]["estimate"] == begun.slope.estimate
    assert row["left"][-1] == curve.mean[-1] / begun.mean[-1]
    assert (row["printed_level"] is None) == (curve.published.line is None)
    said = experiments_markdown()
    assert f"| {signed(row['paper'])} | {signed(row['slope']['estimate'])} (" in said


def test_both_readings_of_the_figure_without_slopes_stand_side_by_side():
    (figure,) = (each for each in FIGURES if not each.slopes)
    rows = likelihood_rows()
    assert len(rows) == 4
    for row in rows:
        own, shared = (row[name] for name in figure.presets)
        assert own[0] > own[-1]
        assert shared[0] > shared[-1]
    firsts = [row[figure.presets[1]][0] for row in rows]
    assert max(firsts) - min(firsts) < 1e-3, "one data set has one scale"


def test_what_is_not_kept_is_left_out():
    assert experiment_rows(lambda name: None) == likelihood_rows(lambda name: None) == ()


def test_plain_data_has_the_same_rows(capsys):
    assert main(["experiments", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["paper"] for row in data["slopes"]] == [row["paper"] for row in ROWS]
    assert len(data["likelihoods"]) == 4
