"""Values and derivatives of every combination of score, gate, expert and output."""

from __future__ import annotations

import pytest
import torch

from moeviz.errors import ShapeError, SpecificationError, UnknownNameError
from moeviz.model import (
    EXPERTS,
    GATES,
    OUTPUTS,
    SCORES,
    Constant,
    Features,
    Layout,
    Part,
    make_expert,
    make_mixture,
    make_score,
    moments,
)
from moeviz.model.moments import CHUNK, slopes
from moeviz.theory import free_columns
from tests.support import (
    COMBINATIONS,
    DENSITIES,
    DENSITY_PAIRINGS,
    NORMALISED,
    PAIRINGS,
    anywhere,
    by_differences,
    combined,
    normal,
    observe,
    one_set,
    uniform,
)


def case(rng, names, atoms=3, dimension=2, samples=7, **constants):
    """A mixture, its parameters, features and observations."""
    mixture = combined(*names, **constants)
    theta = anywhere(rng, mixture, mixture.layout(atoms, dimension))
    features = mixture.features(uniform(rng, dimension, samples))
    return mixture, theta, features, observe(rng, mixture, theta, features)


def assert_score_is_the_gradient(mixture, theta, features, response):
    numeric = -0.5 * by_differences(lambda t: mixture.cost(t, features, response), theta)
    analytic = mixture.score_function(theta, features, response)
    free = free_columns(mixture, mixture.layout_of(theta, features))
    scale = 1.0 + numeric.abs().max()
    torch.testing.assert_close(analytic[free] / scale, numeric[free] / scale, rtol=0, atol=1e-6)


@pytest.mark.few(24)
def test_score_function_is_minus_half_the_gradient_of_the_cost(combination, rng):
    assert_score_is_the_gradient(*case(rng, combination))


@pytest.mark.few(15)
@pytest.mark.parametrize(
    ("names", "atoms", "dimension"),
    [
        (names, atoms, dimension)
        for names in PAIRINGS
        for atoms, dimension in ((1, 2), (3, 1), (3, 4))
        if dimension >= SCORES[names[0]].smallest_dimension
    ],
)
def test_score_function_in_other_shapes(names, atoms, dimension, rng):
    assert_score_is_the_gradient(*case(rng, names, atoms, dimension))


@pytest.mark.few(3)
def test_jacobian_is_the_derivative_of_the_regression(pairing, rng):
    mixture, theta, features, _ = case(rng, (*pairing[:3], "regression"))
    numeric = by_differences(lambda t: mixture.predict(t, features), theta)
    scale = 1.0 + numeric.abs().max()
    torch.testing.assert_close(
        mixture.jacobian(theta, features) / scale, numeric / scale, rtol=0, atol=1e-8
    )


@pytest.mark.few(3)
def test_moments_are_the_sums_that_their_names_say(pairing, rng, monkeypatch):
    monkeypatch.setitem(CHUNK, "cpu", 64)
    mixture, theta, features, response = case(rng, pairing, samples=64 + 37)
    found = moments(mixture, theta[None], one_set(features), response[None])
    cost, rows = mixture.rows(theta, features, response)
    assert_near(cost, mixture.cost(theta, features, response))
    assert_near(found.cost[0], cost.sum())
    assert_near(found.slope[0], sum(row @ residual for row, residual in rows))
    assert_near(found.gram[0], sum(row @ row.T for row, _ in rows))
    batch = slopes(mixture, theta[None], one_set(features), response[None])
    assert_near(batch, found.slope)


def assert_near(found, expected):
    scale = 1.0 + expected.abs().max()
    torch.testing.assert_close(found / scale, expected / scale, rtol=0, atol=1e-11)


@pytest.mark.few(5)
@pytest.mark.usefixtures("two_threads")
def test_moments_of_a_fit_do_not_depend_on_its_batch(pairing, rng, monkeypatch):
    """To the last bit, whatever the number of samples and whoever shares the batch."""
    monkeypatch.setitem(CHUNK, "cpu", 128)
    mixture = combined(*pairing, degree=5)
    features = mixture.features(uniform(rng, 7, 2, 128 + 61))
    theta = anywhere(rng, mixture, mixture.layout(3, 2), 7)
    response = observe(rng, mixture, theta, features)
    together = moments(mixture, theta, features, response)
    for rows in ([4], [6, 5, 4]):
        part = moments(mixture, theta[rows], features, response, torch.tensor(rows))
        at = rows.index(4)
        for name in vars(together):
            assert torch.equal(getattr(part, name)[at], getattr(together, name)[4])


def test_features_taken_from_a_range_are_those_samples(rng):
    features = Features(uniform(rng, 3, 2, 9), uniform(rng, 3, 2, 9))
    part = features.take(torch.tensor([2, 0]), 3, 7)
    assert torch.equal(part.gate, features.gate[[2, 0], :, 3:7])
    assert part.samples == 4


def test_layout_packs_unpacks_and_names_its_columns(rng):
    layout = Layout(
        3, (Part("A", "A", 3, (1.0, 2.0, 1.0)), Part("b_gate", "b", 1)), (Part("a", "a", 2),)
    )
    theta = normal(rng, 4, layout.size)
    measure = layout.unpack(theta)
    assert torch.equal(layout.pack(measure), theta)
    assert torch.equal(theta[:, layout.column(-1, "weight")].squeeze(1), measure.log_weight[:, 2])
    assert torch.equal(theta[:, layout.column(1, "gate")], measure.gate[:, 1])
    assert torch.equal(theta[:, layout.column(0, "expert")], measure.expert[:, 0])
    assert layout.names() == ["A[1]", "A[2]", "A[3]", "b_gate", "beta0", "a[1]", "a[2]"]
    assert layout.offsets("b_gate") == slice(3, 4)
    assert layout.of(1).size == layout.width == 7
    with pytest.raises(ShapeError, match="not 'nu'"):
        layout.offsets("nu")


def test_every_column_has_a_name_of_its_own(score):
    for names in COMBINATIONS:
        if names[0] == score:
            layout = combined(*names).layout(2, 3)
            assert len(set(layout.names())) == layout.width
            assert layout.logistic != GATES[names[1]].normalised


def test_in_few_combinations_any_two_parts_meet():
    for few, gates, outputs in (
        (PAIRINGS, GATES, OUTPUTS),
        (DENSITY_PAIRINGS, NORMALISED, DENSITIES),
    ):
        every = [names for names in COMBINATIONS if names[1] in gates and names[3] in outputs]
        for parts in ((0, 2), (0, 1, 3), (2, 1, 3)):
            met, meant = (
                {tuple(names[part] for part in parts) for names in some} for some in (few, every)
            )
            assert met == meant


def test_parameters_that_do_not_fit_are_refused():
    mixture = make_mixture("linear", "softmax", "relu")
    features = mixture.features(torch.zeros(1, 2, 5, dtype=torch.float64))
    with pytest.raises(ShapeError, match="multiple of 6"):
        mixture.predict(torch.zeros(1, 13, dtype=torch.float64), features)
    with pytest.raises(ShapeError, match="length 12"):
        mixture.layout(2, 2).unpack(torch.zeros(11))


def test_unknown_names_and_constants_out_of_range_are_refused():
    with pytest.raises(UnknownNameError, match="linear, cosine, perturbed-cosine"):
        make_mixture("cosin", "softmax", "relu")
    with pytest.raises(UnknownNameError, match="regression, gaussian, categorical"):
        make_mixture("linear", "softmax", "relu", "poisson")
    with pytest.raises(SpecificationError, match="tau1 between"):
        make_score("perturbed-cosine", tau1=-0.5)
    with pytest.raises(SpecificationError, match="whole number"):
        make_expert("polynomial", degree=2.5)


def test_densities_need_weights_that_sum_to_one(gate):
    for output in DENSITIES:
        if gate in NORMALISED:
            assert make_mixture("linear", gate, "tanh", output).gate.name == gate
        else:
            with pytest.raises(SpecificationError, match="sum to 1"):
                make_mixture("linear", gate, "tanh", output)


def test_every_variant_says_what_it_is():
    for registry in (SCORES, GATES, EXPERTS, OUTPUTS):
        for name, variant in registry.items():
            assert variant.name == name
            assert variant.title
            assert variant.formula
            assert variant.source
            for constant in variant.constants:
                if isinstance(constant, Constant):
                    assert constant.low <= constant.default <= constant.high
                else:
                    assert constant.read(constant.default) == constant.default
                assert constant.label
                assert constant.help.endswith(".")
    for variant in SCORES.values():
        assert variant.gauge
        assert variant.parameters
