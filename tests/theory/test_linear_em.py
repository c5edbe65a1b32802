"""When the linear recursion of expectation-maximisation ends, under each rule."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.estimate import EM_RULES
from moeviz.theory.linear_em import LEAST_LEVEL, MOST_LOOKS, LinearEm
from tests.support import combined
from tests.theory.test_protocol import setup

RULES = [name for name, rule in EM_RULES.items() if rule.tolerates]
SAMPLES = 1000
MOST = 300


@pytest.fixture
def near(rng):
    local, _, moving = setup(combined("linear", "softmax", "linear", "gaussian"), rng)
    return local, moving


def gradients(modes, rng):
    drawn = torch.randn(50, modes.rates.shape[0], generator=rng, dtype=torch.float64)
    return drawn * torch.logspace(-4, 1, 50, dtype=torch.float64).unsqueeze(1)


def run(modes, own, level):
    """What each rule watches of a linear run, step by step; the deviance is b w + x w^2 / 2."""
    place = torch.zeros_like(own)
    lowest = -0.5 * (own.square() / modes.rates).sum()
    while True:
        cost = own @ place + 0.5 * modes.rates @ place.square()
        moved = own + modes.rates * place
        place = place - moved
        after = own @ place + 0.5 * modes.rates @ place.square()
        rise = float(cost - after) / 2
        # The level is that at the point where the run ends in the end.
        before = -0.5 * float(level + cost - lowest)
        yield {
            "mean": rise,
            "total": rise * SAMPLES,
            "relative": rise / abs(before),
            "parameters": float((modes.modes @ moved).abs().max()),
        }


@pytest.mark.parametrize("tolerance", [1e-2, 1e-4, 1e-7])
@pytest.mark.parametrize("rule", RULES)
def test_a_run_ends_with_the_first_step_that_changes_no_more_than_the_tolerance(
    rule, tolerance, near, rng
):
    local, moving = near
    modes = LinearEm(MOST, tolerance, rule).recursion(local, moving)
    own = gradients(modes, rng)
    ends = LinearEm(MOST, tolerance, rule).ends(modes, own, SAMPLES)
    for steps, gradient in zip(ends.tolist(), own, strict=True):
        walk = run(modes, gradient, local.level)
        changes = [next(walk)[rule] for _ in range(int(steps))]
        assert changes[-1] <= tolerance * (1 + 1e-6) or steps == MOST
        assert all(change > tolerance * (1 - 1e-6) for change in changes[:-1])
    assert len(set(ends.tolist())) > 3


def test_without_a_tolerance_all_iterations_are_taken(near, rng):
    local, moving = near
    for rule in EM_RULES:
        modes = LinearEm(7, 0.0, rule).recursion(local, moving)
        assert (LinearEm(7, 0.0, rule).ends(modes, gradients(modes, rng), SAMPLES) == 7).all()
    modes = LinearEm(7, 0.1, "none").recursion(local, moving)
    assert (LinearEm(7, 0.1, "none").ends(modes, gradients(modes, rng), SAMPLES) == 7).all()


@pytest.mark.parametrize("rule", RULES)
def test_who_is_told_to_end_would_not_go_on_and_who_has_just_begun_would(rule, near, rng):
    local, moving = near
    linear = LinearEm(MOST, 1e-5, rule)
    modes = linear.recursion(local, moving)
    idle = torch.zeros(50, modes.idle.shape[1], dtype=torch.float64)
    large = torch.cat([100.0 * gradients(modes, rng) + 1.0, idle], 1)
    assert linear.further(modes, large, SAMPLES).all()
    assert not linear.further(modes, 1e-9 * large, SAMPLES).any()


def test_the_level_is_the_mean_deviance_at_the_point(near):
    local, _ = near
    step = 1e-4
    there = local.far
    moved = torch.zeros_like(local.theta)
    moved[0] = step
    slope = (there.value(local.theta + moved) - there.value(local.theta - moved)) / (2 * step)
    assert slope == pytest.approx(float(there.gradient(local.theta.unsqueeze(0))[0, 0]), abs=1e-5)
    assert local.level == pytest.approx(there.value(local.theta), abs=0.1)


def test_what_cannot_be_predicted_is_refused_with_a_reason(near):
    local, moving = near
    small = replace(local, level=1.9 * LEAST_LEVEL)
    with pytest.raises(SpecificationError, match="Expected a mean log-likelihood beyond"):
        LinearEm(10, 1e-6, "relative").recursion(small, moving)
    LinearEm(10, 1e-6, "total").recursion(small, moving)
    LinearEm(10, 0.0, "relative").recursion(small, moving)
    for rule in ("relative", "parameters"):
        with pytest.raises(SpecificationError, match="Expected at most 10000 iterations"):
            LinearEm(MOST_LOOKS + 1, 1e-6, rule).recursion(local, moving)
        with pytest.raises(SpecificationError, match="iterations"):
            LinearEm(math.inf, 1e-6, rule).recursion(local, moving)
    with pytest.raises(SpecificationError, match="Expected one of the rules mean"):
        LinearEm(10, 1e-6, "gradient").recursion(local, moving)
