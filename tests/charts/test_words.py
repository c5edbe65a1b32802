"""Numbers for people."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from moeviz.charts.against import comparison
from moeviz.charts.sentences import curve_words
from moeviz.charts.words import (
    design_sentence,
    model_words,
    number,
    open_choices,
)
from moeviz.model import SCORES
from moeviz.study import Published, Specification
from moeviz.study.curve_kinds import FITS, STARTS
from moeviz.study.slope import Slope
from moeviz.text import signed

TITLES = [score.title for score in SCORES.values()]


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


@pytest.fixture
def curve(result):
    """A function that makes a curve of some fit, told apart from others by its router."""
    usual = {
        "gate": "softmax",
        "expert": "relu",
        "estimator": "converged",
        "estimator_title": "least squares",
        "n": (1000, 10000),
        "status": ({"converged": 4, "boundary": 0, "protocol run": 0},) * 2,
        "slope": Slope(-0.5, -0.6, -0.4, (1000, 10000)),
        "published": None,
    }

    def make(fit, **changes):
        names = {"fit": fit, "router": list(SCORES)[fit], "label": f"router {fit}"}
        return replace(result.curves[0], **{**names, **usual, **changes})

    return make


@pytest.fixture
def whole(result):
    """A function that makes a result of some curves and reaches, whose fields can be changed."""

    def make(*curves, reaches=(), **fields):
        reports = tuple(
            replace(result.truth[0], fit=fit, reach=reach, null=null, gauge=null)
            for fit, (reach, null) in enumerate(reaches)
        )
        spec = Specification.make("lab", {**result.spec.fields, **fields})
        return replace(result, spec=spec, truth=reports, curves=curves)

    return make


def test_the_design_is_described_by_its_reach(curve, whole):
    curves = [curve(0), curve(0), curve(1), curve(2)]
    text = design_sentence(whole(*curves, reaches=((1090.4, 1), (None, 1), (None, None))))
    first, second, third = TITLES[:3]
    assert f"{first}: 1,090; {second}: infinite; {third}: not defined" in text
    assert text.endswith("Estimator: least squares.")
    assert "looked for" in design_sentence(whole())


def test_fits_are_named_by_what_tells_them_apart(curve):
    assert model_words([curve(0), curve(1)]) == {0: TITLES[0], 1: TITLES[1]}
    both = [curve(0), curve(1, expert="tanh", estimator="em")]
    assert model_words(both)[1] == f"{TITLES[1]}, tanh expert"
    assert model_words(both, estimator=True)[1] == (
        f"{TITLES[1]}, tanh expert, expectation-maximisation"
    )


@pytest.mark.parametrize(
    ("slope", "word"),
    [
        (-0.45, "contains"),
        (-0.9, "falls faster"),
        (-0.2, "falls more slowly"),
        (-0.05, "does not plainly fall"),
        (0.46, "our loss rises"),
    ],
)
def test_ours_is_held_against_the_papers_slope(slope, word, curve, whole):
    found = Slope(slope, slope - 0.1, slope + 0.1, (1000, 10000))
    published = Published(-0.5, "cosine Fig. 1a", note="k is not stated")
    one = curve(0, slope=found, published=published)
    text = comparison(whole(one, curve(1), reaches=((1e9, 0),)))
    assert word in text
    assert "the paper prints −0.50 (cosine Fig. 1a)" in text
    assert "1.00·10⁹; our largest n is 10,000: no sample here" in text
    assert "k is not stated" in text
    assert "router 1" not in text


@pytest.mark.parametrize("kind", [FITS, STARTS])
@pytest.mark.parametrize(
    ("slope", "said"),
    [
        (-0.46, "falls like n to the power −0.46 (95 % interval −0.56 to −0.36)"),
        (0.46, "rises like n to the power 0.46 (95 % interval 0.36 to 0.56)"),
        (0.0, "stays level, slope 0.00 (95 % interval −0.10 to 0.10)"),
    ],
)
def test_a_loss_is_said_to_fall_only_where_it_does(slope, said, kind, result, curve):
    found = Slope(slope, slope - 0.1, slope + 0.1, (1000, 10000))
    words = curve_words(result.spec, curve(0, slope=found, kind=kind))
    assert f" {said}" in words


def test_what_no_paper_printed_is_not_compared(curve, whole):
    assert comparison(whole(curve(0))) == ""


def test_the_comparison_says_how_the_fits_ended(curve, whole):
    published = Published(-0.5, "x")
    stopped = curve(0, published=published, status=({"protocol run": 4},))
    assert "published number of epochs" in comparison(whole(stopped))
    edge = curve(0, published=published, status=({"converged": 1, "boundary": 3},))
    text = comparison(whole(edge, reaches=((100.0, 0),)))
    assert "edge of the box" in text
    assert "the largest samples lie beyond it" in text
    waiting = curve(0, published=published, slope=None, n=(), status=())
    assert "not there" in comparison(whole(waiting))


def test_what_the_paper_leaves_open_is_said_with_its_value(result, curve, whole):
    assert open_choices(result) == ""
    published = Published(-0.5, "x")
    by_sgd = curve(0, published=published, estimator="sgd")
    text = open_choices(whole(by_sgd, start_scale=0.25, batch=64))
    assert ": 0.25;" in text
    assert ": 64;" in text
    assert "olerance" not in text
    assert "Power of n" not in text
    assert "Fitted number of experts" not in text
    text = open_choices(whole(by_sgd, start_power=0.25, start_unit="block"))
    assert "starts come closer: 0.25; Unit of the distance of starts: block." in text
    by_em = curve(0, published=published, estimator="em")
    text = open_choices(whole(by_em, em_tolerance=1e-8, em_rule="total"))
    assert "Tolerance of EM: 1e-08; What EM's tolerance is of: total;" in text


def test_the_sigmoid_paper_leaves_its_whole_protocol_open(curve, whole):
    published = Published(-0.5, "sigmoid Fig. 1a")
    by_sgd = curve(0, published=published, estimator="sgd")
    text = open_choices(whole(by_sgd, epochs=7, atoms=3))
    assert "Epochs of SGD: 7" in text
    assert "Fitted number of experts: 3" in text
