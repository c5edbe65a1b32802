"""Numbers for people."""

from __future__ import annotations

import math

import pytest

from moeviz.charts.words import design_sentence, number, signed


@pytest.mark.parametrize(
    ("value", "text"), [(-0.5, "−0.50"), (0.004, "0.00"), (-0.004, "0.00"), (-10.0, "−10.00")]
)
def test_slopes(value, text):
    assert signed(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.012345, "0.0123"),
        (1234.0, "1,234"),
        (123.4, "123"),
        (4.5e-7, "4.50·10⁻⁷"),
        (2.5e9, "2.50·10⁹"),
        (0.0, "0"),
        (math.nan, "not finite"),
        (math.inf, "not finite"),
    ],
)
def test_losses(value, text):
    assert number(value) == text


def test_the_design_is_described_by_its_reach():
    truth = {"reach": {"cosine": 1090.4, "linear": None}}
    text = design_sentence({"truth": truth, "curves": [{"estimator": "least squares"}]})
    assert "cosine router 1,090, linear router without end" in text
    assert text.endswith("Estimator: least squares.")
    assert "looked for" in design_sentence({"truth": None, "curves": []})
