"""The curve of a kept result that measures a claim, and what stands beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

import moeviz.charts.measured
from moeviz.charts.measured import (
    alike,
    covers,
    elsewhere,
    measured_cell,
    study_words,
)
from moeviz.charts.reconciled import reconciled
from moeviz.study import Specification, plan
from moeviz.study.kept import KeptResult, kept_names
from moeviz.study.rate_cell import RateCell
from moeviz.study.rates_table import RATE_ROWS
from moeviz.study.slope import Slope
from moeviz.theory.claim import HALF, MINIMAX, SLOW, RateClaim

NO_POWER = RateClaim(None, "", "cosine Theorem 5", SLOW, MINIMAX)


def cell(gauge="pinned", **settings):
    return RateCell("ReLU", "cosine-exact", settings, gauge)


def keep(monkeypatch, result):
    kept = KeptResult("2026-05-04", "cpu", result)
    monkeypatch.setattr(moeviz.charts.measured, "kept_result", lambda name: kept)


def test_a_study_covers_the_claims_about_what_it_compares(result):
    fields = result.spec.fields
    assert covers(result, cell())
    assert covers(result, cell(routers="cosine", seed=str(fields["seed"])))
    assert not covers(result, cell(routers="linear"))
    assert not covers(result, cell(sparse="1"))


def test_the_curve_of_the_claims_router_measures_it(result, monkeypatch):
    keep(monkeypatch, result)
    found, why = measured_cell(cell(routers="perturbed-cosine"))
    curve = next(c for c in result.curves if c.router == "perturbed-cosine")
    assert (found.slope, why) == (curve.slope, "")


def test_a_cell_without_a_slope_says_why(empty, monkeypatch):
    keep(monkeypatch, empty)
    assert measured_cell(cell())[0] is None
    assert measured_cell(cell())[1].startswith("Computed, but")
    assert "two cores would take about" in measured_cell(cell(routers="linear"))[1]
    monkeypatch.setattr(moeviz.charts.measured, "LONGEST_HOURS", 0.0)
    assert "needs a GPU" in measured_cell(cell(routers="linear"))[1]


def test_curves_are_alike_where_the_claim_cannot_tell_them_apart(result):
    fields, curve = result.spec.fields, result.curves[0]

    def first(**changes):
        return plan(Specification.make("lab", {**fields, **changes})).curves[0]

    for change in ({"sizes": [3000], "seed": 9, "sparse": 2}, {"gauges": ["offset"]}):
        assert alike(curve, first(**change))
    assert alike(curve, first(experts=["tanh"]))
    for change in (
        {"atoms": fields["true_atoms"] + 1},
        {"flat": 1},
        {"data_router": "linear"},
        {"losses": ["radial"]},
        {"routers": ["linear"]},
        {"experts": ["linear"]},
    ):
        assert not alike(curve, first(**change))


def test_other_studies_are_kept_ones_of_which_the_claim_speaks():
    found = {cell.preset: elsewhere(cell) for row in RATE_ROWS for cell in row.cells}
    assert any(found.values())
    for name, others in found.items():
        assert len(others) <= 2
        for other in others:
            assert other.preset in kept_names()
            assert other.preset != name


def test_a_claim_of_no_power_and_a_falling_curve_are_reconciled(result):
    curves = result.curves
    pinned = next(c for c in curves if c.router == "cosine" and c.reading.gauge == "pinned")
    falling = replace(pinned, slope=Slope(-0.5, -0.6, -0.4, (300, 3000)))
    note = reconciled(NO_POWER, falling, curves)
    assert "minimax" in note
    assert "no data can show" in note
    radial = next(c for c in curves if c.reading.loss == "radial")
    assert f"{radial.slope.estimate:.2f}".replace("-", "−").lstrip("−") in note
    flat = replace(pinned, slope=Slope(0.0, -0.1, 0.1, (300, 3000)))
    assert reconciled(NO_POWER, flat, curves) == ""
    assert reconciled(RateClaim(-0.5, "", "cosine Theorem 6", HALF), falling, curves) == ""


def test_a_curve_in_the_papers_gauge_names_the_same_fits_with_the_whole_gauge_fixed(result):
    curves = result.curves
    pinned = next(c for c in curves if c.router == "cosine" and c.reading.gauge == "pinned")
    reading = replace(pinned.reading, gauge="offset")
    paper = replace(pinned, reading=reading, slope=Slope(-0.1, -0.2, -0.05, (300, 3000)))
    note = reconciled(NO_POWER, paper, curves)
    said = f"{pinned.slope.estimate:.2f}".replace("-", "−")
    assert f"the same fits have slope {said}, where theory says −0.50 (moeviz)." in note
    assert "no data can show" in note
    assert "no data can show" not in reconciled(NO_POWER, paper, [paper])


@pytest.mark.parametrize(
    "claim", [cell for row in RATE_ROWS for cell in row.cells], ids=lambda c: c.expert_words
)
def test_a_falling_curve_beside_a_claim_of_no_power_is_reconciled(claim):
    found, _ = measured_cell(claim)
    falls = found.slope.high < 0 and claim.claim.rate.startswith(SLOW)
    assert ("minimax statement" in found.note) == falls
    approximate = "best approximation" in claim.claim.note
    assert ("measures from the truth" in found.note) == approximate


def test_a_curves_study_is_named_by_expert_estimator_and_gauge(result):
    assert study_words(result.curves[0]) == "ReLU expert, converged estimator, gauge pinned"
