"""Classes that are all but decided: slopes and information where logits are extreme."""

from __future__ import annotations

import pytest
import torch

from moeviz.kernels import CHOICES, KERNEL
from moeviz.model import complete_moments, make_mixture, moments
from moeviz.model.moments import slopes
from tests.support import combined

FITS = 64


def setting(rng, classes, atoms, most, top=None):
    """Fits of one sample at 0, so that intercepts are scores and logits: whole numbers."""
    gate = "softmax" if top is None else "top-softmax"
    mixture = make_mixture("linear", gate, "linear", "categorical", classes=classes, top=top or 2)
    layout = mixture.layout(atoms, 1)
    scores = torch.randint(-3, 4, (FITS, atoms), generator=rng).double()
    logits = torch.randint(-most, most + 1, (FITS, atoms, classes - 1), generator=rng).double()
    theta = torch.zeros(FITS, layout.size, dtype=torch.float64)
    rows = theta.unflatten(-1, (atoms, layout.width))
    rows[..., 1] = scores
    rows[..., 3::2] = logits
    features = mixture.features(torch.zeros(FITS, 1, 1, dtype=torch.float64))
    response = torch.randint(0, classes, (FITS, 1), generator=rng).double()
    return mixture, theta, features, response, scores, logits


def known(mixture, scores, logits, response):
    """Minus half the deviance's slope and its information by scores and logits, from logarithms."""
    log_w = mixture.gate.log_weights(scores.unsqueeze(-1)).squeeze(-1)
    log_p = torch.cat([logits, torch.zeros_like(logits[..., :1])], -1).log_softmax(-1)
    seen = torch.nn.functional.one_hot(response[:, 0].long(), log_p.shape[-1]).bool()
    share = (log_w + log_p.transpose(1, 2)[seen]).softmax(-1)
    w, p = log_w.exp(), log_p.exp()
    mixed = (w.unsqueeze(-1) * p).sum(1)
    by_logit = seen.unsqueeze(1).double() - p
    at = seen.unsqueeze(1) & (p > 0.5)
    rest = torch.stack([p[..., [d for d in range(p.shape[-1]) if d != c]].sum(-1)
                        for c in range(p.shape[-1])], -1)  # fmt: skip
    by_logit = torch.where(at, rest, by_logit)[..., :-1] * share.unsqueeze(-1)
    slope = torch.cat([(share - w).unsqueeze(-1), by_logit], -1)
    eye = torch.eye(p.shape[-1], dtype=p.dtype)[:, :-1]
    rows = [(p - mixed.unsqueeze(1)).unsqueeze(-1), p.unsqueeze(-1) * (eye - p[..., None, :-1])]
    row = w[..., None, None] * torch.cat(rows, -1)  # (F, K, C, 1 + C - 1)
    return slope, (row**2 / mixed[:, None, :, None]).nan_to_num(0.0).sum(2)


def columns(found, atoms):
    """What belongs to scores and intercepts, shape (F, K, C)."""
    rows = found.unflatten(-1, (atoms, -1))
    return torch.cat([rows[..., 1:2], rows[..., 3::2]], -1)


@pytest.mark.parametrize("way", CHOICES)
@pytest.mark.parametrize("classes", [3, 5])
@pytest.mark.parametrize(("atoms", "top"), [(1, None), (2, None), (4, None), (4, 1), (4, 2)])
@pytest.mark.parametrize("most", [10, 60, 300])
def test_slopes_and_information_are_those_of_logarithms(
    way, classes, atoms, top, most, rng, monkeypatch
):
    monkeypatch.setenv(KERNEL, way)
    mixture, theta, features, response, scores, logits = setting(rng, classes, atoms, most, top)
    slope, information = known(mixture, scores, logits, response)
    rows = torch.arange(FITS)
    found = moments(mixture, theta, features, response, rows)
    # Just above the border 1e-14 of information a hundredth is lost, and far below it nothing.
    error = (columns(found.slope, atoms) - slope).abs().amax((1, 2))
    assert error.amax() < (1e-8 if most == 10 else 2e-2)
    assert error.median() < 1e-10
    direct = slopes(mixture, theta, features, response)
    if way == "fused":
        assert torch.equal(direct, found.slope)
    else:  # read without the chain of draws, and right at the border, too
        assert (columns(direct, atoms) - slope).abs().amax() < 1e-13
    gram = columns(found.gram.diagonal(dim1=1, dim2=2), atoms)
    assert (gram - information).abs().amax() < 1e-10
    em = complete_moments(mixture, theta, features, response, rows)
    assert (columns(em.slope, atoms) - slope).abs().amax() < 2e-2
    assert em.gram.isfinite().all()


@pytest.mark.parametrize("way", CHOICES)
@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("most", [800, 10**6, 10**300])
def test_beyond_the_floor_of_probabilities_everything_is_a_number(
    way, classes, most, rng, monkeypatch
):
    monkeypatch.setenv(KERNEL, way)
    mixture, theta, features, response, *_ = setting(rng, classes, 4, 10)
    theta.unflatten(-1, (4, -1))[..., 3::2] *= most / 10
    rows = torch.arange(FITS)
    for found in (f(mixture, theta, features, response, rows) for f in (moments, complete_moments)):
        assert found.cost.isfinite().all()
        assert found.slope.abs().amax() <= 1.0 + 1e-9
        assert found.gram.abs().amax() <= 1.0 + 1e-9


@pytest.mark.parametrize("way", CHOICES)
def test_two_classes_that_every_expert_is_sure_of_show_nothing(way, monkeypatch):
    """The experts' weights add up to 1 but for rounding, which must not be divided by nothing."""
    monkeypatch.setenv(KERNEL, way)
    mixture = make_mixture("linear", "softmax", "linear", "categorical", classes=2)
    theta = torch.tensor([[0.0, 0.3, 0.0, 40.0, 0.0, -0.2, 0.0, 41.0]], dtype=torch.float64)
    features = mixture.features(torch.zeros(1, 1, 1, dtype=torch.float64))
    for seen in (0.0, 1.0):
        response = torch.full((1, 1), seen, dtype=torch.float64)
        found = moments(mixture, theta, features, response, torch.tensor([0]))
        assert found.gram.abs().amax() < 1e-15
        assert found.slope.abs().amax() <= 1.0


@pytest.mark.only(gate=["softmax", "top-softmax"])
@pytest.mark.parametrize("way", CHOICES)
@pytest.mark.parametrize("top", [1, 2])
def test_no_router_loses_its_numbers(way, score, gate, top, rng, monkeypatch):
    monkeypatch.setenv(KERNEL, way)
    mixture = combined(score, gate, "linear", "categorical", top=top, classes=3)
    layout = mixture.layout(4, 2)
    theta = torch.randn(3, layout.size, generator=rng, dtype=torch.float64)
    atoms = theta.unflatten(-1, (4, -1))
    atoms[1, :, : layout.gate_width + 1] = atoms[1, :1, : layout.gate_width + 1]  # ties
    atoms[2, :, layout.gate_width + 1 :] *= 1e3
    features = mixture.features(2 * torch.rand(3, 2, 40, generator=rng, dtype=torch.float64) - 1)
    response = torch.randint(0, 3, (3, 40), generator=rng).double()
    found = moments(mixture, theta, features, response, torch.arange(3))
    for part in (found.cost, found.slope, found.gram):
        assert part.isfinite().all()
