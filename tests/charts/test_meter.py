"""A mark says what the numbers say, and the words say what the mark says."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.charts.meter import ENDED_BADLY, GAP, OTHERS, course, judged, meters
from moeviz.charts.palette import THEMES
from moeviz.charts.replay import replay_document
from moeviz.charts.takeaway import takeaway
from moeviz.study.kept import kept_names, kept_result
from moeviz.study.presets.preset import Published
from moeviz.study.slope import NoSlope, Slope
from moeviz.text import signed, within

THEME = THEMES["light"]
SIZES = (300, 1000, 3000)


@pytest.fixture
def judge(result):
    """The mark and words of the study's first curve, for a slope and what else differs."""
    curve, report = result.curves[0], result.truth[0]

    def made(estimate, low, high, reach=10.0, complete=True, **changes):
        changed = replace(curve, slope=Slope(estimate, low, high, (300, 3000)), **changes)
        told = replace(report, reach=reach)
        return judged(changed, told, replace(result, complete=complete))

    assert curve.claim.exponent == -0.5
    return made


@pytest.mark.parametrize(
    ("slope", "mark"),
    [
        ((-0.51, -0.55, -0.47), "yes"),
        ((-0.45, -0.496, -0.41), "yes"),
        ((-0.45, -0.49, -0.41), "unknown"),
        ((-0.30, -0.35, -0.25), "no"),
        ((-0.80, -0.85, -0.75), "no"),
        ((0.00, -0.05, 0.05), "no"),
        ((0.30, 0.25, 0.35), "no"),
        ((-0.50, -0.70, -0.30), "unknown"),
        ((-0.10, -0.45, 0.25), "unknown"),
    ],
)
def test_a_tick_contains_the_exponent_and_a_cross_is_told_apart(judge, slope, mark):
    assert judge(*slope)[0] == mark


def test_below_the_reach_a_miss_tells_nothing(judge):
    for reach in (1e6, None):
        mark, words = judge(-0.3, -0.35, -0.25, reach=reach)
        assert mark == "unknown"
        assert "reach" in words
    assert judge(-0.5, -0.55, -0.45, reach=1e6)[0] == "yes"


@pytest.mark.parametrize(
    ("reach", "mark", "said"),
    [
        (250.0, "no", "more slowly"),
        (900.0, "unknown", "only two sizes lie beyond it"),
        (2900.0, "unknown", "one size alone lies beyond it"),
        (3001.0, "unknown", "our samples end before it"),
    ],
)
def test_a_miss_needs_three_sizes_beyond_the_reach(judge, reach, mark, said):
    found, words = judge(-0.3, -0.35, -0.25, reach=reach)
    assert (found, said in words) == (mark, True)


@pytest.mark.parametrize("slope", [(-0.5, -0.55, -0.45), (-0.3, -0.35, -0.25)])
def test_fits_that_did_not_converge_tell_nothing(judge, slope):
    status = ({"converged": 3, "boundary": 1},) * 3
    assert ENDED_BADLY < 0.25
    mark, words = judge(*slope, status=status)
    assert mark == "unknown"
    assert "3 of 12 fits" in words
    assert judge(*slope, status=({"protocol run": 4},) * 3)[0] == "unknown"


def test_a_running_study_waits_for_a_third_size(judge, result):
    curve = result.curves[0]
    two = {"n": curve.n[:2], "loss": curve.loss[:2]}
    assert judge(-0.5, -0.55, -0.45, complete=False, **two)[0] == "waiting"
    mark, words = judge(-0.5, -0.55, -0.45, complete=True, **two)
    assert mark == "unknown"
    assert "2 sizes" in words


@pytest.mark.parametrize("reason", NoSlope)
def test_a_curve_without_a_slope_says_why(result, reason):
    curve = replace(result.curves[0], slope=None, no_slope=reason)
    mark, words = judged(curve, None, result)
    assert mark == "unknown"
    assert words.endswith(".")
    waits = judged(curve, None, replace(result, complete=False))[0]
    assert waits == ("waiting" if reason is NoSlope.TOO_FEW else "unknown")


def test_where_theory_names_no_power_nothing_is_told(result):
    silent = [c for c in result.curves if c.claim.exponent is None]
    assert silent
    for curve in silent:
        mark, words = judged(curve, result.truth[0], result)
        assert mark == "unknown"
        assert "no power of n" in words


def test_a_slope_that_just_misses_theory_is_too_near_to_decide(judge):
    mark, words = judge(-0.6, -0.67, -0.53)
    assert mark == "unknown"
    assert words.endswith(
        "lies just outside the interval, −0.67 to −0.53, by too little to decide."
    )


def test_the_papers_slope_is_inside_or_outside(result):
    curve = replace(result.curves[0], slope=Slope(-0.5, -0.55, -0.45, (300, 3000)))
    for slope, word in ((-0.46, "inside"), (-0.3, "outside")):
        published = replace(curve, published=Published(slope, "a paper"))
        (meter,) = meters(replace(result, curves=(published,)), THEME)
        assert meter.paper == slope
        assert word in meter.words


ends = st.floats(-2, 2)


@given(ends, ends, ends)
def test_a_loss_is_said_to_fall_only_where_all_of_its_interval_falls(a, b, c):
    low, estimate, high = sorted((a, b, c))
    words = course(Slope(estimate, low, high, (300, 3000)))
    assert words.startswith("Falls") == (round(high, 2) < 0)
    assert words.startswith("Rises") == (round(low, 2) > 0)


@pytest.mark.parametrize("name", kept_names())
def test_marks_of_kept_results_agree_with_numbers_and_words(name):
    result = kept_result(name).result
    for meter, curve in zip(meters(result, THEME), result.curves, strict=True):
        words = meter.words
        assert meter.mark in ("yes", "no", "unknown")
        assert curve.trained or meter.mark == "unknown"
        assert ("theory's" in words and "inside the interval" in words) == (meter.mark == "yes")
        told = meter.mark in ("yes", "no")
        untold = ("Cannot", "no power", "no single power", "No slope")
        untold += () if curve.trained else tuple(OTHERS.values())
        assert told != any(reason in words for reason in untold)
        if told:
            inside = within(meter.theory, meter.low, meter.high)
            assert inside == (meter.mark == "yes")
            assert meter.high - meter.low <= GAP or meter.mark == "no"
        if meter.high is not None and round(meter.high, 2) >= 0:
            assert not words.startswith("Falls")


@pytest.mark.parametrize("name", kept_names())
def test_the_takeaway_counts_every_mark(name):
    result = kept_result(name).result
    made = meters(result, THEME)
    text = takeaway(result, made, range(len(made)))
    made = [meter for meter in made if result.curves[meter.curve].trained]
    assert text.endswith(".")
    assert not text.startswith("So far")
    if len(made) == 1:
        assert text.startswith(f"“{made[0].name}” ")
    elif any(meter.estimate is not None for meter in made):
        counted = re.search(
            r"(Both|Of 2) curves |(Neither curve) "
            if len(made) == 2
            else rf"(All|Of|None of the) {len(made)} curves ",
            text,
        )
        assert counted
        marks = Counter(meter.mark for meter in made)
        assert counted[0].startswith("Of ") == (len(marks) > 1)
        assert len(marks) == 1 or all(f" {number} " in text for number in marks.values())
        against = [meter for meter in made if meter.mark == "no"]
        assert all(f"“{meter.name}” has" in text for meter in against[:2])
    else:
        assert "no slope" in text


def test_curves_are_named_together_where_each_slope_lies_in_the_others_interval():
    result = kept_result("cosine-exact").result
    text = takeaway(result, meters(result, THEME), (0, 2, 4))
    slopes = {curve.label: curve.slope for curve in result.curves}
    one, other = (slopes[result.curves[i].label] for i in (0, 4))
    assert other.low <= one.estimate <= other.high
    assert "cannot be told apart: they fall" in text.partition(";")[0]
    said = [signed(slope.estimate) for slope in sorted((one, other), key=lambda s: s.estimate)]
    assert all(number in text.partition(";")[0] for number in said)
    assert "“cosine: length”, which no data can show, stays level" in text
    alike = [replace(curve, slope=slopes[result.curves[0].label]) for curve in result.curves]
    text = takeaway(replace(result, curves=tuple(alike)), meters(result, THEME), (2, 0, 4))
    assert "“cosine: length”, which no data can show, “" in text
    assert ",," not in text


def test_the_question_which_router_is_slow_is_answered_where_none_is():
    result = kept_result("cosine-exact").result
    made = meters(result, THEME)
    assert takeaway(result, made, (0, 2, 4)).startswith("Neither router is slow: ")
    (free,) = (place for place, meter in enumerate(made) if meter.mark == "no")
    assert not takeaway(result, made, (0, free)).startswith("Neither")
    assert "a shift of all gates alike is still free" in takeaway(result, made, (0, 2, 4))
    assert not takeaway(result, made, (0, 2)).startswith("Neither")


def test_the_takeaway_of_a_running_study_says_so(result, empty):
    running = replace(result, complete=False)
    assert takeaway(running, meters(running, THEME), (0, 1)).startswith("So far “")
    assert "No sample size" in takeaway(empty, meters(empty, THEME), (0, 1))


def test_of_a_study_that_was_stopped_nothing_is_still_to_come(result, empty):
    stopped = "Ended by the lecturer"
    some = replace(result, complete=False)
    said = takeaway(some, meters(some, THEME, stopped), (0, 1), stopped)
    assert said.startswith("Ended by the lecturer before it was complete; as far as it came, “")
    none = meters(empty, THEME, stopped)
    assert takeaway(empty, none, (0, 1), stopped) == (
        "Ended by the lecturer before any sample size was fitted."
    )
    early = [replace(curve, n=curve.n[:1], slope=None, no_slope=None) for curve in result.curves]
    first = replace(some, curves=tuple(early))
    made = meters(first, THEME, stopped)
    assert {meter.mark for meter in made} == {"unknown"}
    assert made[0].words.startswith(
        "Cannot tell: ended by the lecturer with one of its sample sizes."
    )
    said = takeaway(first, made, (0, 1), stopped)
    assert said == (
        "Ended by the lecturer before it was complete; as far as it came, no curve has the two "
        "sample sizes that make a slope."
    )
    for meter in [*none, *made]:
        assert "aiting" not in meter.words


def test_a_study_of_which_every_fit_diverged_says_so():
    result = kept_result("multinomial-fig1a").result
    gone = [
        replace(curve, loss=tuple(tuple(None for _ in row) for row in curve.loss), slope=None)
        if curve.trained
        else curve
        for curve in result.curves
    ]
    lost = replace(result, curves=tuple(gone), paths=())
    assert "Every fit diverged" in takeaway(lost, meters(lost, THEME), (0, 1))
    advice = replay_document(lost, lost.spec["sizes"], THEME)["advice"]
    assert advice.startswith("Every fit diverged")
