"""Tests whose certificates are enclosed values of formulas in the input."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from fractions import Fraction

import flint

from moeviz.symbolic.certificates.report import Answer, Step, Test
from moeviz.symbolic.certificates.types import Enclosure

BITS = 128
"""Of an enclosure."""

Row = tuple[str, Mapping[str, Sequence[str]], flint.arb]
"""A formula's text, the inputs (a number, or two ends of an interval) and its enclosure."""


def enclosed(
    name: str, answer: Answer, latex: str, rows: Sequence[Row], words: str, start: float
) -> Test:
    """Return a test that rests on values.

    Parameters
    ----------
    name : str
        What is tested, in words.
    answer : Answer
        What the values say.
    latex : str
        What is enclosed.
    rows : sequence of Row
    words : str
        What follows from the values, in words.
    start : float
        When the test began, in seconds of :func:`time.perf_counter`.
    """
    texts = [_text(value) for _, _, value in rows]
    found: list[Enclosure] = [
        {"formula": formula, "inputs": {k: list(v) for k, v in at.items()}, "value": text}
        for (formula, at, _), text in zip(rows, texts, strict=True)
    ]
    return Test(
        name,
        answer,
        "",
        {
            "kind": "value",
            "latex": latex,
            "value": "; ".join(texts[:MOST_SHOWN]) + ("; ..." if texts[MOST_SHOWN:] else ""),
            "symbols": {"inputs": ["x1"], "parameters": []},
            "enclosures": found,
        },
        (Step("Enclose the values", (words,)),),
        time.perf_counter() - start,
    )


def _text(value: flint.arb) -> str:
    return str(value.unique_fmpz()) if value.is_integer() else str(value.str(8))


MOST_SHOWN = 4
"""Values that a certificate's headline has room for."""


def number(value: Fraction | int) -> flint.arb:
    """Return a rational number's ball."""
    return flint.arb(flint.fmpq(Fraction(value).numerator, Fraction(value).denominator))


def logistic(z: flint.arb) -> flint.arb:
    """Return 1 / (1 + e^-z), enclosed."""
    return 1 / (1 + (-z).exp())
