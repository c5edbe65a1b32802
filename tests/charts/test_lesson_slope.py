"""Curves of a study with their slopes, as a room draws them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from moeviz.charts.chosen import short_names
from moeviz.charts.lesson_slope import Known, curves_document, revealed_document
from moeviz.charts.words import NO_SLOPE
from moeviz.errors import SpecificationError
from moeviz.study.slope import NoSlope, Slope


def test_every_curve_has_its_points_and_its_slope_with_an_interval(result):
    first, second = result.curves[:2]
    first = replace(first, slope=Slope(-0.25, -0.5, -0.125, (300, 3000)))
    document = curves_document([first, second], result.spec["sizes"])
    name = short_names([first, second])[0]
    (panel,) = document["panels"]
    assert [line["label"] for line in panel["lines"]] == ["1", "2"]
    assert panel["lines"][0]["points"] == [
        [math.log10(n), math.log10(mean)] for n, mean in zip(first.n, first.mean, strict=True)
    ]
    assert document["sentence"].startswith(f"1 {name}: slope *−0.25* (−0.50 to −0.12); 2 ")
    assert document["tables"][0]["rows"][0] == [first.label, -0.25]


def test_a_curve_without_a_slope_says_why(result):
    none = replace(result.curves[0], slope=None, no_slope=None)
    (name,) = short_names([none])
    zero = replace(none, no_slope=NoSlope.ZERO)
    said = [curves_document([curve], result.spec["sizes"])["sentence"] for curve in (none, zero)]
    assert said == [f"{name}: no slope so far.", f"{name}: {NO_SLOPE[NoSlope.ZERO]}."]


def test_where_no_point_is_there_yet_nothing_is_drawn(empty):
    with pytest.raises(SpecificationError, match="none yet"):
        curves_document(empty.curves, empty.spec["sizes"])


@pytest.mark.parametrize(
    ("theory", "paper", "words"),
    [
        (-0.5, -0.11, "your line, theory, paper and what was measured"),
        (-0.5, None, "your line, theory and what was measured"),
        (None, None, "your line and what was measured"),
    ],
)
def test_the_note_names_the_lines_that_are_drawn(theory, paper, words):
    known = Known("measured", (1000, 10_000), (0.1, 0.05))
    (panel,) = revealed_document(known, -0.25, theory, paper)["panels"]
    assert panel["note"] == words
    assert len(panel["lines"]) == 2 + (theory is not None) + (paper is not None)


def test_an_axis_has_two_marks_or_more_where_no_decade_is_spanned():
    for first, last in ((0.49, 0.33), (3.0, 2.9), (2e-5, 1.9e-5), (0.1, 0.001)):
        (panel,) = revealed_document(Known("", (1000, 10_000), (first, last)), -0.1, None, None)[
            "panels"
        ]
        marks = panel["ticks"]["y"]
        assert len(marks) >= 2
        low, high = panel["y"]
        assert all(low <= at <= high for at, _ in marks)
    assert pytest.approx([10**at for at, _ in marks[1:3]]) == [10**-2, 10**-1]
