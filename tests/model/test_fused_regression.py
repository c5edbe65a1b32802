"""The fused least-squares pass beside the tensor's way, which is the reference."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from moeviz.errors import FormulaError
from moeviz.kernels import KERNEL
from moeviz.model import (
    EXPERTS,
    SCORES,
    Features,
    Moments,
    make_expert,
    make_mixture,
    make_score,
    moments,
)
from moeviz.model.experts import LinearExpert
from moeviz.model.fused import least_squares
from moeviz.model.fused.instructions import (
    SIGMOID,
    SOFTPLUS,
    UnsupportedError,
    instructions_of,
)
from moeviz.model.fused.least_squares import BLOCK
from moeviz.model.fused.observations import observe
from moeviz.model.fused.regression import supported
from moeviz.model.gates import SigmoidGate
from moeviz.model.moments import slopes
from tests.support import OWN, anywhere, combined, normal, uniform

FITS, SAMPLES = 5, 2 * BLOCK + 37

KINDS = ["linear", *(name for name, score in SCORES.items() if score.reads_expert)]
"""A score of the inputs, and those that are read off the experts."""

TEXTS = (
    "s1*tanh(t)",
    "sin(t1)*cos(t2) + s1",
    "gelu(t1) - s1*tanh(t2)",
    "exp(-t^2)/(1 + t^2)",
    "log(2 + t^2) + sqrt(1 + t^2)*abs(t)",
    "s1*softplus(t) + sigmoid(t)^3",
    "relu(t)^2 + 1/(2 + exp(t))",
)
"""Experts of one's own, with every function that may be typed."""


def _case(rng, mixture, atoms=3, dimension=2, samples=SAMPLES):
    layout = mixture.layout(atoms, dimension)
    theta = anywhere(rng, mixture, layout, FITS)
    features = mixture.features(uniform(rng, FITS, dimension, samples))
    return mixture, theta, features, normal(rng, FITS, samples)


def _by_tensors(monkeypatch, *case) -> Moments:
    with monkeypatch.context() as patch:
        patch.setenv(KERNEL, "torch")
        return moments(*case)


def _close(found: Moments, wanted: Moments) -> None:
    for field in dataclasses.fields(Moments):
        got, want = getattr(found, field.name), getattr(wanted, field.name)
        scale = want.abs().amax(tuple(range(1, want.dim())), keepdim=True)
        assert ((got - want).abs() <= 1e-12 * scale).all(), field.name


@pytest.mark.only(score=KINDS)
def test_every_gate_and_expert_gives_the_tensors_sums(score, gate, expert, rng, monkeypatch):
    case = _case(rng, combined(score, gate, expert, "regression", top=2))
    assert supported(case[0])
    _close(moments(*case), _by_tensors(monkeypatch, *case))


@pytest.mark.only(gate=["softmax", "top-sigmoid"])
def test_every_score_gives_the_tensors_sums(score, gate, rng, monkeypatch):
    case = _case(rng, combined(score, gate, "tanh", "regression"))
    assert supported(case[0])
    _close(moments(*case), _by_tensors(monkeypatch, *case))


@pytest.mark.only(score=KINDS)
@pytest.mark.parametrize("text", TEXTS)
def test_typed_experts_give_the_tensors_sums(score, text, rng, monkeypatch):
    mixture = make_mixture(score, "softmax", "custom", expert_formula=text)
    assert supported(mixture)
    case = _case(rng, mixture)
    _close(moments(*case), _by_tensors(monkeypatch, *case))


@pytest.mark.only(score=["perturbed-cosine", "competition"])
@pytest.mark.parametrize(
    ("atoms", "dimension", "samples"),
    [(1, 2, 300), (2, 1, 1), (2, 2, BLOCK), (3, 7, BLOCK - 1), (8, 5, 600), (2, 33, 400)],
)
def test_every_size_gives_the_tensors_sums(score, atoms, dimension, samples, rng, monkeypatch):
    mixture = make_mixture(score, "softmax", "gelu")
    case = _case(rng, mixture, atoms, dimension, samples)
    _close(moments(*case), _by_tensors(monkeypatch, *case))


@pytest.mark.only(score=KINDS, gate=["top-softmax", "top-sigmoid"])
@pytest.mark.parametrize("top", [1, 2, 3])
def test_equal_scores_have_the_same_winners(score, gate, top, rng, monkeypatch):
    mixture, theta, *data = _case(rng, combined(score, gate, "tanh", "regression", top=top))
    atoms = theta.unflatten(-1, (3, -1))
    same = slice(None) if mixture.score.reads_expert else slice(3)
    atoms[:, :, same] = atoms[:, :1, same]  # all scores are equal, whatever the input
    _close(moments(mixture, theta, *data), _by_tensors(monkeypatch, mixture, theta, *data))


@pytest.mark.only(score=KINDS[1:], gate=["top-softmax", "top-sigmoid"])
def test_dead_experts_that_compete_have_the_same_winners(score, gate, rng, monkeypatch):
    mixture, theta, *data = _case(rng, combined(score, gate, "relu", "regression", top=2), 4)
    theta.unflatten(-1, (4, -1))[..., 0] = 0.0  # offsets; where experts are silent, scores tie
    values = mixture.values(theta, data[0])
    assert ((values.experts[0] == 0.0).sum(-2) >= 2).any()
    _close(moments(mixture, theta, *data), _by_tensors(monkeypatch, mixture, theta, *data))


@pytest.mark.only(score=KINDS[1:])
@pytest.mark.parametrize("reach", [1e-8, 8.0, 40.0, 300.0])
def test_steep_experts_that_compete_give_the_tensors_sums(score, gate, reach, rng, monkeypatch):
    mixture, theta, *data = _case(rng, combined(score, gate, "linear", "regression"))
    _close(
        moments(mixture, reach * theta, *data),
        _by_tensors(monkeypatch, mixture, reach * theta, *data),
    )


@pytest.mark.only(score=KINDS)
def test_observations_are_the_tensors(score, gate, rng):
    mixture, theta, features, response = _case(rng, combined(score, gate, "tanh", "regression"))
    layout = mixture.layout_of(theta, features)
    values = mixture.values(theta[0], features)
    wanted = mixture.output.observe(values, response, response)
    observe(mixture, mixture.predictors(theta[0], layout), features, response)
    torch.testing.assert_close(response, wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.only(score=["perturbed-cosine", "competition"], gate=["softmax", "top-sigmoid"])
def test_a_fits_sums_do_not_depend_on_its_batch(score, gate, rng):
    mixture, theta, *data = _case(rng, combined(score, gate, "tanh", "regression"))
    whole = moments(mixture, theta, *data)
    for rows in ([3], [4, 1], [2, 2, 0]):
        part = moments(mixture, theta[rows], *data, torch.tensor(rows))
        for field in dataclasses.fields(Moments):
            assert torch.equal(getattr(part, field.name), getattr(whole, field.name)[rows])


def test_features_in_any_memory_layout_give_the_same_bits(rng):
    mixture, theta, features, response = _case(rng, make_mixture("linear", "softmax", "relu"))
    whole = moments(mixture, theta, features, response)
    turned = Features(
        features.gate.mT.contiguous().mT, features.expert.mT.contiguous().mT
    )  # samples are no longer neighbours
    other = moments(mixture, theta, turned, response.T.contiguous().T)
    assert torch.equal(whole.gram, other.gram)
    assert torch.equal(whole.cost, other.cost)


@pytest.mark.only(score=KINDS)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e200, -1e308])
@pytest.mark.parametrize("column", [0, 3, 5])
def test_what_is_no_number_is_none_in_both_ways(score, gate, bad, column, rng, monkeypatch):
    mixture, theta, *data = _case(rng, combined(score, gate, "linear", "regression"))
    theta[1, column] = bad
    found = moments(mixture, theta, *data)
    wanted = _by_tensors(monkeypatch, mixture, theta, *data)
    assert torch.equal(found.cost.isfinite(), wanted.cost.isfinite())
    assert torch.equal(
        found.gram.flatten(1).isfinite().all(1), wanted.gram.flatten(1).isfinite().all(1)
    )
    others = [0, 2, 3, 4]
    torch.testing.assert_close(found.cost[others], wanted.cost[others], rtol=1e-12, atol=0.0)


@pytest.mark.only(score=["perturbed-cosine", "competition"])
def test_slopes_of_few_samples_are_the_tensors(score, gate, expert, rng, monkeypatch):
    case = _case(rng, combined(score, gate, expert, "regression"), samples=45)
    found = slopes(*case)
    monkeypatch.setenv(KERNEL, "torch")
    wanted = slopes(*case)
    assert ((found - wanted).abs() <= 1e-12 * wanted.abs().amax(1, keepdim=True)).all()
    assert torch.equal(slopes(case[0], case[1][1:2], *_second(case)), wanted[1:2])


def _second(case):
    _, _, features, response = case
    return Features(features.gate[1:2], features.expert[1:2]), response[1:2]


def test_the_environment_turns_it_off(rng, monkeypatch):
    case, called = _case(rng, make_mixture("linear", "softmax", "tanh")), []
    monkeypatch.setattr(least_squares, "sum_products", lambda *given: called.append(len(given)))
    moments(*case)
    assert len(called) == 1
    monkeypatch.setenv(KERNEL, "torch")
    moments(*case)
    slopes(*case)
    assert len(called) == 1


def test_what_compiled_code_does_not_know_goes_tensor_by_tensor(rng):
    class Bent(SigmoidGate):
        """A gate of a test's own."""

    mixture = make_mixture("linear", "sigmoid", "tanh")
    assert supported(mixture)
    assert not supported(dataclasses.replace(mixture, gate=Bent()))
    assert not supported(make_mixture("linear", "softmax", "tanh", "gaussian"))


def test_formulas_without_instructions_are_refused(monkeypatch):
    class Odd(LinearExpert):
        text = "u1*t"

    with pytest.raises((UnsupportedError, FormulaError)):
        instructions_of(Odd())
    assert not supported(
        dataclasses.replace(make_mixture("linear", "softmax", "tanh"), expert=Odd())
    )


def test_instructions_compute_what_is_shared_once():
    tanh = instructions_of(make_expert("tanh"))
    assert len(tanh.steps) == 3  # tanh, its square, and one minus that
    assert tanh.outputs.tolist() == [1, 3]
    assert np.array_equal(tanh.numbers[2], [-1.0, 1.0])


def test_what_a_score_reads_off_an_expert_comes_last():
    expert = make_expert("linear")
    alone = instructions_of(expert, make_score("linear"))
    assert np.array_equal(alone.steps, instructions_of(expert).steps)
    read = instructions_of(expert, make_score("competition"))
    assert read.outputs.tolist() == [*alone.outputs, 2, 3]
    assert read.steps[-2:].tolist() == [[SOFTPLUS, 0, 0], [SIGMOID, 0, 0]]


def test_every_registered_expert_has_instructions():
    for name in EXPERTS:
        made = make_expert(name, **OWN)
        assert len(instructions_of(made).outputs) == 1 + made.heads + made.scalars
