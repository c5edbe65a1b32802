"""The compiled passes of likelihoods and of EM beside the tensor's way, which is the reference."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from moeviz.kernels import KERNEL
from moeviz.model import SCORES, Features, Moments, make_mixture, moments
from moeviz.model.complete import CompleteMoments, complete_moments
from moeviz.model.fused import complete_pass, density_pass
from moeviz.model.fused.choice import way_of
from moeviz.model.fused.complete import plan_of
from moeviz.model.fused.density import supported
from moeviz.model.fused.machine import BLOCK
from moeviz.model.moments import slopes
from tests.support import anywhere, combined, normal, uniform

FITS, SAMPLES = 5, 2 * BLOCK + 37

KINDS = ["linear", *(name for name, score in SCORES.items() if score.reads_expert)]
"""A score of the inputs, and those that are read off the experts."""

SHAPES = [("gaussian", 2), ("categorical", 2), ("categorical", 3), ("categorical", 5)]
"""Outputs, and how many classes."""


def _case(rng, mixture, atoms=3, dimension=2, samples=SAMPLES, reach=1.0):
    """Fits with data that are drawn from their own mixture."""
    layout = mixture.layout(atoms, dimension)
    theta = reach * anywhere(rng, mixture, layout, FITS)
    for atom in range(atoms if mixture.output.scalars else 0):
        theta[:, layout.column(atom, "expert").stop - 1] = 0.1 + 0.3 * atom
    features = mixture.features(uniform(rng, FITS, dimension, samples))
    draws = torch.rand(FITS, samples, generator=rng, dtype=torch.float64)
    values = mixture.values(theta, features)
    response = mixture.output.observe(values, draws, normal(rng, FITS, samples))
    return mixture, theta, features, response, torch.arange(FITS)


def _both(*case) -> tuple[Moments, CompleteMoments]:
    return moments(*case), complete_moments(*case)


def _by_tensors(monkeypatch, *case) -> tuple[Moments, CompleteMoments]:
    with monkeypatch.context() as patch:
        patch.setenv(KERNEL, "torch")
        return _both(*case)


def _close(found, wanted, share=1e-12) -> None:
    for one, other in zip(found, wanted, strict=True):
        assert type(one) is type(other)
        for field in dataclasses.fields(other):
            got, want = getattr(one, field.name), getattr(other, field.name)
            scale = want.abs().amax(tuple(range(1, want.dim())), keepdim=True)
            assert ((got - want).abs() <= share * scale).all(), field.name


@pytest.mark.only(score=KINDS, gate=["softmax", "top-softmax"])
def test_every_expert_gives_the_tensors_sums(score, density, expert, gate, rng, monkeypatch):
    case = _case(rng, combined(score, gate, expert, density, top=2))
    assert supported(case[0])
    _close(_both(*case), _by_tensors(monkeypatch, *case))


def test_every_score_gives_the_tensors_sums(score, density, rng, monkeypatch):
    case = _case(rng, combined(score, "softmax", "tanh", density))
    assert supported(case[0])
    _close(_both(*case), _by_tensors(monkeypatch, *case))


@pytest.mark.only(score=KINDS)
@pytest.mark.parametrize(("output_name", "classes"), SHAPES)
@pytest.mark.parametrize("text", ["s1*tanh(t)", "sin(t1)*cos(t2) + s1", "s2 + s1*tanh(t)"])
def test_typed_experts_give_the_tensors_sums(score, text, output_name, classes, rng, monkeypatch):
    constants = {"expert_formula": text, "classes": classes}
    case = _case(rng, make_mixture(score, "softmax", "custom", output_name, **constants))
    _close(_both(*case), _by_tensors(monkeypatch, *case))


@pytest.mark.only(score=["linear", "competition"])
@pytest.mark.parametrize(("output_name", "classes"), SHAPES)
@pytest.mark.parametrize(
    ("atoms", "dimension", "samples"),
    [(1, 2, 300), (2, 1, 1), (2, 2, BLOCK), (3, 7, BLOCK - 1), (6, 4, 600), (2, 33, 400)],
)
def test_every_size_gives_the_tensors_sums(
    score, atoms, dimension, samples, output_name, classes, rng, monkeypatch
):
    mixture = make_mixture(score, "softmax", "linear", output_name, classes=classes)
    case = _case(rng, mixture, atoms, dimension, samples, reach=0.5)
    _close(_both(*case), _by_tensors(monkeypatch, *case))


@pytest.mark.only(score=KINDS)
@pytest.mark.parametrize(("output_name", "classes"), SHAPES)
@pytest.mark.parametrize("reach", [8.0, 40.0])
def test_steep_gates_and_experts_give_the_tensors_sums(
    score, output_name, classes, reach, rng, monkeypatch
):
    mixture = make_mixture(score, "softmax", "linear", output_name, classes=classes)
    case = _case(rng, mixture, 3, 1, reach=reach)
    for got, want in zip(_both(*case), _by_tensors(monkeypatch, *case), strict=True):
        torch.testing.assert_close(got.cost, want.cost, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(got.slope, want.slope, rtol=1e-9, atol=1e-12)
        if classes == 2:  # of more, the tensor's chain of draws loses digits where p is next to 1
            torch.testing.assert_close(got.gram, want.gram, rtol=1e-9, atol=1e-11)


@pytest.mark.only(score=KINDS)
@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("reach", [1.0, 8.0, 40.0])
def test_the_information_is_the_scores_mean_square(score, classes, reach, rng):
    """Whatever the classes' chain: sum over samples and classes of p times the score's square."""
    mixture = make_mixture(score, "softmax", "linear", "categorical", classes=classes)
    mixture, theta, features, response, rows = _case(rng, mixture, 3, 1, reach=reach)
    found = moments(mixture, theta, features, response, rows).gram
    single = Features(
        *(
            part.transpose(1, 2).reshape(-1, part.shape[1], 1)
            for part in (features.gate, features.expert)
        )
    )
    each, wanted = theta.repeat_interleave(SAMPLES, 0), torch.zeros_like(found)
    for observed in range(classes):
        drawn = torch.full((FITS * SAMPLES, 1), float(observed), dtype=torch.float64)
        at = moments(mixture, each, single, drawn, torch.arange(FITS * SAMPLES))
        chance = torch.exp(-0.5 * at.cost)[:, None, None]
        outer = chance * at.slope.unsqueeze(2) * at.slope.unsqueeze(1)
        wanted += outer.unflatten(0, (FITS, SAMPLES)).sum(1)
    torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-11)


@pytest.mark.only(score=KINDS)
@pytest.mark.parametrize(("output_name", "classes"), SHAPES)
@pytest.mark.parametrize("top", [1, 2])
def test_equal_scores_have_the_same_winners(score, output_name, classes, top, rng, monkeypatch):
    mixture = make_mixture(score, "top-softmax", "tanh", output_name, top=top, classes=classes)
    mixture, theta, *data = _case(rng, mixture)
    atoms, own = theta.unflatten(-1, (3, -1)), mixture.output.scalars
    same = slice(atoms.shape[-1] - own) if mixture.score.reads_expert else slice(3)
    atoms[:, :, same] = atoms[:, :1, same]  # all scores are equal, whatever the input
    _close(_both(mixture, theta, *data), _by_tensors(monkeypatch, mixture, theta, *data))


@pytest.mark.only(score=["perturbed-cosine", "competition"])
@pytest.mark.parametrize(("output_name", "classes"), SHAPES)
def test_a_fits_sums_do_not_depend_on_its_batch(score, output_name, classes, rng):
    mixture = make_mixture(score, "softmax", "tanh", output_name, classes=classes)
    mixture, theta, features, response, _ = _case(rng, mixture)
    wholes = _both(mixture, theta, features, response, torch.arange(FITS))
    for rows in ([3], [4, 1], [2, 2, 0]):
        parts = _both(mixture, theta[rows], features, response, torch.tensor(rows))
        for part, whole in zip(parts, wholes, strict=True):
            for field in dataclasses.fields(whole):
                assert torch.equal(getattr(part, field.name), getattr(whole, field.name)[rows])


@pytest.mark.only(score=KINDS)
@pytest.mark.parametrize(("output_name", "classes"), SHAPES)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1e308])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_what_is_no_number_is_none_in_both_ways(
    score, output_name, classes, bad, column, rng, monkeypatch
):
    mixture = make_mixture(score, "softmax", "linear", output_name, classes=classes)
    mixture, theta, *data = _case(rng, mixture, 3, 1)
    theta[1, column] = bad
    found = _both(mixture, theta, *data)
    wanted = _by_tensors(monkeypatch, mixture, theta, *data)
    for one, other in zip(found, wanted, strict=True):
        assert torch.equal(one.cost.isfinite(), other.cost.isfinite())
        others = [0, 2, 3, 4]
        torch.testing.assert_close(one.cost[others], other.cost[others], rtol=1e-12, atol=0.0)


@pytest.mark.only(score=["cosine", "competition"])
@pytest.mark.parametrize(("output_name", "classes"), SHAPES)
def test_slopes_of_few_samples_are_the_tensors(score, output_name, classes, rng, monkeypatch):
    mixture = make_mixture(score, "softmax", "gelu", output_name, classes=classes)
    case = _case(rng, mixture, samples=45)[:-1]
    found = slopes(*case)
    monkeypatch.setenv(KERNEL, "torch")
    wanted = slopes(*case)
    assert ((found - wanted).abs() <= 1e-12 * wanted.abs().amax(1, keepdim=True)).all()


def test_the_scores_information_has_the_gauge_as_its_null_space(rng):
    mixture = make_mixture("linear", "softmax", "linear", "categorical", classes=2)
    mixture, theta, *data = _case(rng, mixture, 3, 1)
    gram = complete_moments(mixture, theta, *data).gram.unflatten(1, (3, -1))[:, :, :2]
    along = gram.sum(1).abs().amax()  # every gate moved by the same
    assert along <= 1e-13 * gram.abs().amax()


def test_features_in_any_memory_layout_give_the_same_bits(rng):
    mixture = make_mixture("linear", "softmax", "relu", "gaussian")
    mixture, theta, features, response, rows = _case(rng, mixture)
    turned = Features(features.gate.mT.contiguous().mT, features.expert.mT.contiguous().mT)
    wholes = _both(mixture, theta, features, response, rows)
    others = _both(mixture, theta, turned, response.T.contiguous().T, rows)
    for whole, other in zip(wholes, others, strict=True):
        assert torch.equal(whole.gram, other.gram)
        assert torch.equal(whole.cost, other.cost)


def test_the_environment_turns_it_off(rng, monkeypatch):
    case, called = _case(rng, make_mixture("linear", "softmax", "tanh", "gaussian")), []
    for module, name in ((density_pass, "sum_likelihoods"), (complete_pass, "sum_complete")):
        monkeypatch.setattr(module, name, lambda *given: called.append(len(given)))
    _both(*case)
    assert len(called) == 2
    assert way_of(case[0], "cpu") == "fused"
    monkeypatch.setenv(KERNEL, "torch")
    _both(*case)
    assert len(called) == 2
    assert way_of(case[0], "cpu") == "torch"


def test_a_plan_has_a_row_for_each_pair_of_channels():
    plan = plan_of(copies=2, heads=1, scalars=1, width=3, atoms=2)
    # Channels: predictor and scalar of the first copy, then of the second.
    assert plan.ends.tolist() == [2 * 3, 2 * (3 + 2 + 4), 2 * (3 + 2 + 4 + 2 + 3)]
    assert np.array_equal(plan.gram, plan.gram.T)
    assert len(set(plan.gram[np.triu_indices(8)].tolist())) < 8 * 9 // 2  # predictors are symmetric
    assert plan.gram.max() < 6 * plan.ends[2] // 2
    assert set(plan.slope.tolist()).isdisjoint(plan.gram.ravel().tolist())
