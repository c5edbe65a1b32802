"""The table of rates finds the curve that measures a claim."""

from __future__ import annotations

import pytest

from moeviz.charts.rates import COLUMNS, column_of, covers, measured, measured_words
from moeviz.study.rates_table import RATE_ROWS, RateCell


def cell(**settings):
    return RateCell("ReLU", "n^(−1/2)", -0.5, "cosine", preset="cosine-exact", settings=settings)


@pytest.mark.parametrize(
    "claim", [cell for row in RATE_ROWS for cell in row.cells], ids=lambda c: c.expert_words
)
def test_every_claim_has_a_column(claim):
    assert column_of(claim) in COLUMNS


def test_a_study_covers_the_claims_about_what_it_compares(result):
    fields = result["spec"]["fields"]
    assert covers(result, cell())
    assert covers(result, cell(routers="cosine", seed=str(fields["seed"])))
    assert not covers(result, cell(routers="linear"))
    assert not covers(result, cell(sparse="1"))


def test_the_curve_of_the_claims_router_measures_it(result, empty):
    curve = measured(result, cell(routers="perturbed-cosine"))
    assert curve["router"] == "perturbed-cosine"
    assert f"{curve['slope']['estimate']:.2f}".replace("-", "−") in measured_words(curve)
    assert measured(result, cell(losses="radial"))["loss_name"] == "radial"
    assert measured(result, cell(routers="linear")) is None
    assert measured(empty, cell()) is None
