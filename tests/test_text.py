"""Numbers as text: signed numbers and JSON."""

from __future__ import annotations

import ast
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.text import NOT_FINITE, finite, json_text, signed, within
from tests.support import nodes_of
from tests.test_floors import MODULES, PACKAGE

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def refuse(word):
    raise AssertionError(f"{word} is no JSON")


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-0.5, 2, "−0.50"),
        (0.004, 2, "0.00"),
        (-0.004, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (-10.0, 2, "−10.00"),
        (-0.05, 2, "−0.05"),
        (-4e-7, 6, "0.000000"),
        (-4e-6, 6, "−0.000004"),
        (-0.4, 0, "0"),
        (-1e-300, 2, "0.00"),
        (math.nan, 2, NOT_FINITE),
        (-math.inf, 2, NOT_FINITE),
        (None, 2, NOT_FINITE),
    ],
)
def test_a_signed_number_has_a_true_minus_and_none_before_zero(value, digits, text):
    assert signed(value, digits) == text


@given(st.floats(-1e6, 1e6), st.integers(0, 8))
def test_a_signed_number_reads_back_as_what_was_rounded(value, digits):
    text = signed(value, digits)
    assert float(text.replace("−", "-")) == float(f"{value:.{digits}f}")
    assert text.startswith("−") == (float(f"{value:.{digits}f}") < 0)
    assert "-" not in text


@pytest.mark.parametrize(
    ("value", "low", "high", "inside"),
    [(0.0, 1e-9, 2e-9, True), (-0.5, -0.497, -0.4, True), (-0.5, -0.49, -0.4, False)],
)
def test_a_verdict_agrees_with_the_numbers_as_printed(value, low, high, inside):
    assert within(value, low, high) is inside


@given(PLAIN)
def test_json_never_holds_what_is_no_number_and_keeps_the_rest(data):
    read = json.loads(json_text(data), parse_constant=refuse)
    assert read == finite(data)
    assert json_text(read) == json_text(data)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_finite_number_survives_the_trip(value):
    assert json.loads(json_text([value])) == [value]
    assert json_text({"b": value, "a": 1}, sort_keys=True) == json.dumps(
        {"b": value, "a": 1}, sort_keys=True
    )


def test_what_has_no_form_in_json_is_refused():
    with pytest.raises(TypeError):
        json_text({"a": object()})


JSON_WRITERS = ("json.dump", "json.dumps")


def test_only_one_module_writes_json():
    """Scripts that stand alone cannot import it; what they print is text."""
    writers = set()
    for path in MODULES:
        for node in nodes_of(path):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in JSON_WRITERS:
                writers.add(str(path.relative_to(PACKAGE)))
            if isinstance(node, ast.ImportFrom) and node.module == "json":
                writers.add(str(path.relative_to(PACKAGE)))
    assert writers == {"text.py"}
