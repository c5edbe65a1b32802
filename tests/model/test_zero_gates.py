"""Gates of zeros: handled by every router whose score is defined there."""

from __future__ import annotations

import pytest
import torch

from moeviz.model import SCORES, make_score
from tests.support import by_differences, uniform

WITH_GATES = [name for name in SCORES if make_score(name).parts(3)]
DEFINED = [name for name in WITH_GATES if make_score(name).defined_at_zero]


def width(score):
    return sum(part.width for part in score.parts(3))


@pytest.mark.parametrize("tau1", [1e-3, 0.5, 100.0])
@pytest.mark.parametrize("name", DEFINED)
def test_the_chart_has_its_derivative_at_zero(name, tau1):
    score = make_score(name, tau1=tau1)
    zero = torch.zeros(width(score), dtype=torch.float64)
    found = by_differences(score.coordinates, zero, step=1e-8 * tau1)
    assert torch.allclose(score.chart_jacobian(zero), found.T, rtol=1e-6, atol=1e-9)
    back = score.parameter(score.coordinates(zero))
    assert torch.equal(back, zero)


@pytest.mark.parametrize("length", [0.0, 1e-320, 1e-200, 1e-100, 1e-12])
@pytest.mark.parametrize("name", WITH_GATES)
def test_near_zero_nothing_is_infinite(name, length, rng):
    score = make_score(name)
    gate = length * uniform(rng, 2, width(score))
    for value in (score.coordinates(gate), score.chart_jacobian(gate)):
        assert torch.isfinite(value).all()


@pytest.mark.parametrize("name", sorted(set(WITH_GATES) - set(DEFINED)))
def test_a_gate_without_a_direction_does_not_move(name):
    score = make_score(name)
    gates = torch.zeros(2, width(score), dtype=torch.float64)
    gates[1, 1] = 2.0
    slope = score.chart_jacobian(gates)
    assert (slope[0] == 0).all()
    # A single zero coordinate is nothing special.
    assert torch.allclose(slope[1], torch.diag(torch.tensor([0.5, 0.0, 0.5], dtype=slope.dtype)))


def test_the_routers_without_a_direction_at_zero_are_those_on_the_sphere():
    assert set(WITH_GATES) - set(DEFINED) == {"cosine"}
