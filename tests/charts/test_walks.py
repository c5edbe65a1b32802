"""Walks: one sentence and one place for each step, whatever is walked along."""

from __future__ import annotations

import math

import pytest

from moeviz.charts.walks import sequence_walk
from tests.charts.test_checker import EPSILON, MOVING, STILL


@pytest.mark.parametrize("sequence", [MOVING, STILL], ids=["moving", "still"])
def test_every_step_has_a_place_a_text_and_a_sentence(sequence):
    walk = sequence_walk(sequence)
    steps = len(sequence["epsilon"])
    assert {len(walk.xs), len(walk.texts), len(walk.says)} == {steps}
    assert all(len(curve.ys) == steps for curve in walk.curves)
    assert walk.at == steps - 1
    assert walk.texts[-1] == "ε = 2⁻¹⁰"


def test_what_is_drawn_lies_on_the_axes_and_epsilon_falls_to_the_right():
    walk = sequence_walk(MOVING)
    assert walk.xs == tuple(EPSILON)
    assert walk.x.low == max(EPSILON)
    assert walk.x.high == min(EPSILON)
    drawn = [y for curve in walk.curves for y in curve.ys]
    assert walk.y.low <= min(drawn) < max(drawn) <= walk.y.high
    assert [curve.name for curve in walk.curves] == [
        "loss, order 2.00",
        "change of the function, order 4.00",
    ]
    assert len({curve.look for curve in walk.curves}) == 2


def test_the_sentence_says_the_ratio_of_the_two():
    walk = sequence_walk(MOVING)
    loss, change = (curve.ys[-1] for curve in walk.curves)
    assert math.isclose(change / loss, 6 * EPSILON[-1] ** 2)
    assert "5.7·10⁻⁶ times the loss" in walk.says[-1]


def test_a_function_that_stands_still_has_no_curve():
    walk = sequence_walk(STILL)
    assert [curve.name for curve in walk.curves] == ["loss, order 2.00"]
    assert all("has not moved at all" in sentence for sentence in walk.says)
