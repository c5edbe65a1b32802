"""Walks: one sentence and one place for each step, whatever is walked along."""

from __future__ import annotations

import math

import pytest

from moeviz.charts.walks import ray_walk, sequence_walk
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


def test_along_the_ray_one_router_stands_still_and_the_other_moves():
    walk = ray_walk()
    still, moving = (curve.ys for curve in walk.curves)
    assert max(still) - min(still) < 1e-12
    assert max(moving) - min(moving) > 0.05
    assert {len(walk.xs), len(walk.texts), len(walk.says)} == {len(still), len(moving)}
    assert all("cosine 0.000" in sentence for sentence in walk.says)
    assert walk.y.low <= min(*still, *moving) <= max(*still, *moving) <= walk.y.high


def test_the_ray_begins_where_nothing_has_moved_yet():
    walk = ray_walk()
    start = walk.xs.index(1.0)
    names = ", ".join(f"{curve.name} 0.000" for curve in walk.curves)
    assert walk.says[start] == f"With β₁ 1 times as long the weight has moved: {names}."
