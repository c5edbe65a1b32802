"""Claims: every curve has one with a source, and the papers' tables are told as they stand."""

from __future__ import annotations

import itertools

import pytest

from moeviz.theory import GAUGES, LOSSES, Reading
from moeviz.theory.distances import DISTANCES
from moeviz.theory.rates import Setting, claimed_rate
from tests.support import COMBINATIONS

FLAGS = [
    dict(zip(("over_specified", "misspecified", "sparse", "flat"), values, strict=True))
    for values in itertools.product((False, True), repeat=4)
]


def test_every_curve_has_a_claim_with_a_source(score):
    readings = [Reading(loss, gauge) for loss in ("L2", "radial") for gauge in GAUGES]
    readings += [Reading(name, "pinned") for name in DISTANCES]
    assert "L2" in LOSSES
    mine = [names for names in COMBINATIONS if names[0] == score]
    claims = {
        claimed_rate(Setting(*names, **flags), reading)
        for names, flags, reading in itertools.product(mine, FLAGS, readings)
    }
    assert all(claim.text.endswith(".") and claim.source for claim in claims)
    assert {claim.exponent for claim in claims} <= {None, 0.0, -0.5}


OVER = {"over_specified": True}
SPARSE = {"over_specified": True, "sparse": True}


@pytest.mark.parametrize(
    ("names", "flags", "loss", "gauge", "exponent", "source"),
    [
        ("perturbed-cosine softmax relu", {}, "L3", "pinned", -0.5, "cosine Theorem 6"),
        ("cosine softmax relu", {}, "L3", "offset", None, "cosine Theorem 5"),
        ("perturbed-cosine softmax tanh", OVER, "L2", "pinned", -0.5, "cosine Theorem 4"),
        ("perturbed-cosine softmax linear", OVER, "L2", "pinned", None, "cosine Table 1"),
        ("linear softmax polynomial", OVER, "L2", "pinned", None, "cosine Table 1"),
        ("cosine softmax relu", OVER, "L2", "offset", None, "cosine Theorem 2"),
        ("cosine softmax relu", OVER, "radial", "offset", 0.0, "cosine eq. 4"),
        ("perturbed-cosine softmax relu", {}, "l2", "pinned", -0.5, "cosine Theorem 3"),
        (
            "quadratic sigmoid scaled-relu",
            SPARSE,
            "sigmoid-L1",
            "pinned",
            -0.5,
            "sigmoid Theorem 1",
        ),
        ("quadratic sigmoid linear", SPARSE, "sigmoid-L2,2", "pinned", None, "sigmoid Theorem 2"),
        ("quadratic sigmoid polynomial", SPARSE, "sigmoid-L1", "pinned", None, "sigmoid Theorem 2"),
        ("quadratic sigmoid linear", OVER, "sigmoid-L3", "pinned", -0.5, "sigmoid Theorem 3"),
        (
            "partial-quadratic sigmoid linear",
            SPARSE,
            "sigmoid-L4",
            "pinned",
            -0.5,
            "sigmoid Theorem 4",
        ),
        ("partial-quadratic sigmoid relu", OVER, "sigmoid-L5", "pinned", -0.5, "sigmoid Theorem 5"),
        (
            "linear softmax linear categorical",
            OVER,
            "D2",
            "pinned",
            -0.5,
            "multinomial Theorem 3.1",
        ),
        (
            "linear softmax linear categorical",
            {"over_specified": True, "flat": True},
            "D2",
            "pinned",
            None,
            "multinomial Theorem 3.3",
        ),
        (
            "modified-sigmoid softmax linear categorical",
            {"over_specified": True, "flat": True},
            "D2",
            "pinned",
            -0.5,
            "multinomial Theorem 4.4",
        ),
        (
            "linear softmax linear categorical",
            OVER,
            "hellinger",
            "pinned",
            -0.5,
            "multinomial Prop",
        ),
        (
            "competition softmax ffn gaussian",
            OVER,
            "compete-L1",
            "pinned",
            -0.5,
            "compete Theorem 3.2",
        ),
        (
            "competition softmax linear gaussian",
            OVER,
            "compete-L2",
            "pinned",
            -0.5,
            "compete Theorem K.1",
        ),
        (
            "linear softmax linear gaussian",
            OVER,
            "compete-L2",
            "pinned",
            None,
            "compete App. K and §3",
        ),
        ("competition softmax ffn gaussian", OVER, "tv", "pinned", -0.5, "compete Prop. 3.1"),
    ],
)
def test_claims_of_the_papers(names, flags, loss, gauge, exponent, source):
    claim = claimed_rate(Setting(*names.split(), **flags), Reading(loss, gauge))
    assert claim.exponent == exponent
    assert claim.source.startswith(source)


@pytest.mark.parametrize(
    ("names", "flags", "source"),
    [
        ("cosine softmax relu", OVER, "cosine Theorem 1"),
        ("linear softmax relu", OVER, "moeviz"),
        ("quadratic softmax gelu", {}, "moeviz"),
        ("perturbed-cosine top-softmax relu", {}, "moeviz"),
        ("quadratic sigmoid gelu", SPARSE, "sigmoid Prop. 1, eq. 7"),
        ("quadratic sigmoid gelu", OVER, "sigmoid Cor. 1"),
        ("partial-quadratic sigmoid gelu", SPARSE, "sigmoid Prop. 4, eq. 50"),
        ("partial-quadratic sigmoid gelu", OVER, "sigmoid Cor. 2"),
        ("modified-tanh softmax linear categorical", OVER, "multinomial Prop. 4.3"),
        ("linear softmax linear gaussian", OVER, "moeviz"),
    ],
)
def test_how_fast_a_function_is_learnt_is_said_where_it_is_proved(names, flags, source):
    claim = claimed_rate(Setting(*names.split(), **flags), Reading("l2", "pinned"))
    assert (claim.exponent, claim.source) == (-0.5, source)


@pytest.mark.parametrize(
    ("names", "flags"),
    [
        ("linear sigmoid gelu", SPARSE),
        ("linear sigmoid gelu", OVER),
        ("cosine sigmoid relu", SPARSE),
        ("quadratic top-sigmoid gelu", SPARSE),
        ("perturbed-cosine top-softmax relu", OVER),
        ("quadratic softmax linear categorical", OVER),
        ("cosine softmax linear gaussian", OVER),
        ("competition top-softmax ffn gaussian", OVER),
    ],
)
def test_no_theorem_is_named_for_a_model_that_its_paper_does_not_treat(names, flags):
    claim = claimed_rate(Setting(*names.split(), **flags), Reading("L2", "pinned"))
    assert (claim.exponent, claim.source) == (None, "moeviz")


def test_only_relu_networks_stand_in_the_table_of_the_cosine_paper():
    for expert in ("gelu", "tanh", "ffn"):
        setting = Setting("linear", "softmax", expert, over_specified=True)
        assert claimed_rate(setting, Reading("L2", "pinned")).source == "cosine §2"
    relu = Setting("linear", "softmax", "relu", over_specified=True)
    assert claimed_rate(relu, Reading("L2", "pinned")).source == "cosine Table 1"


def test_the_collapse_of_an_exact_fit_carries_both_sentences_of_its_paper():
    setting = Setting("linear", "softmax", "linear", "categorical", flat=True)
    claim = claimed_rate(setting, Reading("D2", "pinned"))
    assert claim.exponent is None
    assert "slower than any power of n in Table 1" in claim.rate
    assert "no faster than n^(−1/2) in the text" in claim.rate
    assert "cells with one member" in claim.text


def test_a_misspecified_distance_stops_falling(output):
    setting = Setting("linear", "softmax", "tanh", output, misspecified=True)
    assert claimed_rate(setting, Reading("l2", "pinned")).exponent == 0.0
