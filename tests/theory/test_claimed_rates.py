"""Which setting decides a claim: one change at a time, and what follows from it."""

from __future__ import annotations

import pytest

from moeviz.model import SCORES, Domain
from moeviz.theory import Reading
from moeviz.theory.rates import Setting, claimed_rate


def exponent(names, loss="L3", gauge="pinned", **flags):
    return claimed_rate(Setting(*names.split(), **flags), Reading(loss, gauge)).exponent


@pytest.mark.parametrize("router", SCORES)
def test_a_router_forgets_lengths_when_its_coordinates_are_directions(router):
    assert Setting(router, "softmax", "tanh").forgets_length == (
        SCORES[router].domain is Domain.SPHERE
    )


@pytest.mark.parametrize(
    ("expert_name", "degree", "linear"),
    [("linear", 3, True), ("polynomial", 1, True), ("polynomial", 2, False), ("tanh", 1, False)],
)
def test_a_polynomial_of_degree_one_is_linear(expert_name, degree, linear):
    assert Setting("linear", "softmax", expert_name, degree=degree).linear_expert is linear


@pytest.mark.parametrize(
    ("names", "gauge", "expected"),
    [
        ("custom softmax tanh", "pinned", -0.5),
        ("custom softmax tanh", "offset", None),
        ("linear softmax custom", "offset", None),
        ("custom sigmoid tanh", "offset", -0.5),
        ("custom sigmoid custom", "pinned", -0.5),
    ],
)
def test_a_formula_of_ones_own_falls_like_the_information_once_its_gauge_is_fixed(
    names, gauge, expected
):
    assert exponent(names, gauge=gauge) == expected
    for flag in ("over_specified", "misspecified"):
        assert exponent(names, gauge=gauge, **{flag: True}) is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("perturbed-cosine softmax tanh", -0.5),
        ("perturbed-cosine softmax polynomial", -0.5),
        ("linear softmax tanh", -0.5),
        ("linear softmax polynomial", None),
        ("linear softmax linear", None),
        ("perturbed-cosine softmax linear", None),
    ],
)
def test_which_experts_are_slow_in_crowds_depends_on_the_router(names, expected):
    assert exponent(names, "L2", over_specified=True) == expected


@pytest.mark.parametrize("gate_name", ["softmax", "sigmoid"])
def test_the_blocks_of_a_crowded_loss_fall_at_half_its_rate(gate_name):
    """L2 squares distances where atoms crowd; the distances themselves are half as fast."""
    router = "perturbed-cosine" if gate_name == "softmax" else "quadratic"
    names = f"{router} {gate_name} tanh"
    flags = {"over_specified": True, "sparse": True}
    assert exponent(names, "L2", **flags) == -0.5
    for block in ("gate", "expert"):
        assert exponent(names, block, **flags) == -0.25
        assert exponent(names, block) == -0.5


def test_the_papers_convention_is_no_complete_gauge():
    """What only one offset is fixed for keeps the shift of its start."""
    for names in ("linear softmax tanh", "cosine softmax tanh"):
        assert exponent(names, gauge="pinned") == -0.5
        assert exponent(names, gauge="offset") is None
    for density in ("gaussian", "categorical"):
        assert exponent(f"linear softmax tanh {density}", gauge="offset") is None
        assert exponent(f"linear softmax tanh {density}", gauge="pinned") == -0.5


def test_polynomials_are_slow_where_a_quadratic_sigmoid_gate_is_zero_and_not_elsewhere():
    crowd = {"over_specified": True, "sparse": True}
    for expert in ("linear", "polynomial"):
        assert exponent(f"quadratic sigmoid {expert}", "sigmoid-L1", **crowd) is None
        assert exponent(f"partial-quadratic sigmoid {expert}", "sigmoid-L4", **crowd) == -0.5
        assert exponent(f"quadratic sigmoid {expert}", "sigmoid-L3", over_specified=True) == -0.5
    assert exponent("quadratic sigmoid gelu", "sigmoid-L1", **crowd) == -0.5


def test_with_one_offset_fixed_a_single_router_has_a_claim():
    for router, score in SCORES.items():
        claim = claimed_rate(Setting(router, "softmax", "tanh"), Reading("L3", "offset"))
        assert claim.exponent == (-0.5 if router == "perturbed-cosine" else None)
        if score.domain is Domain.SPHERE:
            assert claim.source.startswith("cosine")


def test_what_is_slow_about_a_cosine_router_is_its_lengths():
    """With the lengths as they came the bound stands; with lengths fixed nothing is claimed."""
    setting = Setting("cosine", "softmax", "tanh", over_specified=True)
    free, fixed = (claimed_rate(setting, Reading("L2", gauge)) for gauge in ("offset", "pinned"))
    assert free.exponent is fixed.exponent is None
    assert "minimax" in free.text
    assert "lengths" in fixed.text


def test_a_modified_routers_exact_claim_is_its_papers():
    for router in ("linear", "modified-tanh"):
        setting = Setting(router, "softmax", "tanh", "categorical")
        claim = claimed_rate(setting, Reading("D1", "pinned"))
        assert claim.exponent == -0.5
        assert claim.source == "multinomial Table 1"


def test_a_length_that_stays_where_it_starts_closes_in_where_starts_do():
    reading = Reading("radial", "pinned")
    assert claimed_rate(Setting("cosine", "softmax", "tanh"), reading).exponent == 0.0
    planted = Setting("cosine", "softmax", "tanh", planted=True)
    assert claimed_rate(planted, reading).exponent is None
