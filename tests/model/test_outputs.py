"""Outputs: scores have mean zero, rows are roots of the information, draws follow the density."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.errors import ShapeError
from moeviz.estimate.multistart import make_problem
from moeviz.model import Features, complete_moments, make_mixture, moments
from moeviz.model.moments import CHUNK
from moeviz.model.outputs import make_output
from tests.support import (
    DENSITIES,
    anywhere,
    by_differences,
    combined,
    normal,
    observe,
    one_set,
    uniform,
)

Y = torch.linspace(-1.0, 1.0, 401, dtype=torch.float64)


def setting(rng, *names, samples=3, **constants):
    mixture = combined(*names, degree=2, **constants)
    theta = anywhere(rng, mixture, mixture.layout(3, 2))
    return mixture, theta, mixture.features(uniform(rng, 2, samples))


def responses(mixture, theta, features):
    """Every response, shape (Y, N), and its weight in a sum over the density, shape (Y, N)."""
    n = features.samples
    if mixture.output.name == "categorical":
        y = torch.arange(mixture.output.copies + 1, dtype=torch.float64).unsqueeze(1).expand(-1, n)
        return y, torch.ones_like(y)
    values = mixture.values(theta, features)
    low = (values.experts[0] - 9.0 * values.scalars[0].sqrt()).amin(0)
    high = (values.experts[0] + 9.0 * values.scalars[0].sqrt()).amax(0)
    y = 0.5 * (low + high) + 0.5 * (high - low) * Y.unsqueeze(1)
    return y, (0.5 * (high - low) * (Y[1] - Y[0])).expand_as(y)


@pytest.mark.few(12)
def test_density_sums_to_one_and_its_score_to_zero(density_pairing, rng):
    mixture, theta, features = setting(rng, *density_pairing)
    y, weight = responses(mixture, theta, features)
    chance = (-0.5 * mixture.cost(theta, features, y)).exp() * weight
    torch.testing.assert_close(chance.sum(0), torch.ones(3, dtype=torch.float64))
    scores = mixture.score_function(theta.expand(len(y), -1), features, y)
    mean = (chance.unsqueeze(1) * scores).sum(0)
    size = (chance.unsqueeze(1) * scores.abs()).sum(0).max()
    assert mean.abs().max() <= 1e-8 * (1.0 + size)


@pytest.mark.few(5)
@pytest.mark.parametrize("classes", [2, 3, 5])
def test_rows_of_classes_are_a_root_of_the_multinomial_information(
    score, normalised_gate, classes, rng
):
    """The sum of R R^T, whatever is observed, is the score's second moment over the classes."""
    mixture, theta, features = setting(
        rng, score, normalised_gate, "tanh", "categorical", classes=classes
    )
    y, _ = responses(mixture, theta, features)
    chance = (-0.5 * mixture.cost(theta, features, y)).exp()
    scores = mixture.score_function(theta.expand(len(y), -1), features, y)
    naive = torch.einsum("yn,ypn,yqn->npq", chance, scores, scores)
    for observed in y:
        _, rows = mixture.rows(theta, features, observed)
        assert len(rows) == classes - 1
        found = sum(torch.einsum("pn,qn->npq", row, row) for row, _ in rows)
        torch.testing.assert_close(found, naive, rtol=1e-10, atol=1e-13)


@pytest.mark.few(12)
def test_rows_of_a_gaussian_are_its_scores(score, expert, rng):
    mixture, theta, features = setting(rng, score, "softmax", expert, "gaussian")
    response = observe(rng, mixture, theta, features)
    _, [(row, residual)] = mixture.rows(theta, features, response)
    assert torch.equal(row, mixture.score_function(theta, features, response))
    assert torch.equal(residual, torch.ones_like(residual))


@pytest.mark.few(12)
def test_complete_data_have_the_observed_cost_and_slope(density_pairing, rng, monkeypatch):
    monkeypatch.setitem(CHUNK, "cpu", 64)
    mixture, theta, features = setting(rng, *density_pairing, samples=64 + 19)
    response = observe(rng, mixture, theta, features)[None]
    data = (one_set(features), response, torch.zeros(1, dtype=torch.long))
    complete, plain = (
        complete_moments(mixture, theta[None], *data),
        moments(mixture, theta[None], *data),
    )
    torch.testing.assert_close(complete.cost, plain.cost, rtol=1e-11, atol=1e-11)
    scale = 1.0 + plain.slope.abs().max()
    torch.testing.assert_close(complete.slope / scale, plain.slope / scale, rtol=0, atol=1e-11)
    torch.testing.assert_close(
        complete.share.sum(1), torch.full((1,), float(features.samples), dtype=torch.float64)
    )


@pytest.mark.few(15)
def test_complete_data_carry_their_fisher_information_which_is_above_the_observed(
    density_pairing, rng
):
    """Averaged over responses, the gram is the information on atom and response together."""
    score, _, expert, density = density_pairing
    mixture, theta, features = setting(rng, score, "softmax", expert, density, samples=2)
    y, weight = responses(mixture, theta, features)
    count, n = y.shape
    chance = (-0.5 * mixture.cost(theta, features, y)).exp() * weight
    rows = torch.arange(n).repeat(count)
    single = Features(*(part.T.unsqueeze(2)[rows] for part in (features.gate, features.expert)))
    data = (theta.expand(count * n, -1), single, y.reshape(-1, 1))
    each = torch.arange(count * n)
    found = [
        of(mixture, *data, each).gram.unflatten(0, (count, n)) for of in (complete_moments, moments)
    ]
    complete = torch.einsum("yn,ynpq->pq", chance, found[0])
    observed = torch.einsum("yn,ynpq->pq", chance, found[1])
    naive = joint_information(mixture, theta, features, y, weight)
    scale = complete.diagonal().max()
    torch.testing.assert_close(complete / scale, naive / scale, rtol=0, atol=2e-7)
    assert torch.linalg.eigvalsh((complete - observed) / scale)[0] > -1e-9


def joint_information(mixture, theta, features, y, weight):
    """The information on atom and response, from differences of the joint log-density."""

    def log_joint(t):
        values = mixture.values(t.unsqueeze(-2).expand(*t.shape[:-1], len(y), -1), features)
        gates = mixture.gate.log_weights(values.scores)
        if mixture.output.name == "gaussian":
            variance = values.scalars[0]
            off = y.unsqueeze(-2) - values.experts[0]
            return gates - off**2 / (2 * variance) - 0.5 * torch.log(2 * math.pi * variance)
        logits = torch.stack([*values.experts, torch.zeros_like(values.experts[0])]).log_softmax(0)
        chosen = torch.arange(len(y))
        return gates + logits[chosen, ..., chosen, :, :].movedim(0, -3)

    slope = by_differences(log_joint, theta)
    chance = log_joint(theta).exp() * weight.unsqueeze(-2)
    return torch.einsum("ykn,pykn,qykn->pq", chance, slope, slope)


@pytest.mark.few(6)
def test_draws_follow_the_density(score, rng):
    """Class frequencies, and the mean and second moment of a Gaussian mixture."""
    n = 40000
    for output in DENSITIES:
        mixture = combined(score, "softmax", "tanh", output)
        theta = anywhere(rng, mixture, mixture.layout(2, 2))
        features = mixture.features(uniform(rng, 2, 1).expand(-1, n))
        y, values = observe(rng, mixture, theta, features), mixture.values(theta, features)
        if output == "categorical":
            for c in range(3):
                chance = (-0.5 * mixture.cost(theta, features, torch.full((n,), float(c)))).exp()[0]
                assert abs((y == c).double().mean() - chance) < 5 * (chance / n).sqrt()
        else:
            g, h, v = (t[:, 0] for t in (values.weights, values.experts[0], values.scalars[0]))
            assert abs(y.mean() - (g * h).sum()) < 5 * y.std() / n**0.5
            square = (g * (h**2 + v)).sum()
            assert abs((y**2).mean() - square) < 5 * (y**2).std() / n**0.5


def test_regression_draws_add_noise_to_the_mean(rng):
    mixture = make_mixture("linear", "softmax", "tanh", noise=0.3)
    theta = anywhere(rng, mixture, mixture.layout(2, 2))
    features = mixture.features(uniform(rng, 2, 100))
    values, draw = mixture.values(theta, features), normal(rng, 100)
    found = mixture.output.observe(values, uniform(rng, 100, low=0.0), draw)
    torch.testing.assert_close(found, mixture.predict(theta, features) + 0.3 * draw)


@pytest.mark.parametrize("classes", [3, 6])
@pytest.mark.parametrize("kind", ["float64", "float32", "int64", "int32", "uint8"])
def test_classes_are_accepted_up_to_the_last(classes, kind):
    response = torch.arange(classes, dtype=getattr(torch, kind)).repeat(2, 3)
    make_output("categorical", classes=classes).check(response)
    with pytest.raises(ShapeError, match=f"from 0 to {classes - 2}, but got {classes - 1} and 5"):
        make_output("categorical", classes=classes - 1).check(response)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("bad", [float("nan"), 0.5, 1.5, -1.0, -0.5, "C", 256.0, 1e300, -1e300])
def test_what_is_no_class_is_refused_where_data_enter(classes, bad):
    mixture = make_mixture("linear", "softmax", "tanh", "categorical", classes=classes)
    features = mixture.features(torch.zeros(1, 1, 4, dtype=torch.float64))
    response = torch.tensor([[0.0, 1.0, float(classes) if bad == "C" else bad, 0.0]]).double()
    end = torch.ones(mixture.layout(2, 1).size, dtype=torch.float64)
    with pytest.raises(ShapeError, match=f"a whole number from 0 to {classes - 1}, but got"):
        make_problem(mixture, features, response, (-end, end))


@pytest.mark.parametrize("output_name", ["regression", "gaussian"])
def test_numbers_are_taken_as_they_come(output_name):
    response = torch.tensor([float("nan"), -3.0, 0.5])
    assert make_output(output_name).check(response) is None


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("reach", [1.0, 30.0])
def test_the_slope_of_classes_is_the_chains_and_stays_bounded_where_chances_are_rounded(
    classes, reach, rng
):
    mixture = make_mixture("linear", "softmax", "linear", "categorical", classes=classes)
    theta = reach * anywhere(rng, mixture, mixture.layout(3, 2), 4)
    features = mixture.features(uniform(rng, 4, 2, 50))
    values = mixture.values(theta, features)
    response = torch.randint(classes, (4, 50), generator=rng).double()
    (row,) = mixture.output.slope_rows(mixture.gate, values, response)
    _, chain = mixture.output.rows(mixture.gate, values, response)
    for got, of in [(row.by_score, lambda r: r.by_score)] + [
        (by, lambda r, c=c: r.by_value[c]) for c, by in enumerate(row.by_value)
    ]:
        assert (got.abs() <= 1.0 + 1e-12).all()
        want = sum(of(part) * part.residual.unsqueeze(-2) for part in chain)
        assert reach > 1.0 or torch.allclose(got, want, rtol=1e-10, atol=1e-13)
