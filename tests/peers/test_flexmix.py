"""Maximum likelihood beside flexmix: the same model, the same start, at least its likelihood.

flexmix is R's package for finite mixtures of regressions. Both sides begin with what parameters
near the truth say: flexmix with their responsibilities, we with the parameters themselves.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from moeviz.estimate import (
    ExpectationMaximisation,
    LevenbergMarquardt,
    Status,
    box,
    fit,
    make_problem,
)
from moeviz.model import Features, make_mixture
from moeviz.peers import flexmix_categorical, flexmix_gaussian, why_missing

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(why_missing() is not None, reason=str(why_missing())),
]

SAMPLES = 2000

# Atoms as rows: score slopes, offset, experts' slopes and intercepts (and variance).
CASES = {
    "two classes": (
        make_mixture("linear", "softmax", "linear", "categorical", classes=2),
        [[3.0, 0.0, 2.0, -2.0], [0.0, 0.0, 2.0, 2.0]],
    ),
    "three classes": (
        make_mixture("linear", "softmax", "linear", "categorical", classes=3),
        [
            [1.5, -1.0, 0.3, 2.0, 1.0, 0.5, -1.0, 1.5, 0.0],
            [0.0, 0.0, 0.0, -1.5, 0.5, -0.5, 1.0, -2.0, 0.5],
        ],
    ),
    "gaussian": (
        make_mixture("linear", "softmax", "linear", "gaussian"),
        [[1.0, 0.5, 1.5, 0.5, 0.3], [0.0, 0.0, -1.0, -0.5, 0.6]],
    ),
}


def data(case, seed):
    """A data set, a start near the truth, and the start's responsibilities."""
    mixture, atoms = CASES[case]
    truth = torch.tensor(atoms, dtype=torch.float64).flatten()
    layout = mixture.layout(2, 2 if case == "three classes" else 1)
    assert layout.size == truth.numel()
    rng = torch.Generator().manual_seed(seed)
    x = 6 * torch.rand(layout.gate_width, SAMPLES, generator=rng, dtype=torch.float64) - 3
    draws = torch.rand(SAMPLES, generator=rng, dtype=torch.float64)
    noise = torch.randn(SAMPLES, generator=rng, dtype=torch.float64)
    features = mixture.features(x)
    response = mixture.output.observe(mixture.values(truth, features), draws, noise)
    start = truth * (1 + 0.2 * torch.randn(truth.shape, generator=rng, dtype=torch.float64))
    values = mixture.values(start, features)
    shares = mixture.output.component_rows(mixture.gate, values, response)[1]
    return mixture, layout, x, features, response, start, shares


def converged(mixture, layout, features, response, start, method):
    one = Features(features.gate[None], features.expert[None])
    bounds = box(mixture, layout, 50.0)
    return fit(make_problem(mixture, one, response[None], bounds), start[None], method)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("case", CASES)
def test_we_reach_the_likelihood_of_flexmix(case, seed):
    mixture, layout, x, features, response, start, shares = data(case, seed)
    peer = flexmix_gaussian if case == "gaussian" else flexmix_categorical
    found = peer(x.numpy(), response.numpy(), shares.numpy(), 5000, 1e-10, strict=True)
    assert found.converged

    theta = torch.from_numpy(found.theta())
    theirs = -0.5 * float(mixture.cost(theta, features, response).sum())
    assert theirs == pytest.approx(found.log_likelihood, rel=1e-9)

    for method in (LevenbergMarquardt(), ExpectationMaximisation(20_000, 1e-12)):
        ours = converged(mixture, layout, features, response, start, method)
        assert ours.status.item() == int(Status.CONVERGED), method
        gain = -0.5 * ours.cost.item() - theirs
        name = type(method).__name__
        print(f"{case}, seed {seed}, {name}: {gain:+.1e} above flexmix's {theirs:.6f}")
        assert gain >= -1e-9 * abs(theirs), method
        # A gain beyond this would mean that flexmix ended at another maximum.
        assert gain <= 1e-5 * abs(theirs), method


@pytest.mark.parametrize("case", CASES)
def test_flexmix_as_it_comes_does_not_beat_us(case):
    mixture, layout, x, features, response, start, shares = data(case, 7)
    peer = flexmix_gaussian if case == "gaussian" else flexmix_categorical
    found = peer(x.numpy(), response.numpy(), shares.numpy(), 5000)
    assert found.converged
    assert np.all(np.isfinite(found.trace))
    ours = converged(mixture, layout, features, response, start, LevenbergMarquardt())
    assert -0.5 * ours.cost.item() >= found.log_likelihood * (1 + 1e-9)
