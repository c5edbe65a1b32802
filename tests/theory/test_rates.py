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
    for names, flags, reading in itertools.product(mine, FLAGS, readings):
        claim = claimed_rate(Setting(*names, **flags), reading)
        assert claim.text.endswith(".")
        assert claim.source
        assert claim.exponent in (None, 0.0, -0.5)


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


def test_a_misspecified_distance_stops_falling(output):
    setting = Setting("linear", "softmax", "tanh", output, misspecified=True)
    assert claimed_rate(setting, Reading("l2", "pinned")).exponent == 0.0
