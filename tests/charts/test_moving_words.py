"""Moving truths as they are shown: separations beside errors, and what is said of both."""

from __future__ import annotations

import re

import pytest

from moeviz.charts.chosen import first_curves, short_names
from moeviz.charts.convergence import convergence_figure
from moeviz.charts.meter import meters
from moeviz.charts.moving_words import moving_takeaway, partner, separation_words
from moeviz.charts.notices import notices
from moeviz.charts.palette import THEMES
from moeviz.charts.reach import reach_marks
from moeviz.charts.replay import arrival_frames
from moeviz.charts.screen import study_screen
from moeviz.charts.tracks import tracks
from moeviz.charts.truth import truth_parts
from moeviz.charts.words import number
from moeviz.study import PRESETS, assemble, plan, run_block
from moeviz.study.kept import kept_result

MOVING = [name for name, preset in PRESETS.items() if "moving" in preset.values]
LIGHT = THEMES["light"]


def kept(name):
    return kept_result(name).result


def traces(result, part):
    figure = convergence_figure(result, result.spec["sizes"], LIGHT)
    return [trace for trace in figure["data"] if trace["meta"]["part"] == part]


def test_a_result_of_every_moving_preset_is_kept():
    assert len(MOVING) >= 2
    assert all(kept(name).complete for name in MOVING)


@pytest.mark.parametrize("name", MOVING)
def test_each_shown_error_has_its_separation_beside_it(name):
    result = kept(name)
    shown = first_curves(result.curves)
    losses = {result.curves[i].reading.loss for i in shown if result.curves[i].trained}
    apart = [result.curves[i] for i in shown if result.curves[i].separates]
    assert losses <= {curve.reading.loss for curve in apart} | {"hellinger"}
    assert len({curve.reading.loss for curve in apart}) == len(apart) >= 1
    names = short_names(result.curves)
    assert all("separation" in names[i] for i in shown if result.curves[i].separates)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", MOVING)
def test_separations_and_bounds_are_drawn_as_they_are(name):
    result = kept(name)
    drawn = {trace["meta"]["curve"]: trace for trace in traces(result, "separation")}
    bounds = {trace["meta"]["curve"]: trace for trace in traces(result, "bound")}
    for place, curve in enumerate(result.curves):
        assert (place in drawn) == curve.separates
        assert not (place in bounds and not curve.reading.metric)
        if place in bounds:
            pairs = zip(curve.mean, curve.least_errors, strict=True)
            assert bounds[place]["y"] == [m * e / 2 or None for m, e in pairs]
            below = zip(bounds[place]["y"], curve.mean, strict=True)
            assert all(low is None or low <= high / 2 for low, high in below)
    assert bool(bounds) == any(
        c.separates and c.reading.metric and any(c.mean) and any(c.least_errors)
        for c in result.curves
    )


@pytest.mark.parametrize("name", MOVING)
def test_the_takeaway_compares_errors_with_separations(name):
    result = kept(name)
    shown, names = first_curves(result.curves), short_names(result.curves)
    said = moving_takeaway(result, names, shown)
    ratios = []
    losses = {c.reading.loss for c in (result.curves[i] for i in shown) if c.separates}
    for place in shown:
        curve = result.curves[place]
        fits = curve.trained and curve.reading.loss in losses
        other = partner(curve, result.curves) if fits else None
        if other is not None and result.curves[other].mean[-1]:
            ratios.append(number(curve.mean[-1] / result.curves[other].mean[-1]))
    found = re.findall(r"is ([\d.]+) times the separation", said)
    assert found == (ratios if result.spec["moving_power"] else [])
    assert ("held fixed" in said) == bool(found)
    assert study_screen(result, result.spec["sizes"], LIGHT)["summary"].endswith(said)


def test_two_points_bound_by_half_the_separation_and_say_so_of_metrics_alone():
    for name in MOVING:
        for curve in kept(name).curves:
            if not curve.separates:
                continue
            said, least = separation_words(curve), curve.least_errors[-1]
            bound = "of the data alone has" in said
            assert said.startswith("No fit")
            assert bound == (curve.reading.metric and curve.mean[-1] > 0 and least >= 0.05)
            if bound:
                assert number(curve.mean[-1] * least / 2) in said


def test_a_separation_is_never_held_against_theory():
    for name in MOVING:
        result = kept(name)
        for curve, meter in zip(result.curves, meters(result, LIGHT), strict=True):
            if curve.separates:
                assert meter.mark == "unknown"
                assert meter.theory is None


@pytest.mark.parametrize("name", MOVING)
def test_the_notice_names_the_ends_of_the_way(name):
    spec = kept(name).spec
    (said,) = [one for one in notices(spec) if "limit" in one]
    ends = [
        f"{spec['moving_scale'] * n ** -spec['moving_power']:.3g}"
        for n in (spec["sizes"][0], spec["sizes"][-1])
    ]
    assert all(end in said for end in ends)
    assert ("a truth of its own" in said) == (spec["moving_power"] > 0)


def said_of(**changes):
    spec = PRESETS["cosine-moving"].build(changes)
    (said,) = [one for one in notices(spec) if "limit" in one]
    return said


def test_at_scale_zero_the_notice_says_that_the_truth_is_its_limit():
    for power in (0.125, 0.0):
        said = said_of(moving_scale=0.0, moving_power=power)
        assert said.startswith("The truth is its limit at every sample size")
        assert "shown are its own" in said
        assert "stands off" not in said


def test_at_power_zero_the_notice_says_that_the_truth_stands_still_away_from_the_limit():
    said = said_of(moving_scale=0.3, moving_power=0.0)
    assert said.startswith("One truth for all sample sizes: it stands still, at a fixed distance")
    assert "Here t is 0.3." in said
    assert "shown are the limit's" in said
    assert said_of().startswith("Each sample size has a truth of its own.")


def test_a_truth_that_is_its_limit_is_shown_as_any_other():
    small = {"sizes": (100, 300), "replicates": 2, "candidates": 2, "starts": 1}
    begun = {}
    for scale in (0.0, 0.3):
        spec = PRESETS["cosine-moving"].build({**small, "moving_scale": scale, "moving_power": 0.0})
        result = assemble(spec, {b.id: run_block(spec, b) for b in plan(spec).blocks}, 1.0, "cpu")
        (begun[scale],) = {part.title.partition(":")[0] for part in truth_parts(result)}
        reaches = [t["name"] for t in reach_marks(result, LIGHT, (2.0, 3.0))]
        assert reaches
        assert all(("limit" in name) == (scale > 0.0) for name in reaches)
    assert begun == {0.0: "True parameters", 0.3: "Limit of the truth"}


def test_the_truth_that_is_shown_is_called_the_limit():
    for part in truth_parts(kept("gaussian-moving")):
        assert part.title.startswith("Limit of the truths")
    assert truth_parts(kept("cosine-exact"))[0].title.startswith("True parameters")


def test_a_replay_shows_the_truth_of_its_own_size():
    small = {"sizes": (100, 300), "replicates": 2, "candidates": 2, "starts": 1}
    spec = PRESETS["gaussian-moving"].build(small)
    result = assemble(spec, {b.id: run_block(spec, b) for b in plan(spec).blocks}, 1.0, "cpu")
    shown = {track["n"]: track for track in tracks(result)}
    assert {len(track["true_weights"]) for track in shown.values()} == {3}
    places = [shown[n]["planes"][-1]["truth"] for n in (100, 300)]
    assert places[0] != places[1]
    trained = {i for i, curve in enumerate(result.curves) if curve.trained}
    frames = arrival_frames(result, spec["sizes"])
    assert {point[0] for frame in frames for point in frame["points"]} == trained
