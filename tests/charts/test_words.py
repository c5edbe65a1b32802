"""Numbers for people."""

from __future__ import annotations

import math

import pytest

from moeviz.charts.words import (
    comparison,
    design_sentence,
    model_words,
    number,
    open_choices,
)
from moeviz.text import signed


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


def curve(fit, **changes):
    usual = {
        "fit": fit,
        "label": f"router {fit}",
        "router_title": f"router {fit}",
        "gate": "softmax",
        "gate_title": "softmax gate",
        "expert": "relu",
        "estimator": "least squares",
        "estimator_name": "converged",
        "n": [1000, 10000],
        "status": [{"converged": 4, "boundary": 0, "protocol run": 0}] * 2,
        "slope": {"estimate": -0.5, "low": -0.6, "high": -0.4},
        "published": None,
    }
    return {**usual, **changes}


def truth(*reaches):
    return {
        "fits": [
            {"fit": fit, "reach": reach, "null_directions": null, "gauge_directions": null}
            for fit, (reach, null) in enumerate(reaches)
        ]
    }


def test_the_design_is_described_by_its_reach():
    curves = [curve(0), curve(0), curve(1), curve(2)]
    result = {"truth": truth((1090.4, 1), (None, 1), (None, None)), "curves": curves}
    text = design_sentence(result)
    assert "router 0: 1,090; router 1: without end; router 2: not defined" in text
    assert text.endswith("Estimator: least squares.")
    assert "looked for" in design_sentence({"truth": None, "curves": []})


def test_fits_are_named_by_what_tells_them_apart():
    assert model_words([curve(0), curve(1)]) == {0: "router 0", 1: "router 1"}
    both = [curve(0), curve(1, expert="tanh", estimator_name="em")]
    assert model_words(both)[1] == "router 1, tanh expert"
    assert model_words(both, estimator=True)[1] == (
        "router 1, tanh expert, expectation-maximisation"
    )


@pytest.mark.parametrize(
    ("slope", "word"),
    [(-0.45, "contains"), (-0.9, "falls faster"), (-0.1, "falls more slowly")],
)
def test_ours_is_held_against_the_papers_slope(slope, word):
    found = {"estimate": slope, "low": slope - 0.1, "high": slope + 0.1}
    published = {"slope": -0.5, "source": "cosine Fig. 1a", "note": "k is not stated"}
    one = curve(0, slope=found, published=published)
    text = comparison({"truth": truth((1e9, 0)), "curves": [one, curve(1)]})
    assert word in text
    assert "the paper prints −0.50 (cosine Fig. 1a)" in text
    assert "1.00·10⁹; our largest n is 10,000: no sample here" in text
    assert "k is not stated" in text
    assert "router 1" not in text


def test_what_no_paper_printed_is_not_compared():
    assert comparison({"truth": None, "curves": [curve(0)]}) == ""


def test_the_comparison_says_how_the_fits_ended():
    published = {"slope": -0.5, "source": "x", "note": ""}
    stopped = curve(0, published=published, status=[{"protocol run": 4}])
    assert "published number of epochs" in comparison({"truth": None, "curves": [stopped]})
    edge = curve(0, published=published, status=[{"converged": 1, "boundary": 3}])
    text = comparison({"truth": truth((100.0, 0)), "curves": [edge]})
    assert "edge of the box" in text
    assert "the largest samples lie beyond it" in text
    waiting = curve(0, published=published, slope=None, n=[], status=[])
    assert "still to come" in comparison({"truth": None, "curves": [waiting]})


def test_what_the_paper_leaves_open_is_said_with_its_value(result):
    assert open_choices(result) == ""
    published = {"slope": -0.5, "source": "x", "note": ""}
    by_sgd = curve(0, published=published, estimator_name="sgd")
    fields = {**result["spec"]["fields"], "start_scale": 0.25, "batch": 64}
    text = open_choices({"spec": {"fields": fields}, "curves": [by_sgd]})
    assert ": 0.25;" in text
    assert ": 64;" in text
    assert "olerance" not in text
    assert "Fitted number of experts" not in text


def test_the_sigmoid_paper_leaves_its_whole_protocol_open(result):
    published = {"slope": -0.5, "source": "sigmoid Fig. 1a", "note": ""}
    by_sgd = curve(0, published=published, estimator_name="sgd")
    fields = {**result["spec"]["fields"], "epochs": 7, "atoms": 3}
    text = open_choices({"spec": {"fields": fields}, "curves": [by_sgd]})
    assert "Epochs of SGD: 7" in text
    assert "Fitted number of experts: 3" in text
