"""Tables say what the result says, and the CSV loses nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from moeviz.charts.palette import THEMES, style
from moeviz.charts.table import (
    CSV_COLUMNS,
    fits_table,
    local_slope_table,
    loss_table,
    replicates_csv,
    slope_table,
)
from moeviz.study import Published


def rows(text):
    return list(csv.reader(io.StringIO(text)))


def test_csv_has_one_row_per_curve_size_and_replicate(spec, result):
    titles, *body = rows(replicates_csv(result))
    assert tuple(titles) == CSV_COLUMNS
    assert len(body) == len(result.curves) * len(spec["sizes"]) * spec["replicates"]
    assert len({tuple(row[:-1]) for row in body}) == len(body)
    assert {(row[0], row[1]) for row in body} == {(spec.name, spec.hash)}


def test_csv_gives_back_the_same_floats(result):
    _, *body = rows(replicates_csv(result))
    losses = iter([float(row[-1]) for row in body])
    for curve in result.curves:
        for per_size in curve.loss:
            for loss in per_size:
                assert next(losses) == loss


def test_csv_is_the_same_after_a_trip_through_json(result, reread):
    assert replicates_csv(reread) == replicates_csv(result)


def test_csv_numbers_replicates_as_the_study_does(gapped):
    _, *body = rows(replicates_csv(gapped))
    first = [row for row in body if row[2] == gapped.curves[0].label]
    assert [int(row[CSV_COLUMNS.index("n")]) for row in first] == [300] * 4 + [3000] * 4
    assert [int(row[CSV_COLUMNS.index("replicate")]) for row in first] == [0, 1, 2, 3] * 2


def test_csv_of_an_empty_study_has_only_titles(empty):
    assert rows(replicates_csv(empty)) == [list(CSV_COLUMNS)]


@pytest.mark.parametrize("make", [slope_table, local_slope_table, fits_table])
def test_columns_of_a_table_are_of_one_length(make, result, empty, gapped):
    for each in (result, empty, gapped):
        assert len({len(cells) for cells in make(each).values()}) <= 1


def test_slope_table_names_the_curve_with_its_marker(result):
    table = slope_table(result)
    for index, curve in enumerate(result.curves):
        glyph = style(index, THEMES["light"]).glyph
        assert table["Curve"][index] == f"{glyph} {curve.label}"
        assert table["Slope"][index] == f"{curve.slope.estimate:.2f}".replace("-", "−")


def test_guesses_stand_beside_the_slopes_only_where_there_are_any(result):
    assert "Our guess" not in slope_table(result, (None, None))
    table = slope_table(result, (-0.25, None))
    assert table["Our guess"] == ["−0.25"] + ["–"] * (len(result.curves) - 1)


def test_mean_table_leaves_missing_sizes_open(spec, gapped):
    table = loss_table(gapped, spec["sizes"])
    assert list(table) == ["Mean loss", "n = 300", "n = 10³", "n = 3,000"]
    assert table["n = 10³"][0] == "–"
    assert table["n = 10³"][-1] != "–"


def test_a_local_slope_stands_under_its_own_pair_of_sizes(gapped):
    table = local_slope_table(gapped)
    first, last = 0, len(gapped.curves) - 1
    assert table["300 to 3,000"][first] != "–"
    assert table["300 to 10³"][first] == "–"
    assert table["300 to 3,000"][last] == "–"
    assert table["300 to 10³"][last] != "–"


def test_fits_are_counted_once_per_router_and_all_of_them(spec, result):
    table = fits_table(result)
    assert len(table["n"]) == len(spec["routers"]) * len(spec["sizes"])
    kinds = [key for key in table if key.lower() in result.curves[0].status[0]]
    assert {"Converged", "Boundary", "Step limit"} <= set(kinds)
    for place in range(len(table["n"])):
        assert sum(int(table[kind][place]) for kind in kinds) == spec["replicates"]
    assert list(table)[-1] == "Mean squared residual"


def test_fits_of_densities_are_named_with_their_estimator_and_end_with_deviance(classes):
    table = fits_table(classes)
    assert list(table)[-1] == "Deviance per observation"
    assert len(set(table["Fit"])) == 4
    assert sum(name.endswith("expectation-maximisation") for name in table["Fit"]) == 4


def test_a_rare_end_gets_its_column_when_there_is_one(result):
    curve = result.curves[0]
    status = tuple({**count, "protocol run": 1} for count in curve.status)
    table = fits_table(replace(result, curves=(replace(curve, status=status),)))
    assert table["Protocol run"] == ["1"] * len(curve.n)
    assert "Protocol run" not in fits_table(result)


def test_the_papers_slope_stands_beside_ours_with_its_note(result):
    published = Published(-0.11, "cosine Fig. 1a", note="k is not stated")
    curves = [replace(curve, published=None) for curve in result.curves]
    assert "Paper" not in slope_table(replace(result, curves=tuple(curves)))
    curves[1] = replace(curves[1], published=published)
    assert slope_table(replace(result, curves=tuple(curves)))["Paper"][:3] == [
        "–",
        "−0.11 (k is not stated)",
        "–",
    ]


def test_median_has_a_table(result):
    curve = replace(result.curves[0], n=(10, 100), mean=(3.0, 1.0), median=(2.0, 0.5))
    whole = replace(result, curves=(curve,))
    assert loss_table(whole, [10, 100], "median")["n = 10"] == ["2"]
