"""Fits that failed: counted in words, absent from points, means and slopes, null in JSON."""

from __future__ import annotations

import json
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.charts.convergence import convergence_figure
from moeviz.charts.palette import THEMES
from moeviz.charts.printed import printed
from moeviz.charts.table import fits_table, local_slope_table, loss_table, replicates_csv
from moeviz.charts.words import describe
from moeviz.estimate import FAILED, Status
from moeviz.study import PRESETS, assemble, run_block, split
from moeviz.study.kept import kept_names, kept_result
from moeviz.study.summary import geometric_mean, losses, mean, median
from moeviz.text import json_text

FAST = {"candidates": 8, "replicates": 4, "sizes": (200, 1000, 3000)}
SOME = st.lists(st.floats(1e-8, 1e8), min_size=1, max_size=9)


def blocks(**fields):
    spec = PRESETS["lab"].build({**FAST, **fields})
    return spec, {block.id: run_block(spec, block) for block in split(spec)}


def refuse(word):
    raise AssertionError(f"{word} is no JSON")


@pytest.fixture(scope="module", params=["linear", "perturbed-cosine"])
def diverged(request):
    """Every fit diverges: the rate is far too large."""
    fields = {
        "experts": ("polynomial",),
        "estimators": ("sgd",),
        "untrained": "none",
        "unfinished": 0,
    }
    return blocks(routers=(request.param,), **fields, rate=10.0)


@pytest.fixture(scope="module")
def half():
    """A study of which some fits of one size have diverged, another size none."""
    spec, found = blocks(routers=("linear",), experts=("tanh",))
    for key, block in found.items():
        if block["kind"] == "fits" and block["n"] == 1000 and block["first"] == 0:
            status = [int(Status.DIVERGED), *block["status"][1:]]
            found[key] = {**block, "status": status}
    return spec, found


def test_a_study_that_diverges_has_no_point_no_mean_and_no_slope(diverged):
    spec, found = diverged
    whole = assemble(spec, found, 1.0, "cpu")
    for curve in printed(whole)["curves"]:
        assert all(count["diverged"] == 4 for count in curve["status"])
        assert curve["mean"] == curve["median"] == curve["geometric"] == [None] * 3
        assert curve["loss"] == [[None] * 4] * 3
        assert curve["residual"] == [None] * 3
        assert curve["slope"] is None
        assert curve["no_slope"] == "not finite"
        assert [row["slope"] for row in curve["local_slope"]] == [None, None]
        assert "of 12 fits, 12 diverged" in curve["in_words"]
        assert "nan" not in curve["in_words"]
    assert "no slope, for some fits have no loss" in describe(whole)


def test_what_leaves_the_program_is_json(diverged):
    spec, found = diverged
    result = printed(assemble(spec, found, 1.0, "cpu"))
    for data in (*found.values(), result):
        assert json.loads(json_text(data), parse_constant=refuse) == json.loads(
            json.dumps(data, allow_nan=False)
        )


def test_tables_and_plot_show_what_is_missing_as_missing(diverged):
    spec, found = diverged
    result = assemble(spec, found, 1.0, "cpu")
    sizes = spec["sizes"]
    assert set(loss_table(result, sizes)["n = 200"]) == {"not finite"}
    assert set(local_slope_table(result)["200 to 10³"]) == {"none"}
    assert fits_table(result)["Diverged"] == ["4"] * 3
    rows = replicates_csv(result).splitlines()[1:]
    assert len(rows) == 2 * 3 * 4
    assert all(row.endswith(",") for row in rows)
    for trace in convergence_figure(result, sizes, THEMES["light"])["data"]:
        measured = trace.get("meta", {}).get("measured") or "replicates" in trace.get("name", "")
        if measured:
            assert all(value is None for value in trace["y"])


def test_a_size_with_a_diverged_fit_has_a_median_and_no_mean(half):
    spec, found = half
    curve = printed(assemble(spec, found, 1.0, "cpu"))["curves"][0]
    whole = [
        value
        for key, block in sorted(found.items())
        if block["kind"] == "fits" and block["n"] == 1000
        for value in block["readings"]["0"]
    ]
    assert curve["loss"][1][0] is None
    kept = [value for value in curve["loss"][1] if value is not None]
    assert len(kept) == len(whole) - 1 == 3
    assert curve["mean"][1] is None
    assert curve["median"][1] == sorted([*kept, math.inf])[1:3][0] / 2 + sorted(kept)[2] / 2
    assert None not in (curve["mean"][0], curve["mean"][2])
    assert curve["slope"] is None
    assert "of 12 fits, 1 diverged" in curve["in_words"]


def test_a_window_without_the_diverged_fit_has_a_slope(half):
    spec, found = half
    later = PRESETS["lab"].build({**spec.fields, "window_from": 2000, "sizes": (200, 1000, 3000)})
    assert printed(assemble(later, found, 1.0, "cpu"))["curves"][0]["no_slope"] == "too few"


def test_results_of_earlier_versions_read_as_before_and_hold_no_numbers_that_are_none(half):
    """Blocks were once kept with NaN, and with losses of fits whose cost was no number."""
    spec, found = half
    old = {}
    for key, block in found.items():
        old[key] = dict(block)
        if block["kind"] == "fits" and block["n"] == 200:
            old[key]["status"] = [int(Status.NON_FINITE)] * len(block["status"])
        if block["kind"] == "fits" and block["n"] == 3000:
            old[key]["readings"] = {i: [math.nan] * len(v) for i, v in block["readings"].items()}
            old[key]["residual"] = [math.nan] * len(block["residual"])
    result = printed(assemble(spec, old, 1.0, "cpu"))
    json.dumps(result, allow_nan=False)
    curve = result["curves"][0]
    assert curve["loss"][0] == curve["loss"][2] == [None] * 4
    assert curve["status"][0]["non-finite"] == 4
    said = curve["in_words"]
    assert "1 diverged and 4 had a cost that is not a number and 4 have a loss that is not" in said


@pytest.mark.parametrize("name", kept_names())
def test_kept_results_still_read(name):
    result = kept_result(name).result
    sizes = result.spec["sizes"]
    assert convergence_figure(result, sizes, THEMES["light"])["data"]
    ended = {kind for curve in result.curves for count in curve.status for kind in count}
    table = fits_table(result)
    assert {kind.capitalize() for kind in ended} >= {"Converged", "Boundary"}
    assert len(table["n"]) > 0
    assert replicates_csv(result).count(",\n") == 0
    assert json_text(printed(result)) == json.dumps(printed(result))


@given(SOME)
def test_means_of_fits_that_all_have_a_loss_are_the_usual_ones(values):
    assert mean(values) == float(np.mean(values))
    assert median(values) == statistics.median(values) or median(values) == float(np.median(values))
    assert geometric_mean(values) == pytest.approx(statistics.geometric_mean(values))


@given(SOME, st.integers(1, 9))
def test_a_missing_loss_takes_the_mean_and_ranks_last_in_the_median(values, missing):
    with_missing = [*values, *[None] * missing]
    assert mean(with_missing) is None
    assert geometric_mean(with_missing) is None
    ranked = sorted([*values, *[math.inf] * missing])
    expected = float(np.median(ranked))
    assert median(with_missing) == (expected if math.isfinite(expected) else None)
    if missing > len(values):
        assert median(with_missing) is None


def test_a_mean_with_zeros_is_a_mean_and_no_logarithm_of_nothing():
    assert geometric_mean([1.0, 0.0]) == 0.0
    assert mean([]) is None
    assert median([]) is None


@pytest.mark.parametrize("failed", FAILED)
def test_a_fit_that_failed_has_no_loss_whatever_was_read(failed):
    assert losses([1.0, 2.0, math.nan, None], [0, failed, 0, 0]) == [1.0, None, None, None]
