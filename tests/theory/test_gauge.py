"""Gauge: what leaves the function unchanged, and what fixing it does."""

from __future__ import annotations

import pytest
import torch

from moeviz.model import SCORES, Domain, GaussianRegression, make_mixture
from moeviz.theory import (
    GAUGES,
    LOSSES,
    Reading,
    fisher_information,
    gauge_tangent,
    input_nodes,
    null_space,
    translate,
)
from moeviz.theory.gauge import sphere_translations
from tests.support import normal, uniform

SHAPES = [(2, 2), (3, 2), (2, 4), (3, 3)]


def group_elements(mixture, measure):
    """Some finite elements of the declared gauge, applied to a measure of one replicate."""
    score = mixture.score
    u = score.coordinates(measure.gate)
    shift = torch.tensor([0.7], dtype=torch.float64)
    if score.domain is Domain.SPHERE:
        weight = torch.softmax(measure.log_weight, -1)
        target = torch.nn.functional.normalize(u + 0.3, dim=-1)
        moves = list(sphere_translations(u, target, weight))
        yield measure.replace(
            gate=measure.gate * torch.tensor([[[0.3], [2.0], [5.0]]])[:, : u.shape[1]]
        )
    elif score.domain is Domain.BALL:
        room = 1.0 - torch.linalg.vector_norm(u, dim=-1).amax(-1, keepdim=True)
        moves = [0.9 * room * torch.nn.functional.normalize(torch.ones_like(u[:, 0]), dim=-1)]
    else:
        moves = [torch.full_like(u[:, 0], 3.0)]
    for v in moves:
        yield translate(measure, score, v, shift)


@pytest.mark.parametrize(("atoms", "dimension"), SHAPES)
def test_declared_gauge_leaves_the_function_unchanged(score, expert, atoms, dimension, rng):
    mixture = make_mixture(score, "softmax", expert)
    layout = mixture.layout(atoms, dimension)
    theta = normal(rng, 1, layout.size)
    features = mixture.features(uniform(rng, 1, dimension, 400))
    before = mixture.predict(theta, features)
    for moved in group_elements(mixture, layout.unpack(theta)):
        after = mixture.predict(layout.pack(moved), features)
        torch.testing.assert_close(after, before, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("gauge", list(GAUGES))
@pytest.mark.parametrize(("atoms", "dimension"), SHAPES)
def test_fixing_a_gauge_leaves_the_function_unchanged(score, gauge, atoms, dimension, rng):
    mixture = make_mixture(score, "softmax", "tanh")
    layout = mixture.layout(atoms, dimension)
    true, theta = normal(rng, 1, layout.size), normal(rng, 5, layout.size)
    features = mixture.features(uniform(rng, 1, dimension, 300))
    fixed = GAUGES[gauge].fix(
        layout.unpack(theta), layout.unpack(true), mixture.score, LOSSES["L3"].evaluate
    )
    torch.testing.assert_close(
        mixture.predict(layout.pack(fixed), features),
        mixture.predict(theta, features),
        rtol=1e-12,
        atol=1e-11,
    )


@pytest.mark.parametrize(("atoms", "dimension"), SHAPES)
@pytest.mark.parametrize("activation", ["tanh", "gelu", "sigmoid", "polynomial"])
def test_null_space_of_the_information_is_the_declared_gauge(
    score, activation, atoms, dimension, rng
):
    mixture = make_mixture(score, "softmax", activation)
    layout = mixture.layout(atoms, dimension)
    theta = normal(rng, layout.size)
    information = fisher_information(
        mixture, GaussianRegression(0.1), theta.unsqueeze(0), input_nodes(dimension, 4096)
    )[0]
    tangent = gauge_tangent(mixture, theta, layout)
    null = null_space(information, relative=1e-13)
    assert null.shape == tangent.shape
    basis, _ = torch.linalg.qr(tangent.T)
    overlap = torch.linalg.svdvals(null @ basis)
    torch.testing.assert_close(overlap, torch.ones_like(overlap), rtol=0, atol=1e-6)


@pytest.mark.parametrize("gauge", ["pinned", "quotient"])
@pytest.mark.parametrize(("atoms", "dimension"), SHAPES)
def test_a_complete_gauge_reads_zero_on_the_whole_orbit_of_the_truth(
    score, gauge, atoms, dimension, rng
):
    mixture = make_mixture(score, "softmax", "tanh")
    layout = mixture.layout(atoms, dimension)
    true = normal(rng, layout.size)
    reading = Reading("L3", gauge)
    for moved in group_elements(mixture, layout.unpack(true.unsqueeze(0))):
        value = reading.read(mixture, layout.pack(moved), true, layout)
        assert value.item() < 1e-9


@pytest.mark.parametrize(("atoms", "dimension"), [(2, 2), (3, 3)])
def test_the_best_gauge_is_never_above_the_others(score, atoms, dimension, rng):
    mixture = make_mixture(score, "softmax", "tanh")
    layout = mixture.layout(atoms, dimension)
    true, theta = normal(rng, layout.size), normal(rng, 6, layout.size)
    values = {gauge: Reading("L3", gauge).read(mixture, theta, true, layout) for gauge in GAUGES}
    assert (values["quotient"] <= values["pinned"] + 1e-12).all()
    assert (values["quotient"] <= values["offset"] + 1e-12).all()


def test_pinned_gate_lies_on_the_true_one(rng):
    for name, variant in SCORES.items():
        if variant.domain is Domain.SPHERE:
            continue
        mixture = make_mixture(name, "softmax", "tanh")
        layout = mixture.layout(2, 2)
        true = normal(rng, 1, layout.size)
        near = true + 0.05 * normal(rng, 4, layout.size)
        fixed = GAUGES["pinned"].fix(
            layout.unpack(near), layout.unpack(true), mixture.score, LOSSES["L3"].evaluate
        )
        last = layout.unpack(true).gate[:, -1].expand(4, -1)
        torch.testing.assert_close(fixed.gate[:, -1], last, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(
            fixed.log_weight[:, -1], layout.unpack(true).log_weight[:, -1].expand(4)
        )


def test_sphere_translations_keep_unit_vectors_unit(rng):
    for atoms, dimension in [(1, 2), (2, 2), (2, 5), (4, 3)]:
        u = torch.nn.functional.normalize(normal(rng, 6, atoms, dimension), dim=-1)
        target = torch.nn.functional.normalize(normal(rng, 6, atoms, dimension), dim=-1)
        moves = sphere_translations(u, target, torch.ones(6, atoms, dtype=torch.float64))
        lengths = torch.linalg.vector_norm(u + moves.unsqueeze(-2), dim=-1)
        torch.testing.assert_close(lengths, torch.ones_like(lengths), rtol=0, atol=1e-12)


def test_two_directions_in_the_plane_have_a_mirror_image_with_the_same_function(rng):
    """u_1, u_2 and -u_2, -u_1 have the same difference, which is all that two atoms show."""
    mixture = make_mixture("cosine", "softmax", "relu")
    layout = mixture.layout(2, 2)
    theta = normal(rng, 1, layout.size)
    measure = layout.unpack(theta)
    unit = mixture.score.coordinates(measure.gate)
    mirror = measure.replace(gate=-unit.flip(-2))
    features = mixture.features(uniform(rng, 1, 2, 200))
    torch.testing.assert_close(
        mixture.predict(layout.pack(mirror), features), mixture.predict(theta, features)
    )
    assert Reading("L3", "pinned").read(mixture, layout.pack(mirror), theta[0], layout) < 1e-9
