"""Symbols as plain characters."""

from __future__ import annotations

import pytest

from moeviz.study import FIELDS
from moeviz.ui.shared.symbols import plain_symbol


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\tau_1", "τ₁"),
        ("k_*", "k*"),
        (r"h(x, \eta_i)", "h(x, ηᵢ)"),
        (r"\beta_{10}", "β₁₀"),
        ("n", "n"),
        (r"\bar N", "N\u0304"),
        (r"\bar{N}", "N\u0304"),
        (r"\epsilon", "ε"),
        (r"\frac{1}{2}", None),
        (r"\unheard", None),
        ("x^2", None),
    ],
)
def test_latex_in_plain_characters(latex, text):
    assert plain_symbol(latex) == text


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_every_field_has_a_symbol_that_can_be_read_aloud(field):
    assert plain_symbol(field.symbol) is not None
