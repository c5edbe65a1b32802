"""Readings do not see which of an expert's equal parameters a fit came out with."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.model import make_mixture
from moeviz.theory import Reading
from moeviz.theory.reading import Reference
from tests.support import normal

EQUALS = {
    "sin(t)": lambda eta: torch.cat([-eta[..., :2], math.pi - eta[..., 2:] - 4 * math.pi], -1),
    "(t - 1)^2": lambda eta: torch.cat([-eta[..., :2], 2.0 - eta[..., 2:]], -1),
    "s1*sin(t)": lambda eta: torch.cat(
        [eta[..., :2], eta[..., 2:3] + 3 * math.pi, -eta[..., 3:]], -1
    ),
    "gelu(t1) + t2": lambda eta: torch.cat([-eta[..., :3], eta[..., 3:] + eta[..., :3]], -1),
}


@pytest.mark.parametrize("gauge", ["pinned", "quotient"])
@pytest.mark.parametrize("loss", ["L2", "L3", "expert", "total"])
@pytest.mark.parametrize("formula", EQUALS)
def test_a_fit_with_equal_experts_reads_as_the_truth(formula, loss, gauge, rng):
    mixture = make_mixture("linear", "softmax", "custom", expert_formula=formula)
    layout = mixture.layout(2, 2)
    truth = normal(rng, layout.size)
    fitted = truth.clone()
    at = layout.column(0, "expert")
    fitted[at] = EQUALS[formula](truth[at])
    x = normal(rng, 1, 2, 50)
    reference = Reference(mixture, truth, layout, x=x)
    same = Reading("l2", "pinned").read(mixture, fitted[None], reference, layout)
    assert same.max() < 1e-12
    assert Reading(loss, gauge).read(mixture, fitted[None], reference, layout).max() < 1e-9
    assert Reading(loss, "offset").read(mixture, fitted[None], reference, layout).min() > 0.1
