"""Which curves are on at first, and what they are called."""

from __future__ import annotations

from collections import Counter

import pytest

from moeviz.charts.chosen import MOST, first_curves, part_of, short_names
from moeviz.study import ESTIMATORS, PRESETS, plan
from moeviz.study.curve_kinds import STARTS, UNFINISHED

LONGEST = 48


@pytest.mark.parametrize("name", PRESETS)
def test_two_or_three_curves_are_on_at_first(name):
    curves = plan(PRESETS[name].build({})).curves
    shown = first_curves(curves)
    fitted = [place for place in shown if curves[place].trained]
    assert min(2, sum(curve.trained for curve in curves)) <= len(fitted) <= MOST
    assert list(shown) == sorted(set(shown))
    models = {curves[place].fit for place in fitted}
    assert len(models) == min(MOST, len({curve.fit for curve in curves}))


@pytest.mark.parametrize("name", PRESETS)
def test_a_protocols_curve_comes_with_that_of_its_starts(name):
    curves = plan(PRESETS[name].build({})).curves
    shown = first_curves(curves)

    def like(one, other):
        same = (one.router, one.gate, one.expert) == (other.router, other.gate, other.expert)
        own = one.kind == STARTS or one.fit == other.fit
        return same and own and one.reading == other.reading

    for place, curve in enumerate(curves):
        if curve.separates:
            continue
        protocols = [
            other
            for other in (curves[i] for i in shown)
            if other.trained and ESTIMATORS[other.estimator].published and like(curve, other)
        ]
        left_out = curve.kind == UNFINISHED and len(shown) + len(protocols) > 2 * MOST
        beside = curve.kind in (STARTS, UNFINISHED)
        assert not beside or left_out or (place in shown) == bool(protocols)
    assert len(shown) <= 2 * MOST


@pytest.mark.parametrize("name", PRESETS)
def test_a_curve_that_a_paper_prints_comes_before_others_of_its_fit(name):
    curves = plan(PRESETS[name].build({})).curves
    shown = first_curves(curves)
    printed = Counter(curve.fit for curve in curves if curve.published)
    for place in shown:
        own = [i for i in shown if curves[i].fit == curves[place].fit]
        assert not printed[curves[place].fit] or any(curves[i].published for i in own)


@pytest.mark.parametrize(
    ("name", "names"),
    [
        (
            "cosine-exact",
            ["cosine: gauge pinned", "cosine: length", "perturbed cosine: gauge pinned"],
        ),
        ("sigmoid-dense", ["softmax", "sigmoid"]),
        (
            "sigmoid-against-softmax",
            ["softmax: loss L₃", "sigmoid: loss L₃", "sigmoid: function"],
        ),
        ("gaussian-exact", ["loss L₂", "density, variation"]),
    ],
)
def test_the_first_curves_of_known_studies(name, names):
    curves = plan(PRESETS[name].build({})).curves
    called = short_names(curves)
    assert [called[place] for place in first_curves(curves)] == names


@pytest.mark.parametrize("name", PRESETS)
def test_names_are_short_and_all_different(name):
    curves = plan(PRESETS[name].build({})).curves
    names = short_names(curves)
    assert len(set(names)) == len(curves)
    assert all(name.strip() and len(name) <= LONGEST for name in names)


@pytest.mark.parametrize("name", PRESETS)
def test_a_part_that_is_asked_for_is_all_that_is_on(name):
    preset = PRESETS[name]
    curves = plan(preset.build({})).curves
    assert part_of(curves, curves) == ()
    for fit in {curve.fit for curve in curves}:
        asked = [curve for curve in curves if curve.fit == fit]
        part = part_of(curves, asked)
        shown = [curves[place] for place in first_curves(curves, part)]
        assert {curve.fit for curve in shown} == {fit} or part == ()
        assert len({curve.fit for curve in curves}) == 1 or part


def test_a_study_that_asks_for_more_than_there_is_asks_for_no_part():
    curves = plan(PRESETS["dense-over"].build({})).curves
    others = plan(PRESETS["dense-over"].build({"experts": ["gelu", "tanh"]})).curves
    assert part_of(curves, others) == ()
    assert part_of(curves, [*curves[:1], *others]) == ()
